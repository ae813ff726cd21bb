"""Where a thing in a reply is found by itself."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers


class LinksField(serializers.DictField):
    """`address` tells it of the thing that is shown."""

    def __init__(self, address: Callable[[Any], str]) -> None:
        super().__init__(source="*", child=serializers.CharField())
        self.address = address

    def to_representation(self, value: Any) -> dict[str, str]:
        return {"self": self.address(value)}
