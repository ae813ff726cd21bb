"""What models and target databases do wrong, through the API: a documented error or refusal, and a run that says so."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from nl2sql.models import Run, RunEvent
from schema_index.models import DataSource
from schema_index.sources import set_password
from tenants.context import tenant_transaction
from tenants.models import UsageCounter
from tests.conftest import Configure, Member, NewSource, database_file, sync_and_embed
from tests.functional.conftest import MODEL_KEY, TargetDatabase
from tests.scripted_model import (
    BROKEN,
    CLARIFIES,
    CUT_OFF,
    EMPTY,
    LIMITED,
    MALFORMED,
    REFUSES,
    SLOW,
    TWO_STATEMENTS,
    WRITES,
    WRONG_KEY,
    Reply,
    ScriptedModel,
    answers,
    fails,
    says,
)
from tests.stored import alter

QUESTION = "What have our customers paid?"
PAID = (
    "SELECT c.name, SUM(o.total) AS paid FROM customers AS c JOIN orders AS o ON o.customer_id = c.id GROUP BY c.name"
)
NUMBERS = "CREATE TABLE numbers (n INTEGER PRIMARY KEY, label TEXT NOT NULL);" + "".join(
    f"INSERT INTO numbers VALUES ({n}, '{'x' * 50}');" for n in range(1, 401)
)
FOREVER = (
    "SELECT count(*) FROM {0} AS a JOIN {0} AS b ON a.{1} <> b.{1} JOIN {0} AS c ON b.{1} <> c.{1} "
    "JOIN {0} AS d ON c.{1} <> d.{1}"
)

Asked = Callable[..., tuple[dict[str, Any], Run]]


@pytest.fixture
def asked(analyst: Member, last_run: Callable[[Member], Run]) -> Asked:
    """Asks, and gives the reply or problem with the stored run, which must agree."""

    def ask(status: int, code: str = "", *, question: str = QUESTION) -> tuple[dict[str, Any], Run]:
        response = analyst.client.post("/nl2sql", {"question": question})
        body: dict[str, Any] = json.loads(response.content)
        run = last_run(analyst)
        assert (response.status_code, body.get("code", "")) == (status, code), body
        assert (run.error_code, run.completed_at is not None) == (code, True)
        assert run.request_id == response["X-Request-ID"]
        if code:
            assert run.status == "failed"
            assert (body["detail"], body["run_id"]) == (run.error_detail, str(run.id))
            assert response["Content-Type"] == "application/problem+json"
            told = response.content.decode() + json.dumps(run.reply)
            for secret in (MODEL_KEY, "se****cret", "Traceback", "127.0.0.1", ".sqlite", "reader's own"):
                assert secret not in told
        else:
            assert body["status"] == run.status
        return body, run

    return ask


def kinds(run: Run) -> list[str]:
    with tenant_transaction(run.tenant_id):
        return [event.kind for event in RunEvent.objects.filter(run=run) if event.kind != "step"]


# --- what a model answers


def test_a_good_answer_is_run_and_its_tokens_are_counted(asked: Asked, shop: DataSource, model: ScriptedModel) -> None:
    model.script([answers(sql=PAID, interpreted_as="Sum of order totals per customer", assumptions=["all orders"])])

    reply, run = asked(200)

    assert sorted(reply["result"]["rows"]) == [["Ada", 50], ["Ben", 5], ["Cleo", 45]]
    assert reply["interpreted_as"] == "Sum of order totals per customer"
    assert reply["assumptions"] == ["all orders"]
    assert (reply["sql"]["generator"], reply["sql"]["repaired"]) == ("scripted", False)
    assert reply["sql"]["tables"] == ["main.customers", "main.orders"]
    assert reply["chart"]["kind"] == "bar"
    assert reply["trust"]["label"] == "unverified", "nobody has proven what a model meant"
    assert (run.model, run.input_tokens, run.output_tokens) == ("scripted", 100, 10)
    assert kinds(run) == ["retrieved", "drafted", "sql", "suggestions", "done"]
    with tenant_transaction(run.tenant_id):
        counted = dict(UsageCounter.objects.values_list("kind", "amount"))
    assert counted == {"questions": 1, "input_tokens": 100, "output_tokens": 10}


def test_the_prompt_holds_the_schema_and_no_rows(asked: Asked, shop: DataSource, model: ScriptedModel) -> None:
    model.script([answers(sql=PAID)])

    asked(200)

    (request,) = model.requests
    assert request.headers["authorization"] == f"Bearer {MODEL_KEY}"
    assert "customer_id" in request.text
    assert QUESTION in request.text
    for cell in ("Ada", "ada@example.com", "Lyon"):
        assert cell not in request.text


def test_an_unknown_column_is_mended_once(asked: Asked, shop: DataSource, model: ScriptedModel) -> None:
    model.script([answers(sql="SELECT nmae FROM customers"), answers(sql="SELECT name FROM customers")])

    reply, run = asked(200)

    assert reply["sql"]["repaired"] is True
    assert reply["result"]["row_count"] == 3
    assert len(model.requests) == 2
    assert "nmae" in model.requests[1].text
    assert (run.input_tokens, run.output_tokens) == (200, 20)
    assert kinds(run) == ["retrieved", "drafted", "blocked", "drafted", "sql", "suggestions", "done"]
    assert [step["attempt"] for step in reply["steps"] if step["name"] == "generate"] == [1, 2]


@pytest.mark.parametrize(
    ("behaviour", "rule"),
    [
        (answers(sql="SELECT nmae FROM customers"), "unknown_column"),
        (answers(sql="SELECT * FROM tenants_apikey"), "unknown_table"),
        (WRITES, "not_a_query"),
        (TWO_STATEMENTS, "multiple_statements"),
        (answers(sql="I would rather not"), "not_a_query"),
        (answers(sql="WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"), ""),
        (answers(sql="SELECT name FROM customers WHERE name = '\x00\ud800'"), ""),
    ],
    ids=["column", "table", "write", "two", "prose", "endless", "unstorable"],
)
def test_a_forbidden_statement_written_twice_ends_in_the_rule_it_broke(
    asked: Asked, shop: DataSource, model: ScriptedModel, behaviour: Reply, rule: str
) -> None:
    model.script([behaviour, behaviour])

    body, run = asked(422, "sql_blocked")

    assert body["rule"] in body["rules"]
    assert rule in ("", body["rule"])
    assert len(model.requests) == 2
    assert (run.input_tokens, run.sql) == (200, "")
    assert kinds(run) == ["retrieved", "drafted", "blocked", "drafted", "error"]


def test_a_draft_is_mended_twice_at_most_and_told_what_failed_before(
    asked: Asked, shop: DataSource, model: ScriptedModel
) -> None:
    model.script([answers(sql=f"SELECT {name} FROM customers") for name in ("nmae", "naem", "mane", "name")])

    body, run = asked(422, "sql_blocked")

    assert (body["rule"], len(model.requests), run.input_tokens) == ("unknown_column", 3, 300)
    told = model.requests[2].text
    assert "Columns of a like name: main.customers.name TEXT." in told
    assert "Failed before: SELECT nmae FROM customers" in told
    assert kinds(run) == ["retrieved", *["drafted", "blocked"] * 3, "error"]


def test_a_models_refusal_is_passed_on(asked: Asked, shop: DataSource, model: ScriptedModel) -> None:
    model.script([REFUSES])

    reply, run = asked(200)

    assert (reply["status"], reply["answer"]) == ("cannot_answer", "There is no weather in this database.")
    assert reply["refusal"] == {"missing": ["weather"], "available": ["orders"]}
    assert run.input_tokens == 100
    assert kinds(run) == ["retrieved", "suggestions", "done"]


def test_a_models_question_is_passed_on(asked: Asked, shop: DataSource, model: ScriptedModel) -> None:
    model.script([CLARIFIES])

    reply, run = asked(200)

    assert reply["clarification"]["question"] == "Gross or net revenue?"
    assert run.status == "needs_clarification"


@pytest.mark.parametrize(
    ("behaviour", "calls"),
    [(MALFORMED, 2), (EMPTY, 2), (says("I cannot do that"), 2), (says(PAID, finish_reason="length"), 1)],
    ids=["malformed", "empty", "prose", "cut"],
)
def test_an_unreadable_answer_is_asked_for_again_and_then_an_error(
    asked: Asked, shop: DataSource, model: ScriptedModel, behaviour: Reply, calls: int
) -> None:
    model.script([behaviour] * calls)

    _, run = asked(502, "llm_bad_response")

    assert len(model.requests) == calls
    assert (run.input_tokens, run.output_tokens) == (100 * calls, 10 * calls), "spent all the same"
    assert kinds(run) == ["retrieved", "error"]


@pytest.mark.parametrize(
    ("behaviour", "mending"),
    [
        (WRONG_KEY, "LLM_API_KEY"),
        (LIMITED, "ask again"),
        (BROKEN, "ask again"),
        (fails(404, message="no such model"), "LLM_MODEL"),
        (CUT_OFF, "LLM_BASE_URL"),
    ],
    ids=["401", "429", "500", "404", "cut off"],
)
def test_a_failing_endpoint_is_told_with_how_to_mend_it(
    asked: Asked, shop: DataSource, model: ScriptedModel, behaviour: Reply, mending: str
) -> None:
    model.script([behaviour])

    body, run = asked(503, "llm_unavailable")

    assert mending in body["detail"]
    assert (run.model, run.input_tokens) == ("scripted", 0)


def test_an_endpoint_that_nobody_listens_at_is_unavailable(
    asked: Asked, shop: DataSource, model: ScriptedModel, change_environment: Configure
) -> None:
    change_environment(llm_base_url=f"http://127.0.0.1:{_closed_port()}/v1")

    body, _ = asked(503, "llm_unavailable")

    assert "LLM_BASE_URL" in body["detail"]


def test_a_slow_model_is_given_up(
    asked: Asked, shop: DataSource, model: ScriptedModel, change_environment: Configure
) -> None:
    change_environment(llm_timeout_s=0.3)
    model.script([SLOW])

    body, _ = asked(504, "llm_timeout")

    assert "LLM_TIMEOUT_S" in body["detail"]


def test_what_was_spent_before_a_failure_is_counted(asked: Asked, shop: DataSource, model: ScriptedModel) -> None:
    model.script([answers(sql="SELECT nmae FROM customers"), BROKEN])

    _, run = asked(503, "llm_unavailable")

    assert (run.input_tokens, run.output_tokens) == (100, 10)
    assert kinds(run) == ["retrieved", "drafted", "blocked", "error"]


# --- what a target database does


@pytest.fixture
def numbers(analyst: Member, new_synced_source: NewSource) -> DataSource:
    """A SQLite source with 400 rows, whose joins are as large as one likes."""
    return new_synced_source(analyst.tenant, slug="numbers", script=NUMBERS, index_values=False)


@pytest.fixture(params=["numbers", "warehouse"])
def large(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    """A table with hundreds of rows, its column of numbers, and another one."""
    request.getfixturevalue(request.param)
    return ("numbers", "n", "label") if request.param == "numbers" else ("stock", "bin", "amount")


def test_a_query_that_runs_for_ever_is_stopped(
    asked: Asked, large: tuple[str, str, str], model: ScriptedModel, change_environment: Configure
) -> None:
    change_environment(query_timeout_ms=400, query_max_cost=None)
    model.script([answers(sql=FOREVER.format(*large))])

    body, run = asked(504, "query_timeout")

    assert "0.4 s" in body["detail"]
    assert (run.input_tokens, len(model.requests)) == (100, 1), "a repair would only run as long again"


def test_a_hopeless_query_is_not_begun_and_the_model_may_ask_for_less(
    asked: Asked, warehouse: DataSource, model: ScriptedModel
) -> None:
    hopeless = answers(sql=FOREVER.format("stock", "bin"))
    model.script([hopeless, answers(sql=f"{FOREVER.format('stock', 'bin')} LIMIT 1"), hopeless])

    body, run = asked(422, "query_too_expensive")

    assert "expects this query to cost" in body["detail"]
    assert kinds(run) == ["retrieved", *["drafted", "sql", "query_failed"] * 2, "drafted", "error"]
    assert "expects this query to cost" in model.requests[1].text


def test_ten_million_rows_are_cut(
    asked: Asked, large: tuple[str, str, str], model: ScriptedModel, change_environment: Configure
) -> None:
    change_environment(query_max_rows=100)
    table, column, _ = large
    sql = (
        f"SELECT a.{column} AS one, b.{column} AS two FROM {table} AS a JOIN {table} AS b "
        f"ON a.{column} <> b.{column} JOIN {table} AS c ON b.{column} <> c.{column} LIMIT 10000000"
    )
    model.script([answers(sql=sql)])

    reply, _ = asked(200)

    assert (reply["result"]["row_count"], len(reply["result"]["rows"])) == (100, 100)
    assert reply["result"]["truncated"] is True
    assert reply["answer"] == "more than 100 rows."
    assert reply["chart"] is None


def test_a_result_over_the_byte_cap_is_stopped(
    asked: Asked, large: tuple[str, str, str], model: ScriptedModel, change_environment: Configure
) -> None:
    change_environment(query_max_bytes=1_000)
    table, column, other = large
    model.script([answers(sql=f"SELECT {column}, {other} FROM {table}")])

    body, _ = asked(502, "data_source_error")

    assert body["max_bytes"] == 1_000
    assert "Ask for fewer rows" in body["detail"]


def test_a_division_by_zero_is_repaired(asked: Asked, warehouse: DataSource, model: ScriptedModel) -> None:
    model.script(
        [answers(sql="SELECT sum(1 / amount) FROM stock"), answers(sql="SELECT sum(amount) AS amount FROM stock")]
    )

    reply, run = asked(200)

    assert reply["sql"]["repaired"] is True
    assert kinds(run) == ["retrieved", "drafted", "sql", "query_failed", "drafted", "sql", "done"]
    assert "divides by zero" in model.requests[1].text


def test_a_statement_refused_twice_is_the_sources_error(
    asked: Asked, warehouse: DataSource, model: ScriptedModel
) -> None:
    model.script([answers(sql="SELECT sum(1 / amount) FROM stock")] * 2)

    body, run = asked(502, "data_source_error")

    assert (body["detail"], body["sqlstate"]) == ("The statement divides by zero.", "22012")
    assert run.input_tokens == 200


def test_what_a_cell_holds_is_not_told_with_the_error(
    asked: Asked, warehouse: DataSource, model: ScriptedModel
) -> None:
    model.script([answers(sql="SELECT CAST(name AS integer) FROM products")] * 2)

    body, run = asked(502, "data_source_error")

    assert "Bolt" not in json.dumps(body) + json.dumps(run.reply) + model.requests[1].text
    assert body["detail"] == "A value does not have the form its type needs."


@pytest.mark.parametrize("change", [{"port": None}, {"password": "wrong"}], ids=["nobody listens", "wrong password"])
def test_a_source_that_cannot_be_reached_says_so(
    asked: Asked, warehouse: DataSource, model: ScriptedModel, change: dict[str, Any]
) -> None:
    with tenant_transaction(warehouse.tenant_id):
        if "port" in change:
            warehouse.port = _closed_port()
        else:
            set_password(warehouse, change["password"])
        warehouse.save()
    model.script([answers(sql="SELECT name FROM products")])

    body, _ = asked(503, "data_source_unavailable")

    assert "could not be reached" in body["detail"]
    assert len(model.requests) == 1, "nothing to repair"


def test_a_source_that_moved_where_none_may_be_is_refused(asked: Asked, warehouse: DataSource) -> None:
    with tenant_transaction(warehouse.tenant_id):
        DataSource.objects.update(host="169.254.169.254")

    body, _ = asked(422, "data_source_forbidden")

    assert "169.254" not in body["detail"]


def test_a_file_that_vanished_is_told(asked: Asked, analyst: Member, shop: DataSource) -> None:
    database_file(analyst.tenant, "shop").unlink()

    body, _ = asked(422, "data_source_forbidden", question="How many customers are there?")

    assert "existing database file" in body["detail"]


def test_a_file_that_is_no_database_is_told(asked: Asked, analyst: Member, shop: DataSource) -> None:
    database_file(analyst.tenant, "shop").write_bytes(b"no database" * 100)

    asked(503, "data_source_unavailable", question="How many customers are there?")


def test_a_table_dropped_since_the_sync_is_the_sources_error(asked: Asked, shop: DataSource) -> None:
    alter(shop, "DROP TABLE orders; DROP TABLE customers;")

    body, run = asked(502, "data_source_error", question="How many customers are there?")

    assert body["engine_code"] == "SQLITE_ERROR"
    assert kinds(run) == ["retrieved", "drafted", "sql", "query_failed", "error"]


def test_a_table_dropped_on_a_server_is_the_sources_error(
    asked: Asked, warehouse: DataSource, target_database: TargetDatabase, model: ScriptedModel
) -> None:
    model.script([answers(sql="SELECT count(*) FROM stock")] * 2)
    target_database.run("ALTER TABLE stock RENAME TO gone")
    try:
        body, _ = asked(502, "data_source_error")
    finally:
        target_database.run("ALTER TABLE gone RENAME TO stock")

    assert (body["sqlstate"], body["detail"]) == ("42P01", "A table the statement names does not exist.")


def test_cells_that_no_database_of_ours_could_hold_are_shown(
    asked: Asked, analyst: Member, new_sqlite_source: NewSource, model: ScriptedModel
) -> None:
    source = new_sqlite_source(
        analyst.tenant,
        slug="odd",
        script="CREATE TABLE odd (id INTEGER PRIMARY KEY, cell); "
        "INSERT INTO odd (cell) VALUES ('a' || char(0) || 'b'), (CAST(x'ff' AS TEXT)), (x'00ff'), (9e999), "
        "(9223372036854775807), ('=1+1');",
        index_values=False,
    )
    sync_and_embed(source)
    model.script([answers(sql="SELECT cell FROM odd ORDER BY id")])

    reply, _ = asked(200)

    assert reply["result"]["rows"] == [["a\ufffdb"], ["\ufffd"], ["AP8="], [None], ["9223372036854775807"], ["=1+1"]]


def _closed_port() -> int:
    """Nobody listens there now, and the system hands freed ports out again last."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
