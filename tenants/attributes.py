"""What is known of a principal besides its role: the values that row rules and target databases ask for. Pure."""

import re
from collections.abc import Mapping

from tenants.domain_error import Invalid

AttributeValue = str | int | tuple[str | int, ...]

MAX_ATTRIBUTES = 50
MAX_VALUES = 200
MAX_CHARACTERS = 200
"""Bounds of what goes into every statement that a row rule touches."""

MAX_INTEGER = 2**63 - 1

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")
"""Fits a setting of PostgreSQL (`querent.<name>`), whose names have at most 63 bytes."""


def attributes_from_json(document: object) -> dict[str, AttributeValue]:
    """Raises Invalid."""
    if not isinstance(document, dict):
        raise Invalid('Attributes are an object: {"region": "EU", "teams": [1, 2]}.')
    if len(document) > MAX_ATTRIBUTES:
        raise Invalid(f"There may be {MAX_ATTRIBUTES} attributes at most.")
    return {_name(name): _value(name, value) for name, value in sorted(document.items())}


def attributes_to_json(attributes: Mapping[str, AttributeValue]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in sorted(attributes.items())}


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Invalid("An attribute's name has 1 to 40 lower-case letters, digits and _, and begins with no digit.")
    return name


def _value(name: str, value: object) -> AttributeValue:
    if isinstance(value, list):
        if len(value) <= MAX_VALUES and all(_is_plain(one) for one in value):
            return tuple(value)
    elif _is_plain(value):
        return value  # type: ignore[return-value]  # a string or a whole number, as was just found
    raise Invalid(
        f'The attribute "{name}" is a text of at most {MAX_CHARACTERS} characters, a whole number, '
        f"or a list of at most {MAX_VALUES} of them."
    )


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_CHARACTERS and value.isprintable()
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INTEGER
