"""What a target engine must offer: describe itself, and run one proven statement under limits."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from schema_index.schema import ColumnKind, DatabaseSchema, Dialect
from tenants.cancellation import NEVER, Cancellation
from tenants.domain_error import DomainError

MAX_COMMENT_CHARACTERS = 4_000
"""Kept of a comment: some twenty times what prompts and embedded texts show of it."""

Progress = Callable[[int, int, str], None]
"""Called with (tables done, tables in all, name of the table just read)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one statement. `max_bytes` counts the values' text as they stream in, not the wire format.

    `max_cost` is in the engine's own unit (see `plan_cost`); None asks for no plan.
    """

    deadline_ms: int = 15_000
    max_rows: int = 1_000
    max_bytes: int = 8_000_000
    max_cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultColumn:
    name: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSet:
    """`rows` hold Python values as the driver gives them; `truncated` says that more rows existed."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool
    elapsed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnName:
    schema: str
    table: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A relation that was found and could not be described or may not be read. `reason` is plain and holds no data."""

    schema: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Introspection:
    """What could be read of a database, and what could not, in canonical order."""

    schema: DatabaseSchema
    unreadable: tuple[Unreadable, ...] = ()


class DataSourceUnavailable(DomainError):
    """The target database cannot be reached or refuses the credentials: mend the source, then test it."""

    code = "data_source_unavailable"
    retryable = True


class DataSourceError(DomainError):
    """The target database refused the statement. `message` is mapped, never the driver's text with its data.

    `details` may hold `sqlstate` (PostgreSQL, MySQL), `engine_code` (MySQL, SQLite), and `diagnostic`: the engine's own
    words as far as they are known words or stand in the statement, which a repair round may show to a model.
    """

    code = "data_source_error"


class QueryTimeout(DomainError):
    """The statement did not end within its deadline and was stopped: ask for less, or raise the source's limit."""

    code = "query_timeout"


class QueryTooExpensive(DomainError):
    """The planner expects more than `Limits.max_cost`, and the statement was not run: ask for less. `details` hold
    `estimate` and `limit`."""

    code = "query_too_expensive"


class ResultTooLarge(DomainError):
    """The result passed `Limits.max_bytes` while streaming and was stopped."""

    code = "data_source_error"


class Connector(Protocol):
    """One data source's engine. Every call opens its own session, rolls back and closes it."""

    dialect: ClassVar[Dialect]

    def introspect(self, *, progress: Progress | None = None) -> Introspection:
        """The whole schema; one relation that cannot be read does not stop the rest.

        Raises DataSourceUnavailable (retry helps), QueryTimeout, DataSourceError (too large to describe).
        """
        ...

    def vocabularies(self, columns: Sequence[ColumnName], *, limit: int) -> Generator[list[str] | None, None, None]:
        """For each of the text columns in turn, up to `limit` distinct non-null values, as text, in the engine's order.

        None for a column that cannot be read or takes too long. Looks at a bounded part of a large table and skips
        long values: these feed a dictionary, not an answer. Raises DataSourceUnavailable.
        """
        ...

    def read(self, sql: str, *, limits: Limits, cancellation: Cancellation = NEVER) -> ResultSet:
        """Run one statement that the guard has accepted, read-only, in a session that is always rolled back.

        Raises DataSourceUnavailable, DataSourceError, QueryTimeout, QueryTooExpensive, ResultTooLarge; and Cancelled,
        within a second of the word, when the target has been told to stop.
        """
        ...

    def excess_rights(self) -> tuple[str, ...]:
        """What the stored role may do beyond reading, each in a few words after "the role"; empty is as it should be.

        Raises DataSourceUnavailable, DataSourceError, QueryTimeout.
        """
        ...
