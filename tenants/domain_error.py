"""The one error family. The domain knows no HTTP: `config.errors` maps each class to a status."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

T = TypeVar("T")


class DomainError(Exception):
    """Something that cannot go on, told to the person who can mend it.

    `code` is the contract with API clients; `message` says what happened and how to mend it and never holds a
    connection string, key, stack or row; `details` is JSON that a client may act on.
    """

    code: ClassVar[str] = "internal_error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, Any] = details


class NotFound(DomainError):
    """There is none, or none of the caller's: a colleague's or another tenant's answers the same."""

    code = "not_found"


class Invalid(DomainError):
    """What was sent cannot be taken: `message` says what to send instead."""

    code = "invalid_request"


class LimitReached(DomainError):
    """There are as many as there may be: remove some that nobody needs."""

    code = "limit_reached"


def existing(one: T | None, missing: str) -> T:
    """What was looked for. Raises NotFound in the words of `missing`."""
    if one is None:
        raise NotFound(missing)
    return one
