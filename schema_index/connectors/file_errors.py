"""What a person is told of the errors of an engine of files: by its code, never its own text, which may quote what a
row holds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from schema_index.connectors.base import DataSourceError, DataSourceUnavailable, Limits
from schema_index.connectors.diagnostics import diagnostic
from schema_index.connectors.outcomes import query_timeout
from tenants.domain_error import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class FileErrors:
    """By the codes that the child sends. Only analysis of a statement, of the code `explained`, tells itself in words
    about the statement."""

    interrupted: str
    unavailable: Mapping[str, str]
    messages: Mapping[str, str]
    explained: Collection[str]

    def translated(self, frame: Mapping[str, Any], *, statement: str, limits: Limits) -> DomainError:
        """What to raise for the child's `engine` frame."""
        code = frame["code"]
        if code == self.interrupted:
            return query_timeout(limits.deadline_ms)
        if code in self.unavailable:
            return DataSourceUnavailable(self.unavailable[code])
        details = {"engine_code": code}
        if code in self.explained:
            details["diagnostic"] = diagnostic(frame["message"], statement=statement)
        return DataSourceError(self.messages.get(code, "The database refused the statement."), **details)
