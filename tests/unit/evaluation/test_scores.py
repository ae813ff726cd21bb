"""What cases come to: the laws that scores keep, and one example counted by hand."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nl2sql.evaluation.judged_case import JudgedCase, full_rank, verdict_of
from nl2sql.evaluation.scores import KS, Latency, percentile, reliability, scores_of


def case(
    status: str = "completed", *, same: bool | None = True, answerable: bool = True, rank: int | None = None
) -> JudgedCase:
    return JudgedCase(
        key="k",
        question="q",
        is_answerable=answerable,
        status=status,
        verdict=verdict_of(status, is_answerable=answerable, is_same=same),
        full_rank=rank,
        needs_tables=answerable,
    )


CASES = st.lists(
    st.builds(
        case,
        st.sampled_from(["completed", "cannot_answer", "needs_clarification", "failed"]),
        same=st.sampled_from([True, False, None]),
        answerable=st.booleans(),
        rank=st.none() | st.integers(1, 30),
    ),
    max_size=20,
)


@given(CASES, st.randoms(use_true_random=False))
def test_the_order_of_cases_does_not_matter(cases: list[JudgedCase], random: object) -> None:
    assert scores_of(cases) == scores_of(cases[::-1])


@given(CASES)
def test_every_case_is_counted_once_and_shares_are_shares(cases: list[JudgedCase]) -> None:
    scores = scores_of(cases)
    assert scores.right + scores.wrong + scores.refused + scores.failed + scores.unjudged == scores.cases == len(cases)
    shares = [scores.accuracy, scores.precision, scores.coverage, scores.refusal_precision, scores.refusal_recall]
    assert all(share is None or 0 <= share <= 1 for share in [*shares, *scores.full_at.values()])


@given(CASES)
def test_a_dearer_mistake_never_helps_and_costs_evenly(cases: list[JudgedCase]) -> None:
    free, one, two, ten = (reliability(cases, cost=cost) for cost in (0, 1, 2, 10))
    if free is None or one is None or two is None or ten is None:
        assert free is one is two is ten is None
        return
    assert free >= one >= ten
    assert abs((free - one) - (one - two)) < 1e-5
    assert abs((free - ten) - 10 * (free - one)) < 1e-4


@given(CASES)
def test_more_tables_are_never_less_full(cases: list[JudgedCase]) -> None:
    known = [share for share in scores_of(cases).full_at.values() if share is not None]
    assert known == sorted(known)


def test_an_example() -> None:
    cases = [
        case(rank=1),
        case(rank=4),
        case(same=False, rank=None),
        case("cannot_answer", rank=2),
        case("failed"),
        case(same=None, rank=1),
        case("needs_clarification", answerable=False),
        case("completed", answerable=False),
    ]
    scores = scores_of(cases)
    assert (scores.right, scores.wrong, scores.refused, scores.failed, scores.unjudged) == (3, 2, 1, 1, 1)
    assert (scores.accuracy, scores.precision, scores.coverage) == (0.4, 0.6667, 0.6)
    assert (scores.refusal_precision, scores.refusal_recall) == (0.5, 0.5)
    assert {cost: round(value or 0, 4) for cost, value in scores.reliability.items()} == {
        0: 0.4286,
        1: 0.1429,
        10: -2.4286,
    }
    assert scores.full_at == dict(zip(KS, (0.3333, 0.5, 0.6667, 0.6667, 0.6667), strict=True))


def test_nothing_scores_nothing() -> None:
    scores = scores_of([])
    assert (scores.accuracy, scores.cost, scores.latency_ms, scores.reliability[10]) == (None, None, {}, None)


def test_a_cost_is_known_only_when_each_is() -> None:
    def priced(cost: Decimal | None) -> JudgedCase:
        return JudgedCase(key="k", question="q", is_answerable=True, status="completed", verdict="right", cost=cost)

    assert scores_of([priced(Decimal("0.1")), priced(Decimal("0.2"))]).cost == Decimal("0.3")
    assert scores_of([priced(Decimal("0.1")), priced(None)]).cost is None


def test_latency_is_told_by_step_and_in_all() -> None:
    cases = [
        JudgedCase(
            key=str(ms), question="q", is_answerable=True, status="completed", verdict="right", steps={"retrieve": ms}
        )
        for ms in range(1, 101)
    ]
    expected = Latency(median=50, p95=95)
    assert scores_of(cases).latency_ms == {"retrieve": expected, "total": expected}
    assert percentile([], share=0.95) == 0


def test_the_rank_at_which_everything_needed_is_there() -> None:
    ranking = ["a", "b", "c"]
    assert full_rank(ranking, alternatives=[["a", "c"], ["b"]]) == 2
    assert full_rank(ranking, alternatives=[["a", "x"]]) is None
    assert full_rank(ranking, alternatives=[]) is None
    assert full_rank(ranking, alternatives=[[]]) == 0
