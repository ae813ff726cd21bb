"""What each part of the composer contributes: it is taken out in this process, the questions asked again, and put back.

    make bench-answers ARGS=--ablation [LIMIT=600]

A part of the grammar or vocabulary costs answers when it goes; a refusal costs precision. The composer has no switches:
its functions are replaced here.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from benchmarks.asked_set import AskedSet
from benchmarks.harness import progress, spread
from nl2sql.generation.base import Draft, GenerationRequest
from nl2sql.generation.composer import Composer, catalogue, compose, mentions, vocabulary
from nl2sql.generation.composer.grammar import grammar
from nl2sql.generation.composer.joins import Key, Path
from nl2sql.generation.composer.plan import CannotPlan
from nl2sql.generation.composer.planning.columns import Columns
from nl2sql.generation.composer.planning.resolve import Resolver

Judge = Callable[[dict[str, Any], str], bool]
"""Whether the statement finds the rows of a gold one of the question."""


def _as_it_is(request: GenerationRequest) -> GenerationRequest:
    return request


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    question: dict[str, Any]
    request: GenerationRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`owner.name` becomes `instead` while the part is out; `changes` does the same to the request."""

    said: str
    owner: Any = None
    name: str = ""
    instead: Any = None
    changes: Callable[[GenerationRequest], GenerationRequest] = _as_it_is


def _nothing(*_given: Any, **_named: Any) -> Iterator[Any]:
    """A rule of the grammar that finds nothing."""
    yield from ()


def _rule(name: str, said: str) -> Part:
    return Part(said=said, owner=grammar.Grammar, name=name, instead=_nothing)


def _refusal(owner: Any, name: str, said: str, *, instead: Any = None) -> Part:
    return Part(said=f"refusal: {said}", owner=owner, name=name, instead=instead or (lambda *_, **__: None))


def _no(*_given: Any, **_named: Any) -> bool:
    return False


def _without_keys(request: GenerationRequest) -> GenerationRequest:
    schema = request.schema
    bare = [replace(table, foreign_keys=()) for table in schema.tables]
    return replace(request, schema=schema.of(schema.dialect, schema.default_schema, bare))


def _first_path(resolver: Resolver, start: Key, goal: Key, word: str) -> Path:
    paths = resolver.graph.shortest(start, goal)
    if not paths:
        raise CannotPlan("no path", word)
    return paths[0]


def _whole_names(self: vocabulary.Vocabulary, stems: Any, ref: Any, cost: float, **named: Any) -> None:
    if cost < vocabulary.PART_COST:
        _name_column(self, stems, ref, cost, **named)


_name_column = vocabulary.Vocabulary._name_column


PARTS: tuple[Part, ...] = (
    Part(said="stored values", changes=lambda request: replace(request, values=())),
    Part(said="foreign keys", changes=_without_keys),
    Part(said="synonyms", owner=vocabulary, name="SYNONYMS", instead={}),
    Part(said="abbreviations", owner=vocabulary, name="ABBREVIATIONS", instead={}),
    Part(said="names said in part", owner=vocabulary.Vocabulary, name="_name_column", instead=_whole_names),
    Part(
        said="names cut into words", owner=vocabulary.Vocabulary, name="_segment", instead=lambda _self, word: (word,)
    ),
    Part(said="deeds from names", owner=vocabulary, name="_deeds", instead=_nothing),
    _rule("_count_head", "how many …"),
    _rule("_number_of", "the number of …"),
    _rule("_aggregates", "average, highest, total of a column"),
    _rule("_info", "all about …"),
    _rule("_owner", "columns of a thing named after them"),
    _rule("_ranked_owner", "columns of the youngest …"),
    _rule("_ranked_entity", "the 3 oldest …"),
    _rule("_most_common", "the most common …"),
    _rule("_described", "completed orders"),
    _rule("_extra_item", "…, and their ages"),
    _rule("_next_sentence", "a second sentence"),
    _rule("_sorted_head", "sort …"),
    _rule("_group", "for each …"),
    _rule("_order", "ordered by …"),
    _rule("_superlative", "with the highest …"),
    _rule("_ranked_by", "top 5 by …"),
    _rule("_having", "with more than 2 …"),
    _rule("_negation", "without, not"),
    _rule("_not_related", "nothing related"),
    _rule("_comparison", "comparisons with numbers"),
    _rule("_between", "between two"),
    _rule("_adjective_comparison", "older than 30"),
    _rule("_time", "time spans"),
    _rule("_like", "part of a text"),
    _rule("_within", "… in their names"),
    _rule("_value_unit", "values"),
    _rule("_noun_value", "values beside their column"),
    _rule("_related", "related things"),
    _refusal(Resolver, "_check", "parts that do not fit together"),
    _refusal(Resolver, "_check_ranges", "ranges that hold nothing"),
    _refusal(Resolver, "_check_code", "a code or what it stands for"),
    _refusal(Resolver, "_check_each", "each of what"),
    _refusal(Resolver, "_check_superlative", "several share the greatest"),
    _refusal(Resolver, "_is_rank", "the best rank is the least", instead=_no),
    _refusal(Resolver, "_path", "joined in several ways, or through what was not named", instead=_first_path),
    _refusal(Columns, "_owns_label", "a value that may name something else", instead=_no),
    _refusal(grammar.Grammar, "_universal", "all of them, not some", instead=_no),
    _refusal(grammar.Grammar, "_coordinated", "a second thing listed", instead=_no),
    _refusal(grammar, "_timed", "a deed without its time", instead=lambda _reading: True),
    _refusal(mentions, "_everyday", "values that are everyday words", instead=_no),
)


def recorded(asked: AskedSet, *, limit: int | None) -> list[Asked]:
    """Each answerable question as it reaches the composer."""
    seen: list[GenerationRequest] = []
    found: list[Asked] = []

    def record(_composer: Composer, request: GenerationRequest, **_named: Any) -> Any:
        seen.append(request)
        return compose(request)

    with patch.object(Composer, "generate", record):
        for question in spread([one for one in asked.questions if one.get("answerable", True)], limit):
            seen.clear()
            asked.ask(question)
            found += [Asked(question=question, request=request) for request in seen[:1]]
    return found


def ablation(questions: Sequence[Asked], *, judge: Judge) -> None:
    """Prints a line for each part: answers, precision and reliability without it."""
    verdicts: dict[tuple[int, str], bool] = {}

    def right(at: int, sql: str) -> bool:
        if (at, sql) not in verdicts:
            verdicts[at, sql] = judge(questions[at].question, sql)
        return verdicts[at, sql]

    print(f"{'without':58}{'answered':>10}{'lost':>7}{'won':>7}{'precision':>11}{'RS(10)':>9}")
    before: set[int] | None = None
    for part in (Part(said="(nothing)"), *PARTS):
        answers = _answers(questions, part)
        good = {at for at, sql in answers.items() if right(at, sql)}
        before = good if before is None else before
        reliability = (len(good) - 10 * (len(answers) - len(good))) / len(questions)
        print(
            f"{part.said:58}{len(answers):10}{len(before - good):7}{len(good - before):7}"
            f"{len(good) / max(1, len(answers)):11.4f}{reliability:9.4f}",
            flush=True,
        )
        progress(f"  without {part.said}")


def _answers(questions: Sequence[Asked], without: Part) -> dict[int, str]:
    with patch.object(without.owner, without.name, without.instead) if without.owner is not None else nullcontext():
        catalogue.KEPT.clear()
        drafts = [compose(without.changes(one.request)) for one in questions]
    catalogue.KEPT.clear()
    return {at: draft.sql for at, draft in enumerate(drafts) if isinstance(draft, Draft)}
