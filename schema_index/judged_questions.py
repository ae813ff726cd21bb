"""Stores judged questions of a source, from a file or one by one."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from schema_index.models import DataSource, JudgedQuestion
from tenants import audit
from tenants.context import current_tenant_id
from tenants.domain_error import DomainError

MAX_LINES = 20_000
MAX_LINE_BYTES = 64 * 1024
"""A question and fifty table names take a tenth of it."""

SHOWN_PROBLEMS = 10
FIELDS = frozenset({"question", "tables", "origin"})


class JudgedQuestionsInvalid(DomainError):
    """Some lines cannot be stored; `message` names the first of them, and nothing was stored."""

    code = "invalid_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`tables` are `schema.table`; none where nothing in the source answers the question."""

    question: str
    tables: tuple[str, ...]
    origin: str


def parse(lines: Iterable[bytes], *, origin: str) -> tuple[Judged, ...]:
    """One JSON object a line: `question`, `tables`, and `origin` where it differs. Pure.

    Of a question that comes twice, the last line counts. Raises JudgedQuestionsInvalid.
    """
    found: dict[str, Judged] = {}
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        if number > MAX_LINES:
            raise JudgedQuestionsInvalid(f"The file has more than {MAX_LINES:,} lines: import it in parts.")
        if not line.strip():
            continue
        try:
            judged = _judged(line, origin=origin)
        except ValueError as error:
            problems.append(f"line {number}: {error}")
        else:
            found[judged.question] = judged
    if problems:
        more = f"; and {len(problems) - SHOWN_PROBLEMS} more lines" if len(problems) > SHOWN_PROBLEMS else ""
        raise JudgedQuestionsInvalid(f"Nothing was stored. {'; '.join(problems[:SHOWN_PROBLEMS])}{more}.")
    return tuple(found.values())


def save_all(judged: Sequence[Judged], *, source: DataSource, actor: str) -> int:
    """Add or replace; returns how many are new. Needs an open scope. Raises JudgedQuestionsInvalid."""
    tenant_id = current_tenant_id()
    rows = [
        JudgedQuestion(
            tenant_id=tenant_id, source=source, question=one.question, tables=list(one.tables), origin=one.origin
        )
        for one in judged
    ]
    _check(rows)
    questions = {row.question for row in rows}
    stored = JudgedQuestion.objects.filter(source_id=source.id).values_list("id", "question")
    replaced = [row_id for row_id, question in stored if question in questions]
    JudgedQuestion.objects.filter(id__in=replaced).delete()
    JudgedQuestion.objects.bulk_create(rows, batch_size=500)
    audit.record("judged_questions.saved", actor=actor, subject=source.slug, count=len(rows))
    return len(rows) - len(replaced)


def _judged(line: bytes, *, origin: str) -> Judged:
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"is longer than {MAX_LINE_BYTES:,} bytes")
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("is no JSON") from None
    if not isinstance(given, dict) or not isinstance(given.get("question"), str):
        raise ValueError('is no object with a "question"')
    if unknown := sorted(given.keys() - FIELDS):
        raise ValueError(f"has unknown fields: {', '.join(unknown)[:200]}")
    tables = given.get("tables")
    if not isinstance(tables, list) or not all(isinstance(name, str) for name in tables):
        raise ValueError('needs "tables", a list of "schema.table"')
    if not isinstance(given.get("origin", ""), str):
        raise ValueError('has an "origin" that is no text')
    return Judged(
        question=given["question"].strip(),
        tables=tuple(dict.fromkeys(tables)),
        origin=given.get("origin") or origin,
    )


def _check(rows: Sequence[JudgedQuestion]) -> None:
    """Every field of each row against the model's own limits."""
    for row in rows:
        try:
            row.clean_fields(exclude=["tenant", "source"])
            row.clean()
        except ValidationError as error:
            wrong = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in sorted(error.message_dict.items()))
            raise JudgedQuestionsInvalid(f'Nothing was stored. Question "{row.question[:60]}": {wrong}') from None
