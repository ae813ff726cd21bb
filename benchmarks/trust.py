"""What the checks of an answer catch: gold statements made wrong, through the product's own pipeline.

Each gold statement of `spider_pg` and `sql_eval` is answered as if a model had written it, and so is every mutant of
it (`benchmarks.trust_mutants`) whose rows differ from every gold's. Caught is a mutant of which a check of the
statement failed or is undetermined; that nobody has proven what a model meant is said of every answer and counts for
nothing. A false flag is a gold statement of which a check failed.

    make bench-trust [LIMIT=600] [DATA=folder] [OUT=file]
"""

import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

os.environ["QUERY_MAX_ROWS"] = "10000"
os.environ["QUESTIONS_PER_DAY"] = "100000000"
for _name in ("LLM_API_KEY", "LLM_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
    os.environ.pop(_name, None)

from benchmarks.asked_set import AskedSet, alone  # noqa: E402  after the settings it must find
from benchmarks.harness import options, prepared, progress, spread, write_cases  # noqa: E402
from benchmarks.trust_mutants import MUTATIONS, mutants, without_row_limit  # noqa: E402

if TYPE_CHECKING:
    from nl2sql.generation.base import Draft, GenerationRequest
    from nl2sql.task import Task
    from tenants.cancellation import Cancellation

SETS = ("spider_pg", "sql_eval")
ROWS = 10_000
SAID_OF_EVERY_ANSWER = "every_word_placed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writes:
    """A generator that has one statement to give, as a model's."""

    sql: str
    name: ClassVar[str] = "scripted"
    can_repair: ClassVar[bool] = False
    places_every_word: ClassVar[bool] = False
    fingerprint: ClassVar[str] = ""

    def generate(self, request: "GenerationRequest", *, cancellation: "Cancellation | None" = None) -> "Draft":
        from nl2sql.generation.base import Draft  # noqa: PLC0415

        return Draft(sql=self.sql, generator=self.name)


def main() -> None:
    given = options(
        default="eval",
        needs=[f"{name}/questions.jsonl" for name in SETS],
        description="Share of wrong statements that the checks catch, and of right ones that they flag.",
    )
    prepared()
    cases: list[dict[str, Any]] = []
    for name in SETS:
        asked = alone(name, given.data / name)
        questions = [one for one in asked.questions if one.get("answerable", True) and one["gold_sql"]]
        for number, question in enumerate(spread(questions, given.limit), start=1):
            cases += _of_question(asked, question)
            if number % 100 == 0:
                progress(f"  {name}: {number} questions, {len(cases)} statements")
    write_cases(given.out, cases)
    print(json.dumps(_figures(cases)))


def _of_question(asked: AskedSet, question: dict[str, Any]) -> list[dict[str, Any]]:
    """The gold statement's case and its mutants'; none where the gold cannot be answered, or is cut."""
    from nl2sql.evaluation.same_result import same_result  # noqa: PLC0415
    from nl2sql.validation.validate import validate  # noqa: PLC0415
    from nl2sql.validation.verdict import Accepted  # noqa: PLC0415

    task = _task(asked, question)
    schema = task.catalogue.schema
    gold = validate(question["gold_sql"][0], schema=schema, row_limit=ROWS)
    if not isinstance(gold, Accepted):
        return []
    written = without_row_limit(gold.sql, dialect=schema.dialect, row_limit=ROWS)
    right = _case(task, question, kind="gold", sql=written)
    if right is None:
        return []
    golds = [right.pop("rows"), *_rows(task, question["gold_sql"][1:])]
    cases = [right]
    for kind, sql in mutants(written, schema=schema, rng=random.Random(f"{question['id']}")):
        case = _case(task, question, kind=kind, sql=sql)
        if case is not None:
            rows = case.pop("rows")
            if rows is None or not any(one is not None and same_result(rows, one, ordered=False) for one in golds):
                cases.append(case)
    return cases


def _case(task: "Task", question: dict[str, Any], *, kind: str, sql: str) -> dict[str, Any] | None:
    """None where the statement was blocked or failed: that is no wrong answer. `rows` is None where it was refused."""
    from nl2sql.events import Answered, CannotAnswer  # noqa: PLC0415
    from nl2sql.execution.results import json_rows  # noqa: PLC0415
    from nl2sql.pipeline import answer  # noqa: PLC0415

    *_, ending = answer(replace(task, generator=Writes(sql=sql)))
    case = {"id": question["id"], "db": question["db"], "question": question["question"], "kind": kind, "sql": sql}
    if isinstance(ending, CannotAnswer) and "would answer wrongly" in ending.refused.message:
        return {**case, "open": {"grain": ["failed", ending.refused.message]}, "rows": None}
    if not isinstance(ending, Answered) or ending.result is None:
        return None
    found = {
        one.name: [one.outcome, one.detail]
        for one in ending.checks
        if one.outcome != "passed" and one.name != SAID_OF_EVERY_ANSWER
    }
    return {**case, "open": found, "rows": json_rows(ending.result)}


def _rows(task: "Task", golds: Sequence[str]) -> list[Any]:
    found = []
    for number, sql in enumerate(golds):
        case = _case(task, {"id": number, "db": "", "question": ""}, kind="gold", sql=sql)
        found.append(case["rows"] if case is not None else None)
    return found


_tasks: "dict[str, Task]" = {}


def _task(asked: AskedSet, question: dict[str, Any]) -> "Task":
    from django.conf import settings  # noqa: PLC0415

    from nl2sql.generation.composer import Composer  # noqa: PLC0415
    from nl2sql.task import Task  # noqa: PLC0415
    from schema_index.catalogue import catalogue_of  # noqa: PLC0415
    from schema_index.connectors.base import Limits  # noqa: PLC0415
    from schema_index.embedding.spaces import active_embedder  # noqa: PLC0415
    from schema_index.models import DataSource  # noqa: PLC0415
    from schema_index.sources import open_connector  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415

    principal, slug = asked.principal, asked.source_of(question)
    key = f"{asked.name} {slug}"
    if key not in _tasks:
        with tenant_transaction(principal.tenant_id):
            source = DataSource.objects.get(slug=slug)
        _tasks[key] = Task(
            question="",
            mode="answer",
            tenant_id=principal.tenant_id,
            role=principal.role,
            source_id=source.id,
            catalogue=catalogue_of(source, principal),
            embedder=active_embedder(principal.tenant_id),
            generator=Composer(),
            connector=open_connector(source, time_zone="UTC", session_settings={}),
            limits=Limits(deadline_ms=15_000, max_rows=ROWS, max_bytes=settings.ENVIRONMENT.query_max_bytes),
            top_k=settings.ENVIRONMENT.retrieval_top_k,
            today=date.today(),  # noqa: DTZ011  the databases' dates are the server's
            revision=1,
        )
    return replace(_tasks[key], question=question["question"])


def _figures(cases: list[dict[str, Any]]) -> dict[str, Any]:
    gold = [case for case in cases if case["kind"] == "gold"]
    wrong = [case for case in cases if case["kind"] != "gold"]
    figures: dict[str, Any] = {
        "caught": _share(wrong),
        "caught_failed": _share(wrong, only_failed=True),
        "false_flags": _share(gold, only_failed=True),
        "gold_open": _share(gold),
        "mutants": len(wrong),
        "gold": len(gold),
        "databases": len({case["db"] for case in wrong}),
    }
    for kind in MUTATIONS:
        own = [case for case in wrong if case["kind"] == kind]
        figures |= {f"caught_{kind}": _share(own), f"{kind}s": len(own)}
    _print_each_check(wrong=wrong, gold=gold)
    return figures


def _print_each_check(*, wrong: list[dict[str, Any]], gold: list[dict[str, Any]]) -> None:
    """What each check finds, and what nothing but it finds: that is lost where it is taken out."""
    print(f"{'check':16}{'wrong found':>13}{'by it alone':>13}{'gold failed':>13}{'gold open':>11}{'by it alone':>13}")
    for name in sorted({name for case in (*wrong, *gold) for name in case["open"]}):
        of_wrong = [case["open"] for case in wrong if name in case["open"]]
        of_gold = [case["open"] for case in gold if name in case["open"]]
        print(
            f"{name:16}{len(of_wrong):13}{_alone(of_wrong):13}{sum(one[name][0] == 'failed' for one in of_gold):13}"
            f"{len(of_gold):11}{_alone(of_gold):13}"
        )


def _alone(opens: list[dict[str, Any]]) -> int:
    return sum(len(one) == 1 for one in opens)


def _share(cases: list[dict[str, Any]], *, only_failed: bool = False) -> float | None:
    if not cases:
        return None
    found = [case for case in cases if any(not only_failed or one[0] == "failed" for one in case["open"].values())]
    return round(len(found) / len(cases), 4)


if __name__ == "__main__":
    main()
