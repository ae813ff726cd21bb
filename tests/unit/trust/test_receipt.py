"""What an answer's receipt says, and the label that follows from it."""

import pytest

from nl2sql.trust.check import Check, Outcome
from nl2sql.trust.receipt import Label, checks_of, label_of
from schema_index.connectors.base import ResultColumn, ResultSet


def result(rows: int, *, truncated: bool = False) -> ResultSet:
    return ResultSet(
        columns=(ResultColumn(name="n", kind="integer"),),
        rows=tuple((n,) for n in range(rows)),
        truncated=truncated,
        elapsed_ms=1,
    )


@pytest.mark.parametrize(
    ("every_word_placed", "found", "outcomes", "label"),
    [
        (True, result(2), {"complete": "passed", "has_rows": "passed"}, "checked"),
        (True, None, {"complete": "undetermined"}, "unverified"),
        (True, result(0), {"complete": "passed", "has_rows": "undetermined"}, "unverified"),
        (True, result(2, truncated=True), {"complete": "failed", "has_rows": "passed"}, "unverified"),
        (False, result(2), {"complete": "passed", "has_rows": "passed"}, "unverified"),
    ],
)
def test_each_promise_is_checked_by_itself(
    every_word_placed: bool, found: ResultSet | None, outcomes: dict[str, Outcome], label: Label
) -> None:
    checks = checks_of(every_word_placed=every_word_placed, result=found)

    assert {check.name: check.outcome for check in checks} == {
        "read_only": "passed",
        "allowed_data": "passed",
        "every_word_placed": "passed" if every_word_placed else "undetermined",
        **outcomes,
    }
    assert all(check.detail.endswith(".") for check in checks)
    assert label_of(checks) == label


def test_a_cut_result_says_after_how_many_rows() -> None:
    (complete,) = (
        one for one in checks_of(every_word_placed=True, result=result(7, truncated=True)) if one.name == "complete"
    )

    assert complete.detail == "The result was cut after 7 rows: more exist."


def test_of_a_statement_that_never_ran_nothing_is_said_of_its_run() -> None:
    details = {one.name: one.detail for one in checks_of(every_word_placed=True, result=None)}

    assert details["read_only"] == "One query, proven from its syntax tree."
    assert details["complete"] == "The statement was not run."


@pytest.mark.parametrize(
    ("outcome", "label"), [("passed", "checked"), ("failed", "unverified"), ("undetermined", "unverified")]
)
def test_one_open_check_is_enough_to_lose_the_mark(outcome: Outcome, label: Label) -> None:
    passed = Check(name="a", outcome="passed", detail="")

    assert label_of((passed, Check(name="b", outcome=outcome, detail=""), passed)) == label


def test_no_check_gives_verified_which_is_for_people() -> None:
    assert "verified" not in {
        label_of(checks_of(every_word_placed=placed, result=result(1))) for placed in (True, False)
    }
