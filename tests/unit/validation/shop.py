"""The tables the guard's tests may see. A customer's email and the table `secrets` exist in the story, not here."""

from schema_index.schema import Column, DatabaseSchema, Dialect, Table

ROW_LIMIT = 100
DEFAULT_SCHEMA: dict[Dialect, str] = {"postgres": "public", "mysql": "shop", "sqlite": "main", "duckdb": "main"}

_COLUMNS = {
    "customers": ("id", "name", "city", "created_at"),
    "orders": ("id", "customer_id", "status", "total", "ordered_at"),
    "order_items": ("id", "order_id", "product_id", "quantity", "unit_price"),
    "products": ("id", "name", "category", "price"),
}


def shop(dialect: Dialect) -> DatabaseSchema:
    schema = DEFAULT_SCHEMA[dialect]
    tables = [
        Table(
            schema=schema,
            name=name,
            columns=tuple(Column(name=column, type="text", kind="text") for column in columns),
            primary_key=("id",),
        )
        for name, columns in _COLUMNS.items()
    ]
    return DatabaseSchema.of(dialect, schema, tables)
