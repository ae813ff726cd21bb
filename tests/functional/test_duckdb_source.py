"""A DuckDB file as a tenant's data source, from the file to the answer, without a language model."""

from pathlib import Path

import duckdb
import pytest
from django.conf import settings

from schema_index.models import ColumnValue, DataSource
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.asking import ask
from tests.conftest import Member
from tests.functional.conftest import connected

SCRIPT = """
CREATE TYPE stage AS ENUM ('quoted', 'ordered', 'shipped');
CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, city VARCHAR);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), state stage,
    total DECIMAL(10, 2), placed_at TIMESTAMPTZ);
INSERT INTO customers VALUES (1, 'Ada', 'Lyon'), (2, 'Ben', 'Paris'), (3, 'Cleo', 'Lyon');
INSERT INTO orders VALUES (1, 1, 'shipped', 10.50, '2026-01-05 10:00:00+00'), (2, 1, 'ordered', 4.25, NULL),
    (3, 2, 'shipped', 2.00, NULL);
"""


@pytest.fixture
def warehouse(tenant: Tenant) -> DataSource:
    folder: Path = settings.ENVIRONMENT.files_root / str(tenant.id)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "warehouse.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(path) as connection:
        connection.execute(SCRIPT)
    return connected(tenant, "warehouse", dialect="duckdb", database=path.name, password="", index_values=True)


def test_questions_are_answered_from_a_duckdb_file(analyst: Member, warehouse: DataSource) -> None:
    asked = {
        "How many customers are in Lyon?": [[2]],
        "What is the sum of the totals of orders?": [["16.75"]],
        "How many shipped orders are there?": [[2]],
    }
    for question, rows in asked.items():
        reply = ask(analyst, question)

        assert (reply["status"], reply["result"]["rows"]) == ("completed", rows), reply
    with tenant_transaction(analyst.tenant.id):
        kept = set(ColumnValue.objects.values_list("column", "text"))
    assert {("city", "Lyon"), ("state", "shipped"), ("name", "Ada")} <= kept
