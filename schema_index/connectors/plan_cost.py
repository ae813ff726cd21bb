"""What the engine's own planner expects a statement to cost, and the gate before it runs. Pure.

The unit is the engine's: PostgreSQL's cost (1 is one page read in sequence), elsewhere rows to be looked at. Planners
err, so the gate is for the hopeless: the deadline stops the rest.
"""

import json
import math
from collections.abc import Iterable
from typing import Any

from schema_index.connectors.base import Limits, QueryTooExpensive

_PAIRWISE = frozenset({"CROSS_PRODUCT", "NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN"})


def postgres_cost(plan: Any) -> float | None:
    """Of the one row and column of `EXPLAIN (FORMAT JSON)`, parsed or not; None where it holds no number."""
    try:
        document = json.loads(plan) if isinstance(plan, str | bytes) else plan
        return float(document[0]["Plan"]["Total Cost"])
    except (ValueError, TypeError, LookupError):
        return None


def mysql_rows(steps: Iterable[tuple[Any, Any]]) -> float | None:
    """Of (select's number, rows of one step) of `EXPLAIN`: steps of one select are nested loops, selects add up."""
    products: dict[Any, float] = {}
    for select, rows in steps:
        if rows is not None:
            # A union's own step has neither number; a step of no row still is looked at once.
            products[select] = products.get(select, 1.0) * max(1.0, float(rows))
    return sum(products.values()) if products else None


def duckdb_rows(plan: str) -> float | None:
    """Of the JSON of `EXPLAIN (FORMAT JSON)`: rows that all steps together handle."""
    try:
        return sum(_handled(step)[1] for step in json.loads(plan))
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _handled(step: Any) -> tuple[float, float]:
    """(rows the step gives, rows it and all below it handle). Two inputs without a hash are compared row by row."""
    below = [_handled(child) for child in step["children"]]
    pairs = math.prod(max(1.0, rows) for rows, _ in below) if step["name"] in _PAIRWISE else 0.0
    estimate = step.get("extra_info", {}).get("Estimated Cardinality")
    given = float(estimate) if estimate is not None else pairs or max((rows for rows, _ in below), default=0.0)
    return given, max(given, pairs) + sum(handled for _, handled in below)


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
