"""SQL text in, verdict or SQL text out: the corpora under tests/spec/sql, one statement a paragraph."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from nl2sql.dialects.registry import DIALECTS
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted, Rejected
from schema_index.schema import Dialect
from tests.unit.validation.shop import ROW_LIMIT, shop

_SPEC = Path(__file__).resolve().parents[2] / "spec" / "sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`title` is the comment above the statement, `expected` what stands below `-- =>`."""

    dialect: Dialect
    title: str
    sql: str
    expected: str = ""


def cases(name: str) -> list[Case]:
    found: list[Case] = []
    for dialect in DIALECTS:
        text = (_SPEC / dialect / f"{name}.sql").read_text(encoding="utf-8")
        for paragraph in text.strip().split("\n\n"):
            title, _, body = paragraph.partition("\n")
            sql, _, expected = body.partition("\n-- =>\n")
            found.append(
                Case(
                    dialect=dialect,
                    title=title.removeprefix("-- "),
                    sql=sql.strip(),
                    expected=expected.strip(),
                )
            )
    return found


def _id(case: Case) -> str:
    return f"{case.dialect}: {case.title}"


@pytest.mark.parametrize("case", cases("accepted"), ids=_id)
def test_accepted(case: Case) -> None:
    verdict = validate(case.sql, schema=shop(case.dialect), row_limit=ROW_LIMIT)
    assert isinstance(verdict, Accepted), verdict
    assert (verdict.dialect, verdict.row_limit) == (case.dialect, ROW_LIMIT)


@pytest.mark.parametrize("case", cases("rejected"), ids=_id)
def test_rejected(case: Case) -> None:
    verdict = validate(case.sql, schema=shop(case.dialect), row_limit=ROW_LIMIT)
    assert isinstance(verdict, Rejected), verdict
    assert case.title.partition(":")[0] in {violation.code for violation in verdict.violations}, verdict.violations


@pytest.mark.parametrize("case", cases("rewritten"), ids=_id)
def test_rewritten(case: Case) -> None:
    verdict = validate(case.sql, schema=shop(case.dialect), row_limit=ROW_LIMIT)
    assert isinstance(verdict, Accepted), verdict
    assert verdict.sql == case.expected
