"""The commands as a shell sees them: what they print, where, and with which exit code."""

import csv
import io
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from nl2sql.models import Run
from schema_index.models import DataSource
from tenants import api_keys, tenancy
from tenants.attributes import attributes_to_json
from tenants.context import tenant_transaction
from tenants.models import Membership, Tenant, User
from tenants.roles import Permission, Role
from tests.conftest import SHOP, Member, NewSource, database_file, sqlite_file
from tests.scripted_model import MALFORMED, REFUSES, SLOW, Recorded, Reply, ScriptedModel, answers
from tests.stored import all_rows, change_tenant, only_row, set_policy

COUNT = "How many customers are there?"


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command as `manage.py` does, in this process."""

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            call_command(*arguments)
            code = 0
        except CommandError as error:
            sys.stderr.write(f"CommandError: {error}\n")
            code = error.returncode
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        return (code, *capsys.readouterr())

    return run


Command = Callable[..., tuple[int, str, str]]


def test_an_answer_is_printed_with_its_evidence(command: Command, tenant: Tenant, shop: DataSource) -> None:
    code, out, err = command("ask", COUNT, "--tenant", "acme")

    steps = [line.partition(": ")[0] for line in err.splitlines()]
    assert (code, steps) == (
        0,
        ["Find the tables", "Write the statement", "Prove it safe", "Run it", "Check the answer"],
    )
    for part in (COUNT, "main.customers", "main.orders", "COUNT(*)", "checked"):
        assert part in out, part
    assert re.search(r"^\s*3\s*$", out, re.MULTILINE)
    assert "\x1b[" not in out, "no terminal, no colours"


def test_a_suspended_tenant_cannot_ask_from_the_shell_either(
    command: Command, tenant: Tenant, shop: DataSource
) -> None:
    change_tenant(tenant, is_suspended=True)

    assert command("ask", COUNT, "--tenant", "acme") == (1, "", "CommandError: This tenant is suspended.\n")
    assert all_rows(Run, tenant.id) == []


def test_json_is_the_apis_reply(command: Command, tenant: Tenant, shop: DataSource) -> None:
    code, out, err = command("ask", COUNT, "--tenant", "acme", "--json")

    reply = json.loads(out)
    assert (code, err, reply["status"], reply["result"]["rows"]) == (0, "", "completed", [[3]])
    run = only_row(Run, tenant.id)
    assert (reply["id"], run.actor) == (str(run.id), "system:command")


def test_it_may_be_asked_as_a_member_with_their_attributes(
    command: Command, analyst: Member, shop: DataSource, outsider: Member
) -> None:
    set_policy(shop, "analyst", {"row_rules": {"main.customers": "city = attribute('city')"}})
    with tenant_transaction(shop.tenant_id):
        Membership.objects.filter(user=analyst.user).update(attributes=attributes_to_json({"city": "Lyon"}))

    code, out, _ = command("ask", COUNT, "--tenant", "acme", "--as", "anna", "--json")
    reply = json.loads(out)
    assert (code, reply["result"]["rows"], reply["metadata"]) == (0, [[2]], {"asked_as": "anna"})
    code, out, _ = command("ask", COUNT, "--tenant", "acme", "--role", "owner", "--json")
    assert (code, json.loads(out)["result"]["rows"]) == (0, [[3]])
    for name in ("otto", "nobody"):
        code, out, err = command("ask", COUNT, "--tenant", "acme", "--as", name)
        assert (code, out, f'has no member "{name}"' in err) == (1, "", True)


def test_an_interrupt_ends_the_run_and_not_the_process(
    command: Command, tenant: Tenant, shop: DataSource, model: ScriptedModel
) -> None:
    def interrupted(_: Recorded) -> Reply:
        os.kill(os.getpid(), signal.SIGINT)
        return SLOW

    model.script([interrupted])
    before = signal.getsignal(signal.SIGINT)

    code, out, _ = command("ask", "Who are our customers?", "--tenant", "acme")

    assert (code, "The question was stopped." in out) == (1, True)
    assert signal.getsignal(signal.SIGINT) is before
    assert model.hung_up.wait(5)
    run = only_row(Run, tenant.id)
    assert (run.status, run.error_code, run.completed_at is None) == ("cancelled", "cancelled", False)


def test_csv_is_the_rows_alone(command: Command, tenant: Tenant, shop: DataSource, model: ScriptedModel) -> None:
    model.script([answers(sql="SELECT name, email FROM customers ORDER BY id")])

    code, out, _ = command("ask", "Who are our customers?", "--tenant", "acme", "--csv")

    assert code == 0
    assert list(csv.reader(io.StringIO(out, newline=""))) == [
        ["name", "email"],
        ["Ada", "ada@example.com"],
        ["Ben", "ben@example.com"],
        ["Cleo", ""],
    ]


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_a_refusal_has_its_own_exit_code(command: Command, tenant: Tenant, shop: DataSource, form: list[str]) -> None:
    code, out, err = command("ask", "What is the weather on Mars?", "--tenant", "acme", *form)

    assert code == 3
    if form == ["--csv"]:
        assert (out, "weather" in err) == ("", True), "standard output holds rows or nothing"
    else:
        assert "weather" in out


def test_a_models_refusal_is_printed_with_what_there_is(
    command: Command, tenant: Tenant, shop: DataSource, model: ScriptedModel
) -> None:
    model.script([REFUSES])

    code, out, _ = command("ask", "What is the weather?", "--tenant", "acme")

    assert code == 3
    assert "could not be placed: weather" in out
    assert "there is: orders" in out


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_a_failure_is_told_without_a_stack(
    command: Command, tenant: Tenant, shop: DataSource, model: ScriptedModel, form: list[str]
) -> None:
    model.script([MALFORMED] * 2)

    code, out, err = command("ask", COUNT, "--tenant", "acme", *form)

    assert code == 1
    assert "could not be read" in (err if form == ["--csv"] else out)
    assert "Traceback" not in out + err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["", "--tenant", "acme"], 2, "question"),
        (["x" * 2_001, "--tenant", "acme"], 2, "2000"),
        (["How many\udcff?", "--tenant", "acme"], 2, "question"),
        ([COUNT, "--tenant", "acme", "--source", "no slug"], 2, "data_source"),
        ([COUNT, "--tenant", "nobody"], 1, 'There is no tenant "nobody"'),
        ([COUNT, "--tenant", "acme"], 1, "This tenant has no data source yet"),
        ([COUNT, "--tenant", "acme", "--source", "nothing"], 1, 'There is no data source "nothing"'),
    ],
)
def test_wrong_usage_and_what_does_not_exist_are_told(
    command: Command, tenant: Tenant, arguments: list[str], code: int, told: str
) -> None:
    found, out, err = command("ask", *arguments)

    assert (found, out) == (code, "")
    assert told in err
    assert "Traceback" not in err


def test_another_tenants_source_cannot_be_asked(command: Command, shop: DataSource, other_tenant: Tenant) -> None:
    code, _, err = command("ask", COUNT, "--tenant", "other", "--source", "shop")

    assert (code, 'There is no data source "shop"' in err) == (1, True)


# --- setting up


def test_a_sync_says_what_changed(command: Command, tenant: Tenant, new_sqlite_source: NewSource) -> None:
    new_sqlite_source(tenant, index_values=False)

    code, out, err = command("sync_schema", "shop", "--tenant", "acme")
    assert code == 0, err
    assert "shop: revision 1, 2 tables, " in out
    assert "2 texts embedded" in out
    assert "table added: main.customers" in out
    code, out, _ = command("sync_schema", "--tenant", "acme")
    assert (code, out) == (0, "shop: revision 1, 2 tables, 0 changes, 0 texts embedded.\n")


def test_a_database_is_tried_then_stored_then_read(
    command: Command, tenant: Tenant, outsider: Member, tmp_path: Path
) -> None:
    (tmp_path / "shop.db").write_bytes(sqlite_file(SHOP))
    connect = ("connect_source", "shop", "--tenant", "acme", "--dialect", "sqlite")

    for _ in range(2):
        code, out, err = command(*connect, "--file", str(tmp_path / "shop.db"))
        assert (code, "The connection works" in out, "shop: revision 1, 2 tables" in out) == (0, True, True), err
    assert command("ask", COUNT, "--tenant", "acme", "--csv")[1].splitlines()[1:] == ['"3"']
    assert "no data source yet" in command("ask", COUNT, "--tenant", outsider.tenant.slug)[2]

    (tmp_path / "secret").write_text("wrong\n")
    server = ("--host", "127.0.0.1", "--port", "1", "--password-file", str(tmp_path / "secret"))
    assert command(*connect, *server)[0] == 2
    asked = ("connect_source", "away", "--tenant", "acme", "--dialect", "postgres", "--database", "shop", *server)
    code, _, err = command(*asked)
    assert (code, "wrong" in err) == (1, False)
    assert [one.slug for one in all_rows(DataSource, tenant.id)] == ["shop"]


def test_a_sync_that_fails_says_why(command: Command, tenant: Tenant, new_sqlite_source: NewSource) -> None:
    source = new_sqlite_source(tenant)
    database_file(tenant, "shop").unlink()

    code, out, err = command("sync_schema", "--tenant", "acme")

    assert (code, out, "existing database file" in err) == (1, "", True)
    with tenant_transaction(tenant.id):
        source.refresh_from_db()
    assert "existing database file" in source.sync_error


@pytest.mark.django_db
def test_a_tenant_is_created_once_with_its_owner(command: Command) -> None:
    User.objects.create_user(username="ina")

    for _ in range(2):
        code, out, err = command("create_tenant", "inc", "--name", "Inc", "--owner", "ina")
        assert (code, out.startswith("Tenant inc is there")) == (0, True), err

    code, out, _ = command("create_api_key", "--tenant", "inc")
    principal = api_keys.authenticate(out.strip())
    assert (principal.tenant_id, principal.permissions) == (tenancy.by_slug("inc").id, frozenset({Permission.ASK}))
    assert (principal.role, principal.attributes) == (Role.VIEWER, {})
    known = ["--attribute", "region=EU", "--attribute", "team=04", "--attribute", "team=7"]
    code, out, _ = command("create_api_key", "--tenant", "inc", "--role", "analyst", *known)
    principal = api_keys.authenticate(out.strip())
    assert (principal.role, principal.attributes) == (Role.ANALYST, {"region": "EU", "team": ("04", "7")})
    with tenant_transaction(principal.tenant_id):
        assert list(Membership.objects.values_list("user__username", "role")) == [("ina", "owner")]


def test_a_tenants_calendar_is_set_and_shown(tenant: Tenant, command: Command) -> None:
    assert command("tenant_calendar", "acme")[1] == "Time zone UTC; the fiscal year begins with month 1.\n"
    code, out, _ = command("tenant_calendar", "acme", "--time-zone", "Europe/Paris", "--fiscal-year-starts", "4")
    assert (code, out) == (0, "Time zone Europe/Paris; the fiscal year begins with month 4.\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["tenant_calendar", "acme", "--fiscal-year-starts", "13"], "a number from 1 to 12"),
        (["tenant_calendar", "acme", "--time-zone", "Mars/Base"], "There is no such time zone"),
        (["create_tenant", "inc", "--owner", "nobody"], 'There is no user "nobody"'),
        (["create_api_key", "--tenant", "nobody"], 'There is no tenant "nobody"'),
        (["create_api_key", "--tenant", "acme", "--days", "0"], "between 1 and"),
        (["create_api_key", "--tenant", "acme", "--attribute", "region"], "NAME=VALUE"),
        (["create_api_key", "--tenant", "acme", "--attribute", "Region=EU"], "lower-case letters"),
        (["sync_schema", "--tenant", "nobody"], 'There is no tenant "nobody"'),
        (["sync_schema", "nothing", "--tenant", "acme"], 'There is no data source "nothing"'),
    ],
)
def test_what_cannot_be_set_up_is_told(command: Command, tenant: Tenant, arguments: list[str], told: str) -> None:
    code, out, err = command(*arguments)

    assert (code, out, told in err) == (1, "", True), err
