"""Judged questions come whole or not at all, once per source and question."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from schema_index.json_lines import LinesInvalid
from schema_index.judged_questions import Judged, parse
from schema_index.models import DataSource, JudgedQuestion
from tenants.context import tenant_transaction
from tenants.models import Tenant


def _lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _stored(tenant: Tenant) -> list[tuple[str, list[str], str]]:
    with tenant_transaction(tenant.id):
        return list(JudgedQuestion.objects.values_list("question", "tables", "origin"))


def test_a_second_import_replaces_by_question(
    tenant: Tenant, shop: DataSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "asked.jsonl"
    file.write_bytes(_lines({"question": "Who?", "tables": ["main.customers"]}, {"question": "When?", "tables": []}))
    call_command("import_questions", "shop", str(file), "--tenant", "acme")
    file.write_bytes(_lines({"question": "Who?", "tables": ["main.buyers"], "origin": "Ada"}))
    call_command("import_questions", "shop", str(file), "--tenant", "acme")

    assert _stored(tenant) == [("When?", [], "asked.jsonl"), ("Who?", ["main.buyers"], "Ada")]
    said = capsys.readouterr()
    assert said.out == "shop: 2 questions added, 0 replaced.\nshop: 0 questions added, 1 replaced.\n"
    assert said.err == "  1 named tables are not in the source now: main.buyers\n"


def test_a_file_with_a_bad_line_stores_nothing(tenant: Tenant, shop: DataSource, tmp_path: Path) -> None:
    file = tmp_path / "asked.jsonl"
    for bad in ({"question": " ", "tables": []}, {"question": "a\0b", "tables": []}, {"question": "x" * 2_001}):
        file.write_bytes(_lines({"question": "Who?", "tables": []}, {"tables": [], **bad}))
        with pytest.raises(CommandError, match="No line was taken:"):
            call_command("import_questions", "shop", str(file), "--tenant", "acme")
    assert _stored(tenant) == []
    with pytest.raises(CommandError, match=r"The file cannot be read: No such file or directory\."):
        call_command("import_questions", "shop", str(tmp_path / "none"), "--tenant", "acme")


def test_every_bad_line_is_named() -> None:
    lines = [
        b'{"question": "Who?", "tables": ["main.a", "main.a"]}',
        b"",
        b"nonsense",
        b"[" * 60_000,
        b'{"tables": []}',
        b'{"question": "Who?", "tables": "main.a"}',
        b'{"question": "Who?", "tables": [], "sql": ""}',
        b'{"question": "Who?", "tables": [], "origin": 1}',
        b" " * 70_000 + b"x",
    ]
    with pytest.raises(LinesInvalid) as raised:
        parse(lines, origin="file")
    assert raised.value.message == (
        'No line was taken: line 3 is no JSON; line 4 is no JSON; line 5 has no "question" that is text; '
        'line 6 needs "tables", a list of "schema.table"; line 7 has unknown fields: sql; '
        'line 8 has an "origin" that is no text; line 9 is longer than 65,536 bytes.'
    )
    assert parse(lines[:2], origin="file") == (Judged(question="Who?", tables=("main.a",), origin="file"),)
