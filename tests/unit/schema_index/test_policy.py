"""Policies as documents, and what they leave of a schema."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_index.access.column_access import STRICTNESS
from schema_index.access.policy import Policy, PolicyInvalid, access_of, policy_from_json, policy_to_json
from schema_index.schema import DatabaseSchema
from tests.unit.schema_index.schemas import public, table

SCHEMA = public(
    table("people", "id", "email", primary_key=("id",)),
    table("visits", "person", "id", "note", to="people"),
    table("log", "id", schema="audit"),
)

documents = st.fixed_dictionaries(
    {},
    optional={
        "include_tables": st.lists(st.sampled_from(["public.*", "audit.log", "*"])),
        "exclude_tables": st.lists(st.sampled_from(["public.visits", "audit.*"])),
        "columns": st.dictionaries(
            st.sampled_from(["*.email", "public.people.id", "*.visits.*", "*.note"]), st.sampled_from(STRICTNESS)
        ),
        "row_rules": st.dictionaries(st.sampled_from(["public.people", "public.visits"]), st.just("id = 'x'")),
        "min_group": st.integers(2, 1_000),
    },
)


def names(schema: DatabaseSchema) -> set[str]:
    return {f"{table.qualified_name}.{one.name}" for table in schema.tables for one in table.columns}


@given(documents)
def test_a_document_is_read_and_written_without_loss(document: dict[str, object]) -> None:
    policy = policy_from_json(document)
    assert policy_from_json(policy_to_json(policy)) == policy
    assert policy_from_json(policy_to_json(policy)).digest == policy.digest


@given(documents, documents)
def test_the_strictest_word_about_a_column_holds(one: dict[str, object], other: dict[str, object]) -> None:
    access = access_of(policy_from_json(one), SCHEMA)
    assert names(access.visible) <= names(SCHEMA)
    assert access.limited.keys() <= names(access.visible)
    for name in names(SCHEMA):
        word = policy_from_json(one).column_access(name)
        assert access.limited.get(name) == (word if word != "open" and name in names(access.visible) else None)
        assert not (word == "hidden" and name in names(access.visible))
    assert (policy_from_json(one) == policy_from_json(other)) == (
        policy_from_json(one).digest == policy_from_json(other).digest
    )


def test_without_a_policy_everything_is_open_but_what_the_source_hides() -> None:
    access = access_of(Policy(), SCHEMA, hidden=frozenset({"audit.log", "public.people.email"}))
    assert names(access.visible) == names(SCHEMA) - {"audit.log.id", "public.people.email"}
    assert access.whole == SCHEMA


def test_no_key_touches_a_masked_column_and_no_value_of_one_is_shown() -> None:
    policy = policy_from_json({"columns": {"public.people.id": "masked", "*.note": "aggregate_only"}})
    access = access_of(policy, SCHEMA)
    assert access.visible.by_name["public", "visits"].foreign_keys == ()
    assert access.visible.by_name["public", "people"].primary_key == ()
    assert names(access.valued) == names(SCHEMA) - {"public.people.id", "public.visits.note"}


def test_a_table_with_a_row_rule_lends_no_value_to_the_dictionary() -> None:
    access = access_of(policy_from_json({"row_rules": {"public.people": "id = 'x'"}}), SCHEMA)
    assert "public.people" not in {table.qualified_name for table in access.valued.tables}
    assert access.row_rules == {"public.people": "id = 'x'"}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "object"),
        ({"tables": []}, "no field"),
        ({"columns": {"a.b.c": "secret"}}, "one of"),
        ({"columns": ["a"]}, "maps names"),
        ({"row_rules": {"a.b": " "}}, "maps names"),
        ({"include_tables": "public.*"}, "list"),
        ({"min_group": 1}, "whole number"),
        ({"min_group": True}, "whole number"),
        ({"exclude_tables": ["x"] * 1_001}, "more than"),
    ],
)
def test_what_is_no_policy_is_told_how_to_become_one(document: object, words: str) -> None:
    with pytest.raises(PolicyInvalid, match=words):
        policy_from_json(document)
