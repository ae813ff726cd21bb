"""What a change fixed and broke, and whether the gate lets it through."""

from hypothesis import given
from hypothesis import strategies as st

from nl2sql.evaluation.chart import Bar, chart
from nl2sql.evaluation.comparison import Changed, Ended, compared
from nl2sql.evaluation.configuration_words import differences
from nl2sql.evaluation.export import COLUMNS, case_csv
from nl2sql.evaluation.gate import decide
from nl2sql.evaluation.judged_case import VERDICTS, Verdict

ENDED = st.dictionaries(
    st.sampled_from("abcdef"), st.builds(Ended, question=st.just("q"), verdict=st.sampled_from(VERDICTS))
)


def ended(**verdicts: Verdict) -> dict[str, Ended]:
    return {key: Ended(question=f"about {key}", verdict=verdict) for key, verdict in verdicts.items()}


BEFORE = ended(a="right", b="wrong", c="refused", d="right", e="right")
AFTER = {**ended(a="wrong", b="right", c="failed", d="right", f="right"), "e": Ended(question="new", verdict="wrong")}


def test_what_changed_between_two() -> None:
    found = compared(BEFORE, AFTER)
    assert found.fixed == (Changed(key="b", question="about b", before="wrong", after="right"),)
    assert found.broken == (Changed(key="a", question="about a", before="right", after="wrong"),)
    assert found.moved == (Changed(key="c", question="about c", before="refused", after="failed"),)
    assert (found.same, found.only_before, found.only_after) == (1, 1, 2)


@given(ENDED, ENDED)
def test_looked_at_from_the_other_side_what_was_fixed_is_broken(one: dict[str, Ended], other: dict[str, Ended]) -> None:
    there, back = compared(one, other), compared(other, one)
    assert {change.key for change in there.fixed} == {change.key for change in back.broken}
    assert (there.same, there.only_before) == (back.same, back.only_after)
    assert compared(one, one).same == len(one)


def test_the_gate_reports_or_refuses_what_breaks() -> None:
    found = compared(BEFORE, AFTER)
    refused = decide(found, change="the model", mode="refuse")
    assert refused.is_refused
    assert refused.message == ('the model: breaks 1 and mends 1: "about a" is wrong. It is refused (EVALUATION_GATE).')
    assert not decide(found, change="the model", mode="report").is_refused
    mended = compared(ended(a="wrong", b="right"), ended(a="right", b="right"))
    assert decide(mended, change="the model", mode="refuse").message == (
        "the model: breaks none of 2 questions and mends 1."
    )
    nothing = decide(compared({}, AFTER), change="the model", mode="refuse")
    assert (nothing.is_refused, nothing.message) == (False, "the model: no question is known to both sides.")


def test_what_differs_is_named() -> None:
    before = {"generator": "a", "top_k": 10, "sources": {"shop": {"fingerprint": "1"}, "erp": {"fingerprint": "1"}}}
    after = {"generator": "b", "top_k": 10, "sources": {"shop": {"fingerprint": "2"}, "erp": {"fingerprint": "1"}}}
    assert differences(before, after) == ("the model b instead of a", "the schema of shop")
    assert differences(before, before) == ()


def test_the_picture_holds_no_foreign_markup_and_at_most_so_many_bars() -> None:
    bars = [Bar(label="<b>", title='"><script>', counts={"right": 3, "wrong": 1}) for _ in range(30)]
    drawn = chart(bars)
    assert "<script>" not in drawn
    assert "<b>" not in drawn
    assert "style" not in drawn
    assert drawn.count("<g>") == 24


def test_exported_cells_are_no_formulas() -> None:
    case = {**dict.fromkeys(COLUMNS), "question": "=1+1", "golds": ["SELECT 1", "SELECT 2"], "steps": {"retrieve": 5}}
    header, line = case_csv([case])
    assert header.startswith('"number","key","question"')
    assert '"\'=1+1"' in line
    assert '"SELECT 1\nSELECT 2"' in line
    assert '"retrieve=5"' in line
