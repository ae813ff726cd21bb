"""Two roles of one tenant ask the same: each gets what its policy lets through, and no name or value beyond it."""

import json
from typing import Any

import pytest

from nl2sql.models import Run, RunEvent
from schema_index.catalogue import catalogue_of
from schema_index.models import EVERYONE, AccessPolicy, DataSource
from schema_index.retrieval.question_values import question_values
from tenants.attributes import AttributeValue, attributes_to_json
from tenants.context import tenant_transaction
from tenants.models import ApiKey, AuditEvent, Membership, Tenant
from tenants.roles import Role
from tests.conftest import Configure, Member, NewSource, sync_and_embed
from tests.functional.conftest import TargetDatabase
from tests.functional.test_api_contract import assert_problem, post
from tests.pages import operating
from tests.scripted_model import ScriptedModel, answers
from tests.stored import all_rows, alter, only_row, save_document, save_faq, set_policy

LIST = "SELECT name, city FROM customers ORDER BY name"
EVERYTHING = "SELECT * FROM customers"
PAID = (
    "SELECT c.name, sum(o.total) AS paid FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY c.name"
)

ANALYSTS = {
    "columns": {"main.customers.email": "hidden", "main.customers.id": "open"},
    "row_rules": {"main.customers": "city = attribute('city') AND email IS NOT NULL"},
}


def know(member: Member, **attributes: AttributeValue) -> None:
    with tenant_transaction(member.tenant.id):
        ApiKey.objects.filter(name=member.user.username).update(attributes=attributes_to_json(attributes))
        Membership.objects.filter(user=member.user).update(attributes=attributes_to_json(attributes))


def rows(reply: dict[str, Any]) -> list[list[Any]]:
    assert reply["status"] == "completed", reply
    found: list[list[Any]] = reply["result"]["rows"]
    return found


def everything_stored(member: Member) -> str:
    with tenant_transaction(member.tenant.id):
        runs = list(Run.objects.values_list("reply", "error_detail"))
        return json.dumps([runs, list(RunEvent.objects.values_list("payload", flat=True))])


def test_each_role_gets_its_own_rows_and_columns_and_nothing_tells_of_more(
    owner: Member, analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    set_policy(shop, Role.ANALYST, ANALYSTS)
    know(analyst, city="Lyon")
    model.script([answers(sql=EVERYTHING), answers(sql=EVERYTHING)])
    question = {"question": "Who are our customers?"}

    whole = post(owner.client, question).json()
    part = post(analyst.client, question).json()

    assert len(rows(whole)) == 3
    assert "ada@example.com" in json.dumps(whole)
    assert [column["name"] for column in part["result"]["columns"]] == ["id", "name", "city"]
    assert rows(part) == [[1, "Ada", "Lyon"]]
    check = next(check for check in part["trust"]["checks"] if check["name"] == "policy")
    assert check["detail"] == "By policy, rows of main.customers are limited."
    assert [one["name"] for one in whole["trust"]["checks"]].count("policy") == 0
    assert "email" in model.requests[0].text
    assert "email" not in model.requests[1].text
    assert "email" not in json.dumps(part)
    with tenant_transaction(analyst.tenant.id):
        stored = Run.objects.get(id=part["id"])
        events = json.dumps(list(RunEvent.objects.filter(run=stored).values_list("payload", flat=True)))
    assert "email" in stored.sql, "what ran is kept for the operator"
    assert "email" not in json.dumps(stored.reply) + events
    assert analyst.client.get(part["links"]["self"]).json() == part


def test_hidden_and_absent_read_the_same_in_errors_and_repairs(
    analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    set_policy(shop, EVERYONE, {"columns": {"main.customers.email": "hidden"}, "exclude_tables": ["main.orders"]})

    def blocked(sql: str) -> tuple[str, str]:
        before = len(model.requests)
        model.script([answers(sql=sql), answers(sql=sql)])
        body = assert_problem(post(analyst.client, {"question": "x?"}), status=422, code="sql_blocked")
        told = model.requests[before + 1].text
        return json.dumps([body["detail"], body["hint"]]), told[told.index("Problem:") :]

    for hidden, absent in (("email", "eXail"), ("orders", "ordXrs")):
        sql = "SELECT {0} FROM customers" if hidden == "email" else "SELECT id FROM {0}"
        one, two = blocked(sql.format(hidden)), blocked(sql.format(absent))
        assert [text.replace(absent, hidden) for text in two] == list(one)
    near = blocked("SELECT emai FROM customers")
    assert "email" not in near[0].replace("emai ", "") + near[1]


def test_masked_and_aggregated_columns_are_marked_and_give_nothing_away(
    analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    document = {"columns": {"*.customers.city": "masked", "*.orders.total": "aggregate_only"}, "min_group": 2}
    set_policy(shop, EVERYONE, document)
    model.script([answers(sql=LIST), answers(sql=PAID), *[answers(sql="SELECT total FROM orders")] * 2])

    masked = post(analyst.client, {"question": "Where do customers live?"}).json()
    assert rows(masked) == [["Ada", "***"], ["Ben", "***"], ["Cleo", "***"]]
    assert "masked: its values never leave" in model.requests[0].text
    assert "only count, sum and avg" in model.requests[0].text
    assert rows(post(analyst.client, {"question": "Paid?"}).json()) == [["Ada", 50]]
    body = assert_problem(post(analyst.client, {"question": "Totals?"}), status=422, code="sql_blocked")
    assert body["rule"] == "aggregate_only"


def test_the_composer_knows_no_masked_column_and_refuses_what_may_only_be_summed(
    analyst: Member, shop: DataSource
) -> None:
    columns = {"*.customers.city": "masked", "*.orders.total": "aggregate_only"}
    set_policy(shop, EVERYONE, {"columns": columns, "min_group": 2})

    average = post(analyst.client, {"question": "What is the average order total by status?"}).json()
    assert rows(average) == [["paid", 31.666666666666668]]
    for question in ("What is the highest order total?", "How many orders have a total above 10?"):
        reply = post(analyst.client, {"question": question}).json()
        assert (reply["status"], reply["sql"]) == ("cannot_answer", None)
        assert "may only be counted, summed or averaged" in reply["answer"]
    reply = post(analyst.client, {"question": "List the city of customers"}).json()
    assert (reply["status"], reply["refusal"]["missing"]) == ("cannot_answer", ["city"])
    assert all_rows(AuditEvent, analyst.tenant.id, action="statement.blocked") == []


def test_stored_values_come_only_from_what_may_be_shown(
    analyst: Member, owner: Member, tenant: Tenant, new_synced_source: NewSource
) -> None:
    shop = new_synced_source(tenant)
    document = {"columns": {"main.customers.city": "masked"}, "row_rules": {"main.orders": "status = 'paid'"}}
    set_policy(shop, Role.ANALYST, document)

    def named(member: Member) -> set[str]:
        schema = catalogue_of(shop, member.principal).valued
        with tenant_transaction(tenant.id):
            found = question_values("paid or cancelled by Ada of Lyon", source_id=shop.id, schema=schema)
        return {value.text for value in found}

    assert named(owner) == {"paid", "cancelled", "Ada", "Lyon"}
    assert named(analyst) == {"Ada"}

    misspelt = {"question": "How many customers are in Lyonn?"}
    unplaced = "These words have no place in this database: 'Lyonn'."
    assert post(owner.client, misspelt).json()["answer"] == f"{unplaced} Did you mean 'Lyon'?"
    assert post(analyst.client, misspelt).json()["answer"] == unplaced


def test_knowledge_that_names_what_is_hidden_reaches_nobody_it_is_hidden_from(
    owner: Member, analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    save_faq(shop.tenant_id, "How do we reach customers?", "By customers.email, the secret way.")
    save_document(shop.tenant_id, "Customers", "A customer is whoever ordered once.", source=shop)
    sync_and_embed(shop)
    set_policy(shop, Role.ANALYST, {"columns": {"*.email": "hidden"}})
    model.script([answers(sql=LIST)] * 2)

    for member, knows in ((owner, True), (analyst, False)):
        reply = post(member.client, {"question": "How do we reach customers?"}).content.decode()
        search = member.client.get("/api/v1/search", {"q": "how do we reach customers"}).content.decode()
        listed = member.client.get("/api/v1/knowledge/faq").json()["items"]
        assert ("How do we reach" in reply.replace('"question":"How do we reach', "")) is knows
        assert ("secret way" in model.requests[-1].text) is knows
        assert ("secret way" in search) is knows
        assert [len(listed), "ordered once" in model.requests[-1].text] == [int(knows), True]
    entry = owner.client.get("/api/v1/knowledge/faq").json()["items"][0]["id"]
    assert_problem(analyst.client.get(f"/api/v1/knowledge/faq/{entry}"), status=404, code="not_found")


def test_schema_changes_and_search_show_what_the_role_may_see(
    owner: Member, analyst: Member, tenant: Tenant, shop: DataSource, new_sqlite_source: NewSource
) -> None:
    later = "CREATE TABLE payroll (id INTEGER PRIMARY KEY, salary NUMERIC);"
    alter(shop, later + "ALTER TABLE customers ADD COLUMN iban TEXT;")
    sync_and_embed(shop)
    set_policy(shop, Role.ANALYST, {"exclude_tables": ["*.payroll"], "columns": {"*.iban": "hidden"}})

    def said(member: Member) -> str:
        pages = ["schema", "changes"]
        bodies = [member.client.get(f"/api/v1/data-sources/shop/{page}").content.decode() for page in pages]
        for mode in ("semantic", "keyword", "hybrid"):
            for words in ("payroll salary", "iban", "customers"):
                bodies.append(member.client.get("/api/v1/search", {"q": words, "mode": mode}).content.decode())
        return "".join(bodies)

    assert {word for word in ("payroll", "salary", "iban") if word in said(owner)} == {"payroll", "salary", "iban"}
    assert [word for word in ("payroll", "salary", "iban") if word in said(analyst)] == []
    found = analyst.client.get("/api/v1/search", {"q": "iban", "mode": "keyword"}).json()
    assert found == {"items": [], "next": None}, "that a table was found would tell of its column"


def test_an_answer_is_withheld_once_the_policy_or_the_person_has_changed(
    analyst: Member, shop: DataSource, model: ScriptedModel, client: Any
) -> None:
    set_policy(shop, EVERYONE, {"row_rules": {"main.customers": "city = attribute('city')"}})
    know(analyst, city="Lyon")
    model.script([answers(sql=LIST)])
    reply = post(analyst.client, {"question": "Who are our customers?"}).json()
    address = reply["links"]["self"]
    assert rows(reply) == [["Ada", "Lyon"], ["Cleo", "Lyon"]]

    know(analyst, city="Turin")
    moved = analyst.client.get(address).json()
    know(analyst, city="Lyon")
    assert analyst.client.get(address).json() == reply
    set_policy(shop, EVERYONE, {"columns": {"main.customers.city": "hidden"}})
    changed = analyst.client.get(address).json()

    for withheld in (moved, changed):
        assert withheld["answer"] == "The policy of this source has changed since: ask again."
        assert (withheld["status"], withheld["result"], withheld["chart"], withheld["sql"]) == (
            *("completed", None),
            *(None, None),
        )
        assert "Lyon" not in json.dumps(withheld)
        assert "city" not in json.dumps(withheld)
    with tenant_transaction(analyst.tenant.id):
        run = Run.objects.get(id=reply["id"])
        added = ("next", "csv", "expires_at")  # by the door, to what is stored
        stored = {name: value for name, value in reply["result"].items() if name not in added}
        assert run.reply["result"] == stored, "what is stored stays"
        Run.objects.update(actor=f"user:{analyst.user.pk}")
    client.force_login(analyst.user)
    page = client.get(f"/runs/{run.id}")
    assert page.status_code == 200
    assert "has changed since" in page.content.decode()
    assert "Lyon" not in page.content.decode()


def test_the_target_databases_own_row_security_knows_who_asks(
    analyst: Member, owner: Member, tenant: Tenant, warehouse: DataSource, target_database: TargetDatabase,
    model: ScriptedModel
) -> None:  # fmt: skip
    target_database.run(
        "ALTER TABLE products ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY own ON products USING (name = current_setting('querent.product', true)"
        " OR name = ANY (current_setting('querent.products', true)::text[]))"
    )
    try:
        know(analyst, product="Nut", products=("Bolt", 'a,"b\\}'))
        know(owner, product="x'); DROP TABLE products; --")
        model.script([answers(sql="SELECT name FROM products ORDER BY name")] * 2)

        assert rows(post(analyst.client, {"question": "Products?"}).json()) == [["Bolt"], ["Nut"]]
        assert rows(post(owner.client, {"question": "Products?"}).json()) == []
    finally:
        target_database.run("DROP POLICY own ON products; ALTER TABLE products DISABLE ROW LEVEL SECURITY")


def test_row_rules_hold_on_postgres(analyst: Member, warehouse: DataSource, model: ScriptedModel) -> None:
    set_policy(warehouse, EVERYONE, {"row_rules": {"public.stock": "product_id IN (attribute('products'))"}})
    sql = "SELECT p.name, count(*) AS n FROM stock AS s JOIN products AS p ON p.id = s.product_id "
    sql += "GROUP BY p.name ORDER BY p.name"
    know(analyst, products=(2, 3))
    model.script([answers(sql=sql)] * 2)
    assert rows(post(analyst.client, {"question": "Stock?"}).json()) == [["Nut", 1000], ["Washer", 1000]]
    know(analyst)
    assert rows(post(analyst.client, {"question": "Stock?"}).json()) == []


def test_a_caller_whose_statements_are_blocked_again_and_again_has_to_wait(
    analyst: Member, owner: Member, shop: DataSource, model: ScriptedModel, change_environment: Configure
) -> None:
    change_environment(blocked_per_minute=2)
    model.default = answers(sql="SELECT secret FROM customers")
    for _ in range(2):
        assert_problem(post(analyst.client, {"question": "x?"}), status=422, code="sql_blocked")
    response = post(analyst.client, {"question": "x?"})
    body = assert_problem(response, status=429, code="rate_limited")
    assert 1 <= body["retry_after"] <= 60
    assert response["Retry-After"] == str(body["retry_after"])
    assert_problem(post(owner.client, {"question": "x?"}), status=422, code="sql_blocked")
    with tenant_transaction(analyst.tenant.id):
        events = AuditEvent.objects.filter(action="statement.blocked", actor=f"key:{_prefix(analyst)}")
        assert [event.details for event in events] == [{"rules": ["unknown_column"]}] * 2


def _prefix(member: Member) -> str:
    return ApiKey.objects.get(name=member.user.username).prefix


# --- the policy's own doors

ADDRESS = "/api/v1/data-sources/shop/policy/analyst"


def put(member: Member, document: Any, *, to: str = ADDRESS) -> Any:
    return member.client.put(to, document)


def test_a_policy_is_saved_version_by_version_and_previewed(owner: Member, shop: DataSource) -> None:
    none = {"data_source": "shop", "role": "analyst", "version": 0, "policy": None, "actor": None, "created_at": None}
    assert owner.client.get(ADDRESS).json() == none
    first = put(owner, ANALYSTS).json()
    assert (first["version"], first["policy"]["row_rules"]) == (1, ANALYSTS["row_rules"])
    assert owner.client.get(ADDRESS).json() == first

    tables = {table["name"]: table for table in owner.client.get(f"{ADDRESS}/preview").json()["tables"]}
    assert {one["name"]: one["access"] for one in tables["main.customers"]["columns"]} == {
        **dict.fromkeys(("id", "name", "city"), "open"),
        "email": "hidden",
    }
    assert tables["main.customers"]["row_rule"] == ANALYSTS["row_rules"]["main.customers"]

    assert put(owner, {"exclude_tables": ["main.orders"]}, to=ADDRESS.replace("analyst", "everyone")).status_code == 200
    assert put(owner, {}).json()["version"] == 2
    assert all(table["visible"] for table in owner.client.get(f"{ADDRESS}/preview").json()["tables"])
    withdrawn = owner.client.delete(ADDRESS).json()
    assert (withdrawn["version"], withdrawn["policy"]) == (3, None)
    seen = {table["name"]: table["visible"] for table in owner.client.get(f"{ADDRESS}/preview").json()["tables"]}
    assert seen == {"main.customers": True, "main.orders": False}
    with tenant_transaction(owner.tenant.id):
        events = AuditEvent.objects.filter(action="policy.changed").order_by("at")
        assert [(one.subject, one.details["role"], one.details["version"]) for one in events] == [
            *(("shop", "analyst", 1), ("shop", "", 1)),
            *(("shop", "analyst", 2), ("shop", "analyst", 3)),
        ]


@pytest.mark.parametrize(
    ("document", "code", "said"),
    [
        ({"colums": {}}, "unknown_field", "colums"),
        ({"columns": {"main.customers.emial": "hidden"}}, "invalid_request", "main.customers.emial"),
        ({"columns": {"*.email": "secret"}}, "invalid_request", "secret"),
        ({"row_rules": {"main.customers": "town = 'Lyon'"}}, "invalid_request", "town"),
        (
            {"row_rules": {"main.customers": "1=1) UNION SELECT 1 FROM orders WHERE (1=1"}},
            "invalid_request",
            "row rule",
        ),
        ({"row_rules": {"main.customers": "city = attribute(name)"}}, "invalid_request", "attribute('region')"),
        ({"row_rules": {"main.customers": "load_extension('x') IS NULL"}}, "invalid_request", "load_extension"),
        ({"row_rules": {"main.nothing": "1=1"}}, "invalid_request", "main.nothing"),
        ({"min_group": 1}, "invalid_request", "min_group"),
        ([], "invalid_request", ""),
    ],
    ids=str,
)
def test_what_is_no_policy_is_refused_and_nothing_changes(
    owner: Member, shop: DataSource, document: Any, code: str, said: str
) -> None:
    body = assert_problem(put(owner, document), status=400, code=code)
    assert said in json.dumps(body)
    assert all_rows(AccessPolicy, owner.tenant.id) == []


def test_only_those_who_manage_sources_reach_policies_and_only_their_own(
    owner: Member, analyst: Member, outsider: Member, shop: DataSource
) -> None:
    set_policy(shop, Role.ANALYST, ANALYSTS)
    for address in (ADDRESS, f"{ADDRESS}/preview"):
        assert_problem(analyst.client.get(address), status=403, code="insufficient_scope")
        assert_problem(outsider.client.get(address), status=404, code="not_found")
    assert_problem(put(analyst, {}), status=403, code="insufficient_scope")
    assert_problem(put(outsider, {}), status=404, code="not_found")
    assert_problem(owner.client.get(ADDRESS.replace("analyst", "king")), status=404, code="not_found")
    assert all_rows(AccessPolicy, outsider.tenant.id) == []
    assert only_row(AccessPolicy, owner.tenant.id).version == 1


def test_an_operator_writes_a_policy_and_sees_what_it_does(tenant: Tenant, shop: DataSource) -> None:
    client = operating(tenant)
    pages = "/admin/schema_index/accesspolicy/"
    given = {"source": str(shop.id), "role": "analyst"}

    wrong = client.post(f"{pages}add/", {**given, "document": '{"row_rules": {"main.customers": "town = 1"}}'})
    assert "The row rule of main.customers cannot be applied." in wrong.content.decode()
    assert "no column" in wrong.content.decode()
    saved = client.post(f"{pages}add/", {**given, "document": json.dumps(ANALYSTS)})
    assert saved.status_code == 302, saved.content.decode()
    version = only_row(AccessPolicy, tenant.id)
    assert (version.role, version.version, version.document and version.document["columns"]) == (
        *("analyst", 1),
        ANALYSTS["columns"],
    )
    page = client.get(f"{pages}{version.id}/change/").content.decode()
    assert "email (hidden)" in page
    assert f"add/?from={version.id}" in page
    draft = client.get(f"{pages}add/?from={version.id}").content.decode()
    assert "attribute(&#x27;city&#x27;)" in draft
    assert f'<option value="{shop.id}" selected>' in draft
    assert client.post(f"{pages}{version.id}/delete/", {"post": "yes"}).status_code == 403
