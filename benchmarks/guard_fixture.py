"""The small shop that the security corpora speak of: its rows, and the part of its schema that the policy shows."""

from datetime import datetime, timedelta
from typing import Any

from benchmarks.guard_corpora import allowed
from schema_index.schema import Column, ColumnKind, DatabaseSchema, Dialect, Table

ROW_LIMIT = 1_000

COLUMNS: dict[str, dict[str, tuple[str, ColumnKind]]] = {
    "customers": {
        "id": ("integer", "integer"),
        "name": ("text", "text"),
        "email": ("text", "text"),
        "city": ("text", "text"),
        "created_at": ("timestamp", "timestamp"),
    },
    "orders": {
        "id": ("integer", "integer"),
        "customer_id": ("integer", "integer"),
        "status": ("text", "text"),
        "total": ("numeric(10,2)", "number"),
        "ordered_at": ("timestamp", "timestamp"),
    },
    "order_items": {
        "id": ("integer", "integer"),
        "order_id": ("integer", "integer"),
        "product_id": ("integer", "integer"),
        "quantity": ("integer", "integer"),
        "unit_price": ("numeric(10,2)", "number"),
    },
    "products": {
        "id": ("integer", "integer"),
        "name": ("text", "text"),
        "category": ("text", "text"),
        "price": ("numeric(10,2)", "number"),
    },
    "secrets": {"id": ("integer", "integer"), "token": ("text", "text")},
}
_SCHEMAS: dict[Dialect, str] = {"postgres": "public", "mysql": "shop", "sqlite": "main", "duckdb": "main"}


def visible_schema(dialect: Dialect) -> DatabaseSchema:
    """What the policy of the corpora lets a caller see."""
    schema = _SCHEMAS[dialect]
    tables = [
        Table(
            schema=schema,
            name=name,
            columns=tuple(
                Column(name=column, type=type_, kind=kind, nullable=column != "id")
                for column, (type_, kind) in columns.items()
                if allowed(name, column)
            ),
            primary_key=("id",),
        )
        for name, columns in COLUMNS.items()
        if allowed(name)
    ]
    return DatabaseSchema.of(dialect, schema, tables)


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """The same few thousand rows on every run; the arithmetic spreads values, it means nothing."""
    start = datetime(2024, 1, 1, 8, 0)  # noqa: DTZ001 - the columns have no time zone
    cities = ("Zurich", "Bern", "Paris", "Porto", "New York", "")
    states = ("paid", "pending", "cancelled", "shipped")
    kinds = ("toys", "books", "food")
    return {
        "customers": [
            (i, f"Cust {i}", f"c{i}@example.com", cities[i % 6], _some(start + timedelta(days=i % 300), i))
            for i in range(1, 201)
        ],
        "orders": [
            (i, i * 7 % 190 + 1, states[i % 4], (i * 37 % 29_900) / 100, start + timedelta(hours=i * 5 % 12_000))
            for i in range(1, 2_001)
        ],
        "order_items": [
            (i, i * 3 % 2_000 + 1, i % 50 + 1, i % 5 + 1, (i * 11 % 6_000) / 100 + 1) for i in range(1, 5_001)
        ],
        "products": [(i, f"Prod {i}", kinds[i % 3], 5 + i * 1.25) for i in range(1, 51)],
        "secrets": [(i, f"TOPSECRET-{i}") for i in range(1, 4)],
    }


def _some(moment: datetime, number: int) -> datetime | None:
    """Every 17th customer has no date: NULL ordering and NULL-safe comparison show."""
    return moment if number % 17 else None
