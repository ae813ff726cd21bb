"""Events to the reply, for each way that a run can end."""

import json
from decimal import Decimal
from typing import Any

import pytest

from nl2sql.events import (
    Answered,
    AskedBack,
    CannotAnswer,
    Drafted,
    Ending,
    Event,
    Failed,
    Found,
    Passed,
    StepDone,
    StepStarted,
)
from nl2sql.generation.base import Choice, Clarify, Draft, Refused, Usage
from nl2sql.replies.reply import pretty_sql, reply_body, unanswered_body
from nl2sql.replies.stored_json import storable
from nl2sql.trust.receipt import checks_of
from nl2sql.validation.verdict import Accepted
from schema_index.connectors.base import ResultColumn, ResultSet
from schema_index.retrieval.types import KnowledgeHit, Retrieved, TableHit

FOUND = Found(
    retrieved=Retrieved(
        tables=(TableHit(schema="main", name="orders", similarity=0.5, reason="similar to the question"),),
        knowledge=(KnowledgeHit(kind="faq", title="What is paid?", text="status", similarity=0.4),),
        values=(),
    )
)
CHOICES = (Choice(text="gross", reading="With tax.", sql="SELECT 1"), Choice(text="net"))
SAID = [{"text": "gross", "reading": "With tax."}, {"text": "net", "reading": ""}]
USAGE = Usage(model="scripted", input_tokens=100, output_tokens=10)


def answered(*rows: tuple[Any, ...], truncated: bool = False, run: bool = True, **changed: Any) -> Answered:
    columns = tuple(ResultColumn(name=f"c{n}", kind="number") for n in range(len(rows[0]) if rows else 1))
    result = ResultSet(columns=columns, rows=rows, truncated=truncated, elapsed_ms=1) if run else None
    given: dict[str, Any] = {
        "draft": Draft(sql="select 1", generator="scripted", interpreted_as="One", assumptions=("all",)),
        "accepted": Accepted(
            sql="SELECT 1 LIMIT 11",
            dialect="sqlite",
            tables=("main.orders",),
            columns=("main.orders.id",),
            row_limit=10,
        ),
        "result": result,
        "checks": checks_of(every_word_placed=False, result=result),
        "repaired": False,
        "usage": USAGE,
    }
    return Answered(**{**given, **changed})


def test_an_answer_becomes_the_whole_reply() -> None:
    ending = answered((Decimal("1.10"), 2), repaired=True)

    reply = reply_body([FOUND, StepDone(name="generate", ms=5, attempt=2), ending])

    assert reply == {
        "status": "completed",
        "interpreted_as": "One",
        "answer": "1 row.",
        "explanation": "Written by a language model; reads main.orders.",
        "assumptions": ["all"],
        "sql": {
            "text": "SELECT 1 LIMIT 11",
            "dialect": "sqlite",
            "tables": ["main.orders"],
            "columns": ["main.orders.id"],
            "generator": "scripted",
            "edited": False,
            "repaired": True,
            "warnings": [],
        },
        "result": {
            "columns": [{"name": "c0", "type": "number"}, {"name": "c1", "type": "number"}],
            "rows": [["1.10", 2]],
            "row_count": 1,
            "truncated": False,
        },
        "chart": None,
        "trust": {
            "label": "unverified",
            "verified": None,
            "checks": [
                {"name": check.name, "outcome": check.outcome, "detail": check.detail} for check in ending.checks
            ],
            "receipt": None,
        },
        "follow_up": None,
        "clarification": None,
        "refusal": None,
        "retrieval": {
            "tables": [{"name": "main.orders", "similarity": 0.5, "reason": "similar to the question"}],
            "knowledge": [{"kind": "faq", "title": "What is paid?", "similarity": 0.4, "stale_reason": ""}],
        },
        "suggestions": [],
        "steps": [{"name": "generate", "status": "done", "ms": 5, "attempt": 2}],
        "usage": {"model": "scripted", "input_tokens": 100, "output_tokens": 10, "cost": None},
    }
    assert json.loads(json.dumps(reply)) == reply


@pytest.mark.parametrize(
    ("ending", "sentence"),
    [
        (answered(), "No rows."),
        (answered((Decimal("12.5"),)), "C0: 12.5"),
        (answered((None,)), "C0: null"),
        (answered((1,), (2,)), "2 rows."),
        (answered((1,), (2,), truncated=True), "more than 2 rows."),
        (answered((1, 2), truncated=True), "more than 1 row."),
        (answered(run=False), "The statement was checked and not run."),
    ],
)
def test_the_answer_is_one_true_sentence(ending: Answered, sentence: str) -> None:
    assert reply_body([ending])["answer"] == sentence


def test_a_failure_names_its_step_and_keeps_what_was_proven() -> None:
    ok = answered()
    told: list[Event] = [
        StepStarted(name="validate"),
        Drafted(draft=ok.draft),
        Passed(accepted=ok.accepted, repaired=False),
    ]
    failed = Failed(code="query_timeout", message="Too slow.", details={}, usage=USAGE)

    reply = reply_body([*told, StepStarted(name="execute"), failed])

    assert reply["error"] == {"code": "query_timeout", "detail": "Too slow.", "step": "execute"}
    assert (reply["sql"]["text"], reply["result"], reply["steps"]) == ("SELECT 1 LIMIT 11", None, [])


def test_who_stopped_a_run_finds_it_cancelled() -> None:
    stopped = Failed(code="cancelled", message="The question was stopped.", details={}, usage=USAGE)

    assert reply_body([stopped])["status"] == "cancelled"


def test_what_failed_a_check_is_a_warning() -> None:
    assert reply_body([answered((1, 2), truncated=True)])["sql"]["warnings"] == [
        "The result was cut after 1 rows: more exist."
    ]


@pytest.mark.parametrize(
    ("ending", "status", "part", "content"),
    [
        (
            AskedBack(clarify=Clarify(question="Gross or net?", choices=CHOICES), usage=USAGE),
            *("needs_clarification", "clarification", {"question": "Gross or net?", "choices": SAID}),
        ),
        (
            CannotAnswer(refused=Refused(message="No weather.", missing=("weather",), available=("a",)), usage=USAGE),
            *("cannot_answer", "refusal", {"missing": ["weather"], "available": ["a"]}),
        ),
        (
            Failed(code="query_timeout", message="Too slow.", details={"deadline_ms": 5}, usage=USAGE),
            *("failed", "error", {"code": "query_timeout", "detail": "Too slow.", "deadline_ms": 5}),
        ),
    ],
)
def test_other_endings_have_a_part_of_their_own(
    ending: Ending, status: str, part: str, content: dict[str, Any]
) -> None:
    reply = reply_body([ending])

    assert (reply["status"], reply[part]) == (status, content)
    assert reply["answer"]
    assert [reply[name] for name in ("sql", "result", "chart", "trust")] == [None] * 4
    assert reply["usage"]["input_tokens"] == 100


def test_a_run_at_work_has_every_part_of_a_reply() -> None:
    unanswered = unanswered_body()

    assert unanswered["status"] == "running"
    assert unanswered.keys() == reply_body([answered((1,))]).keys()
    assert [unanswered[name] for name in ("answer", "sql", "result", "trust", "steps")] == ["", None, None, None, []]


def test_a_reply_needs_an_ending() -> None:
    with pytest.raises(ValueError, match="ending"):
        reply_body([FOUND])


def test_sql_is_laid_out_for_people_in_its_own_dialect() -> None:
    assert pretty_sql('SELECT "a" FROM "t" WHERE "a" > 1', dialect="postgres") == (
        'SELECT\n  "a"\nFROM "t"\nWHERE\n  "a" > 1'
    )


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("plain é 🙂", "plain é 🙂"),
        ("a\x00b", "a\ufffdb"),
        ("\ud83d", "\ufffd"),
        ({"a\x00": ["\udfff", {"b": "\x00"}]}, {"a\ufffd": ["\ufffd", {"b": "\ufffd"}]}),
        (("x", None, 1.5, True), ["x", None, 1.5, True]),
    ],
)
def test_what_no_database_stores_is_replaced(value: Any, stored: Any) -> None:
    assert storable(value) == stored
