"""Questions with what a right answer is, from a file of JSON lines or from wherever a tenant keeps them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schema_index.json_lines import read_lines
from tenants.domain_error import DomainError

MAX_QUESTIONS = 20_000
MAX_LINE_BYTES = 256 * 1024
"""A question with ten gold statements takes a tenth of it."""

MAX_QUESTION = 2_000
"""Characters, as the API accepts."""

MAX_KEY = 200
MAX_GOLDS = 50


class QuestionSetInvalid(DomainError):
    """There is no such set, or no question in it: nothing was asked."""

    code = "invalid_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationQuestion:
    """`golds` are statements each of which answers it; `tables` (`schema.table`) stand in where there is none.

    `source` is the slug of the data source to ask, empty for the tenant's only one; `dialect` that of the golds, empty
    for the source's own. With neither golds nor tables, only whether it is answered can be judged.
    """

    key: str
    question: str
    golds: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    source: str = ""
    dialect: str = ""
    is_answerable: bool = True


def parse(lines: Iterable[bytes], *, source: str = "") -> tuple[EvaluationQuestion, ...]:
    """One JSON object a line: `question`, `sql` (or `gold_sql`: one statement or several), and where they apply `id`,
    `source` (slug) or `db`, `dialect`, `answerable`, `tables`. Other fields are left alone. A `source` given here is
    asked every question, whatever the lines say.

    Raises LinesInvalid, or QuestionSetInvalid where no line is left.
    """
    keys = set[str]()

    def read(given: Mapping[str, Any], number: int) -> EvaluationQuestion:
        question = _question(given, number=number, source=source)
        if question.key in keys:
            raise ValueError(f'has the id "{question.key}" of an earlier line')
        keys.add(question.key)
        return question

    found = read_lines(lines, read=read, max_lines=MAX_QUESTIONS, max_line_bytes=MAX_LINE_BYTES)
    if not found:
        raise QuestionSetInvalid("The set holds no question.")
    return found


def _question(given: Mapping[str, Any], *, number: int, source: str) -> EvaluationQuestion:
    question = _text(given, "question").strip()
    if not question or len(question) > MAX_QUESTION:
        raise ValueError(f'needs a "question" of at most {MAX_QUESTION:,} characters')
    golds = _texts(given, "sql") or _texts(given, "gold_sql")
    is_answerable = given.get("answerable", True)
    if not isinstance(is_answerable, bool):
        raise ValueError('has an "answerable" that is neither true nor false')
    return EvaluationQuestion(
        key=_text(given, "id")[:MAX_KEY] or f"line {number}",
        question=question,
        golds=golds if is_answerable else (),
        tables=() if golds else _texts(given, "tables"),
        source=source or _text(given, "source") or _text(given, "db").replace("_", "-"),
        dialect=_text(given, "dialect"),
        is_answerable=is_answerable,
    )


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f'has a "{name}" that is no text')
    return value


def _texts(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name) or []
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and "\0" not in text for text in texts):
        raise ValueError(f'has a "{name}" that is neither text nor a list of texts')
    if len(texts) > MAX_GOLDS:
        raise ValueError(f'has more than {MAX_GOLDS} entries in "{name}"')
    return tuple(text for text in texts if text.strip())
