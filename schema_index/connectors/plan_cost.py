"""The gate before a statement runs: what the engine's own planner expects it to cost. Pure.

The unit is the engine's: PostgreSQL's cost (1 is one page read in sequence), elsewhere rows to be looked at. Planners
err, so the gate is for the hopeless: the deadline stops the rest.
"""

import math

from schema_index.connectors.base import Limits, QueryTooExpensive


def assert_affordable(cost: float | None, *, limits: Limits) -> None:
    """Raises QueryTooExpensive. What the engine cannot estimate passes, bounded by the deadline as ever."""
    if cost is None or limits.max_cost is None or cost <= limits.max_cost or math.isnan(cost):
        return
    raise QueryTooExpensive(
        f"The database expects this query to cost {cost:,.0f}, over the limit of {limits.max_cost:,.0f}: "
        "ask about less, such as a shorter time or one category.",
        estimate=round(cost) if math.isfinite(cost) else None,
        limit=limits.max_cost,
    )
