"""Attributes of people and keys: what is one, what is none, and back again."""

from typing import Any

import pytest

from tenants.attributes import attributes_from_json, attributes_to_json
from tenants.domain_error import Invalid


def test_texts_numbers_and_lists_are_kept_as_they_are() -> None:
    document = {"teams": [4, "7"], "region": "EU", "level": -3, "none": []}
    found = attributes_from_json(document)
    assert found == {"level": -3, "none": (), "region": "EU", "teams": (4, "7")}
    assert attributes_to_json(found) == document


@pytest.mark.parametrize(
    "document",
    [
        *([], None, "region"),
        *({"Region": "EU"}, {"1st": "x"}, {"a.b": "x"}, {"x" * 41: "y"}, {"": "x"}),
        *({"a": None}, {"a": True}, {"a": 1.5}, {"a": {"b": 1}}, {"a": [["b"]]}, {"a": [None]}),
        *({"a": "x" * 201}, {"a": "line\nbreak"}, {"a": "\0"}, {"a": 2**63}, {"a": ["x"] * 201}),
        {f"a{number}": 1 for number in range(51)},
    ],
    ids=lambda document: str(document)[:30],
)
def test_what_is_no_attribute_is_refused(document: Any) -> None:
    with pytest.raises(Invalid):
        attributes_from_json(document)
