"""A MariaDB source from its sync to an answer, without a model."""

import pytest

from schema_index.models import Chunk, ColumnValue, DataSource
from schema_index.schema_json import from_json
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.asking import ask
from tests.conftest import SHOP, Member
from tests.functional.conftest import connected
from tests.mariadb import PASSWORD, MariadbServer


@pytest.fixture(scope="session")
def maria_shop(mariadb_server: MariadbServer) -> MariadbServer:
    mariadb_server.create_database("shop", SHOP)
    mariadb_server.run("GRANT SELECT ON shop.* TO reader")
    return mariadb_server


@pytest.fixture
def maria(tenant: Tenant, maria_shop: MariadbServer) -> DataSource:
    where = {"dialect": "mysql", "host": "127.0.0.1", "port": maria_shop.port, "database": "shop"}
    who = {"username": "reader", "password": PASSWORD}
    return connected(tenant, "maria", **where, **who, index_values=True, include_schemas=["shop"])


@pytest.mark.parametrize(
    ("question", "sql", "rows"),
    [
        (
            "How many customers are in Lyon?",
            "SELECT COUNT(*) AS `number_of_customers`"
            " FROM `shop`.`customers` AS `customers` WHERE `customers`.`city` = 'Lyon' LIMIT 1001",
            [[2]],
        ),
        (
            "Which customer has the most orders?",
            "SELECT `customers`.`name` FROM `shop`.`orders` AS `orders` JOIN `shop`.`customers` AS `customers`"
            " ON `orders`.`customer_id` = `customers`.`id` GROUP BY `customers`.`id`, `customers`.`name`"
            " ORDER BY COUNT(*) DESC LIMIT 1",
            [["Ada"]],
        ),
        (
            "How many orders were placed per month?",
            "SELECT DATE_FORMAT(`orders`.`ordered_at`, '%Y-%m') AS `month`, COUNT(*) AS `number_of_orders`"
            " FROM `shop`.`orders` AS `orders`"
            " GROUP BY DATE_FORMAT(`orders`.`ordered_at`, '%Y-%m')"
            " ORDER BY CASE WHEN DATE_FORMAT(`orders`.`ordered_at`, '%Y-%m') IS NULL THEN 1 ELSE 0 END,"
            " DATE_FORMAT(`orders`.`ordered_at`, '%Y-%m') ASC LIMIT 1001",
            [["2026-01", 1], ["2026-02", 2], ["2026-03", 1]],
        ),
    ],
)
def test_a_question_is_answered_from_mariadb(
    analyst: Member, outsider: Member, maria: DataSource, question: str, sql: str, rows: list[list[object]]
) -> None:
    reply, planned = ask(analyst, question), ask(analyst, question, mode="dry_run")
    elsewhere = outsider.client.post("/nl2sql", {"question": question, "data_source": "maria"})

    assert (reply["status"], reply["sql"]["dialect"], reply["sql"]["text"]) == ("completed", "mysql", sql)
    assert reply["result"]["rows"] == rows
    assert (planned["status"], planned["sql"]["text"], planned["result"]) == ("completed", sql, None)
    assert elsewhere.status_code == 404


def test_a_sync_stores_the_database_with_its_keys_and_values(maria: DataSource) -> None:
    with tenant_transaction(maria.tenant_id):
        assert maria.snapshot is not None
        schema = from_json(maria.snapshot.description)
        values = sorted(ColumnValue.objects.filter(column="city").values_list("text", flat=True))
        chunks = Chunk.objects.filter(source_id=maria.id).count()

    assert (schema.dialect, schema.default_schema) == ("mysql", "shop")
    assert [table.qualified_name for table in schema.tables] == ["shop.customers", "shop.orders"]
    assert [key.target_table for key in schema.by_name["shop", "orders"].foreign_keys] == ["customers"]
    assert (values, chunks) == (["Lyon", "Turin"], 2)
