"""The one error family. The domain knows no HTTP: `config.errors` maps each class to a status."""

from collections.abc import Mapping
from typing import Any, ClassVar


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
