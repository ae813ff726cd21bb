"""The limits of one statement: the least of what the installation, the data source, the caller and the clock allow."""

from schema_index.connectors.base import Limits

LEAST_DEADLINE_MS = 100
"""Below this a statement would be stopped before its session is open."""


def caps(
    ceiling: Limits, *, source: Limits | None = None, max_rows: int | None = None, remaining_ms: int | None = None
) -> Limits:
    """`ceiling` is the installation's, `source` the data source's own, `max_rows` what the caller asked for,
    `remaining_ms` what is left of the whole question's time. Nothing can raise what another one lowered.
    """
    bounds = [ceiling] if source is None else [ceiling, source]
    deadline_ms = min(bound.deadline_ms for bound in bounds)
    rows = min(bound.max_rows for bound in bounds)
    return Limits(
        deadline_ms=max(LEAST_DEADLINE_MS, deadline_ms if remaining_ms is None else min(deadline_ms, remaining_ms)),
        max_rows=max(1, rows if max_rows is None else min(rows, max_rows)),
        max_bytes=min(bound.max_bytes for bound in bounds),
        max_cost=min((bound.max_cost for bound in bounds if bound.max_cost is not None), default=None),
    )
