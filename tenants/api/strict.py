"""Request bodies in which nothing goes unnoticed: an unknown field is refused, and text is text."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.request import Request

Fields = dict[str, Any]

CONTROL_CHARACTERS = "Control characters are not text: remove them."


def has_control_characters(text: str) -> bool:
    """Those below the space, other than tabs and line ends, and DEL."""
    return any((ord(character) < 32 and character not in "\t\n\r") or character == "\x7f" for character in text)


def no_control_characters(text: str) -> None:
    """Validates a form's field. The null character has a validator of its own."""
    if has_control_characters(text.replace("\0", "")):
        raise ValidationError(CONTROL_CHARACTERS)


class StrictSerializer(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(str(name) for name in data.keys() - self.fields.keys())
            if unknown:
                known = ", ".join(self.fields)
                raise serializers.ValidationError(
                    {
                        name: [
                            serializers.ErrorDetail(f"There is no such field. Known: {known}.", code="unknown_field")
                        ]
                        for name in unknown[:20]
                    }
                )
        return super().to_internal_value(data)


class TextField(serializers.CharField):
    """Text alone: a number is no question, nor are control characters, which no terminal or database wants."""

    seen = r"[^\s\x00-\x1f\x7f]"
    """A character of which a text that may not be blank has one at least, as a regular expression (ECMA-262)."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        # Before the ends are trimmed, which takes some of them along. The null character has a validator of its own.
        if has_control_characters(data.replace("\0", "")):
            raise serializers.ValidationError(CONTROL_CHARACTERS)
        return super().to_internal_value(data)


class NoParameters(StrictSerializer):
    """A query or body in which every field is one too many."""


def read_query(request: Request, kind: type[StrictSerializer]) -> Fields:
    """The parameters of the address. Raises ValidationError."""
    return _read(kind, request.query_params.dict())


def read_body(request: Request, kind: type[StrictSerializer], *, partial: bool = False) -> Fields:
    """What was sent; parts of it where `partial`. Raises ValidationError."""
    return _read(kind, request.data, partial=partial)


def _read(kind: type[StrictSerializer], data: Any, *, partial: bool = False) -> Fields:
    serializer = kind(data=data, partial=partial)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
