"""Table retrieval without a language model: share of questions whose every gold table is among the first k.

Every question goes through the product's own `retrieve()`: once against one tenant's pool of all tables, once against
its own database alone. Question text only. `--ablate` ranks everything again without each signal.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from benchmarks.harness import json_lines, options, prepared, progress, spread, write_cases
from benchmarks.pooled_schema import POOL, schemas, stored
from schema_index.retrieval.quality import Ranked, full_at
from schema_index.retrieval.weights import WEIGHTS, Weights

KS = (5, 10, 20)
WITHIN_KS = (3, 5)
RANKED = 40
TIMED = 200
"""Questions that are embedded anew, so that the time of one retrieval holds all of its parts."""

ACTOR = "system:benchmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question: what it needs and what it got, in the pool and in its own database."""

    id: str
    group: str
    gold: tuple[str, ...]
    pool: tuple[str, ...]
    within: tuple[str, ...]


@dataclass(kw_only=True)
class Setting:
    """What the questions are asked of. `embedder` remembers vectors; the product's own is behind it."""

    tenant_id: UUID
    sources: dict[str, UUID]
    catalogues: dict[str, Any]
    embedder: Any

    def ranking(self, question: str, scope: str, *, embedder: Any = None) -> tuple[str, ...]:
        from schema_index.retrieval.retrieve import retrieve  # noqa: PLC0415  the applications must be loaded first

        found = retrieve(
            question,
            tenant_id=self.tenant_id,
            source_id=self.sources[scope],
            catalogue=self.catalogues[scope],
            embedder=embedder or self.embedder,
            top_k=RANKED,
        )
        return tuple(hit.qualified_name for hit in found.tables)

    def rankings(self, question: str, scope: str, variants: list[Weights]) -> list[tuple[str, ...]]:
        """One ranking for each variant, from one search: what `retrieve` does after it, with other weights."""
        from schema_index.embedding.spaces import threshold_for  # noqa: PLC0415  the applications must be loaded first
        from schema_index.retrieval.nearest import nearest_tables  # noqa: PLC0415
        from schema_index.retrieval.retrieve import RANKED_TABLES  # noqa: PLC0415
        from schema_index.retrieval.select_tables import select_tables  # noqa: PLC0415
        from tenants.context import tenant_transaction  # noqa: PLC0415

        vector, catalogue = self.embedder.embed([question])[0], self.catalogues[scope]
        with tenant_transaction(self.tenant_id):
            threshold = threshold_for(self.embedder)
            similarities = nearest_tables(
                vector, space=self.embedder, source_id=self.sources[scope], limit=RANKED_TABLES
            )
        return [
            tuple(
                hit.qualified_name
                for hit in select_tables(
                    question,
                    similarities,
                    index=catalogue.index,
                    top_k=RANKED,
                    threshold=threshold,
                    weights=weights,
                )
            )
            for weights in variants
        ]


def main() -> None:
    given = options(
        default="eval/schema_linking",
        needs=("pooled_schemas.jsonl", "pooled_questions.jsonl"),
        description="Share of questions whose every gold table is retrieved.",
        flags={"ablate": "Rank everything again without each signal: three times as long."},
    )
    prepared()
    from benchmarks.embedding_cache import CachedEmbedder  # noqa: PLC0415  the applications must be loaded first
    from schema_index.access.policy import Policy, access_of  # noqa: PLC0415
    from schema_index.catalogue import Catalogue  # noqa: PLC0415
    from schema_index.embedding.spaces import configured_embedder  # noqa: PLC0415

    real = configured_embedder()
    embedder = CachedEmbedder(real)
    found = schemas(given.data)
    questions = spread(json_lines(given.data / "pooled_questions.jsonl"), given.limit)
    embedder.warm([*_texts(found), *(question["question"] for question in questions)])
    tenant_id, sources = _index(found, embedder)
    setting = Setting(
        tenant_id=tenant_id,
        sources=sources,
        catalogues={name: Catalogue(access_of(Policy(), schema)) for name, schema in found.items()},
        embedder=embedder,
    )
    embedder.calls = 0
    cases = list(_cases(setting, questions))
    calls = embedder.calls / max(1, 2 * len(cases))
    write_cases(given.out, (_plain(case) for case in cases))
    _print_shares(cases)
    if "ablate" in given.flags:
        _ablate(setting, questions, cases)
    figures = {**_figures(cases), "model_calls_per_question": calls, "questions": len(cases)}
    print(json.dumps({**figures, **_prompts(setting, cases, questions), **_times(setting, questions, real)}))


def _texts(found: dict[str, Any]) -> Iterator[str]:
    from schema_index.indexing.chunking import schema_chunks  # noqa: PLC0415

    for schema in found.values():
        yield from (chunk.text for chunk in schema_chunks(schema))


def _index(found: dict[str, Any], embedder: Any) -> tuple[UUID, dict[str, UUID]]:
    """One tenant with a source for the pool and one for each database, stored and embedded as a sync does it."""
    from schema_index.embedding.embed_chunks import embed_pending  # noqa: PLC0415
    from tenants import tenancy  # noqa: PLC0415

    tenant = tenancy.create(slug="bench-retrieval", name="Benchmark", actor=ACTOR)
    ids = {name: stored(tenant.id, name, schema, actor=ACTOR) for name, schema in found.items()}
    while embed_pending(tenant.id, embedder=embedder):
        pass
    return tenant.id, ids


def _cases(setting: Setting, questions: list[dict[str, Any]]) -> Iterator[Case]:
    for number, question in enumerate(questions, start=1):
        own = _own(question, setting.sources)
        pool, within = (setting.ranking(question["question"], scope) for scope in (POOL, own))
        yield _case(question, pool, within)
        _tell(number, questions)


def _case(question: dict[str, Any], pool: tuple[str, ...], within: tuple[str, ...]) -> Case:
    group = f"{question['source']}:{question['subset']}"
    return Case(id=question["id"], group=group, gold=tuple(question["gold_tables"]), pool=pool, within=within)


def _tell(number: int, questions: list[dict[str, Any]]) -> None:
    if number % 1_000 == 0:
        progress(f"  {number} of {len(questions)} questions")


def _own(question: dict[str, Any], sources: dict[str, UUID]) -> str:
    """The database of a question: the longest name that its first gold table begins with."""
    return max((name for name in sources if question["gold_tables"][0].startswith(name + ".")), key=len)


def _plain(case: Case) -> dict[str, Any]:
    return {"id": case.id, "group": case.group, "gold_tables": case.gold, "ranked": case.pool, "within": case.within}


def _full(cases: list[Case], scope: str, k: int) -> float:
    return round(full_at([Ranked(ranking=getattr(case, scope), needed=case.gold) for case in cases], k=k), 4)


def _figures(cases: list[Case]) -> dict[str, float]:
    beaver = [case for case in cases if case.group.startswith("beaver")]
    return {
        **{f"full_at_{k}": _full(cases, "pool", k) for k in KS},
        "beaver_full_at_10": _full(beaver, "pool", 10),
        "beaver_within_full_at_10": _full(beaver, "within", 10),
        **{f"within_full_at_{k}": _full(cases, "within", k) for k in WITHIN_KS},
    }


def _print_shares(cases: list[Case]) -> None:
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.group].append(case)
    names = [*(f"full@{k}" for k in KS), *(f"within@{k}" for k in WITHIN_KS)]
    print(f"{'group':22}{'n':>6}" + "".join(f"{name:>10}" for name in names))
    for name, members in [*sorted(groups.items()), ("ALL", cases)]:
        shares = [_full(members, "pool", k) for k in KS] + [_full(members, "within", k) for k in WITHIN_KS]
        print(f"{name:22}{len(members):6}" + "".join(f"{share:10.3f}" for share in shares))


def _ablate(setting: Setting, questions: list[dict[str, Any]], cases: list[Case]) -> None:
    """Each signal's share: what every figure loses without it."""
    names = [signal.name for signal in fields(Weights)]
    variants = [replace(WEIGHTS, **{name: 0.0}) for name in names]
    without: dict[str, list[Case]] = {name: [] for name in names}
    for number, question in enumerate(questions, start=1):
        own = _own(question, setting.sources)
        pool, within = (setting.rankings(question["question"], scope, variants) for scope in (POOL, own))
        for name, in_pool, in_own in zip(names, pool, within, strict=True):
            without[name].append(_case(question, in_pool, in_own))
        _tell(number, questions)
    whole = _figures(cases)
    print(f"\n{'without':12}" + "".join(f"{name.replace('full_at_', '@'):>16}" for name in whole))
    for name in names:
        figures = _figures(without[name])
        print(f"{name:12}" + "".join(f"{figures[one]:9.3f} {figures[one] - whole[one]:+6.3f}" for one in whole))


def _prompts(setting: Setting, cases: list[Case], questions: list[dict[str, Any]]) -> dict[str, float]:
    """Tokens of schema in the prompts that the product would send, against the whole schema's."""
    from django.conf import settings  # noqa: PLC0415

    from nl2sql.generation.base import GenerationRequest  # noqa: PLC0415
    from nl2sql.prompt.budget import estimate  # noqa: PLC0415
    from nl2sql.prompt.build import build  # noqa: PLC0415
    from nl2sql.prompt.ddl import table_ddl  # noqa: PLC0415
    from schema_index.retrieval.types import TableHit  # noqa: PLC0415

    schema, top_k = setting.catalogues[POOL].schema, settings.ENVIRONMENT.retrieval_top_k
    names = list(schema.by_name)
    whole = sum(estimate(table_ddl(table, within=schema, neighbours=names, values={})) for table in schema.tables)
    split = {table.qualified_name: table for table in schema.tables}
    tokens: list[int] = []
    shown: list[Ranked] = []
    for case, question in zip(cases, questions, strict=True):
        hits = tuple(
            TableHit(schema=split[name].schema, name=split[name].name, similarity=None, reason="")
            for name in case.pool[:top_k]
        )
        request = GenerationRequest(
            question=question["question"], schema=schema, tables=hits, today=date(2026, 1, 1), max_rows=100
        )
        prompt = build(request, token_budget=settings.ENVIRONMENT.llm_prompt_tokens)
        tokens.append(prompt.schema_token_estimate)
        shown.append(Ranked(ranking=prompt.tables, needed=case.gold))
    return {
        "prompt_share": round(sum(tokens) / max(1, len(tokens)) / whole, 4),
        "prompt_share_max": round(max(tokens, default=0) / whole, 4),
        "schema_tokens": whole,
        f"prompt_full_at_{top_k}": round(full_at(shown, k=top_k), 4),
    }


def _times(setting: Setting, questions: list[dict[str, Any]], real: Any) -> dict[str, Any]:
    """Milliseconds of whole retrievals from the pool, the question embedded anew each time."""
    spent: list[float] = []
    for question in spread(questions, TIMED):
        started = time.perf_counter()
        setting.ranking(question["question"], POOL, embedder=real)
        spent.append((time.perf_counter() - started) * 1000)
    spent.sort()
    return {
        "embedding_model": real.model,
        "retrieve_p50_ms": round(spent[len(spent) // 2], 1),
        "retrieve_p95_ms": round(spent[len(spent) * 95 // 100], 1),
    }


if __name__ == "__main__":
    main()
