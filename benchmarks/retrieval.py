"""Table retrieval without a language model: share of questions whose every gold table is among the first k.

Every question goes through the product's own `retrieve()`: once against one tenant's pool of all tables, once against
its own database alone. Question text only.
"""

import json
import time
from collections import defaultdict
from typing import Any
from uuid import UUID

from benchmarks.harness import json_lines, options, prepared, progress, spread, write_cases
from benchmarks.pooled_schema import POOL, schemas

KS = (5, 10, 20)
WITHIN_KS = (3, 5)
RANKED = 40
ACTOR = "system:benchmark"


def main() -> None:
    given = options(
        default="eval/schema_linking",
        needs=("pooled_schemas.jsonl", "pooled_questions.jsonl"),
        description="Share of questions whose every gold table is retrieved.",
    )
    prepared()
    from django.conf import settings  # noqa: PLC0415  the applications must be loaded first

    from schema_index.catalogue import Catalogue  # noqa: PLC0415
    from schema_index.embedding.spaces import configured_embedder  # noqa: PLC0415
    from schema_index.retrieval.retrieve import retrieve  # noqa: PLC0415

    embedder = configured_embedder()
    found = schemas(given.data)
    catalogues = {name: Catalogue(schema) for name, schema in found.items()}
    tenant_id, sources = _index(found, embedder)
    questions = spread(json_lines(given.data / "pooled_questions.jsonl"), given.limit)
    cases: list[dict[str, Any]] = []
    spent: list[float] = []
    for number, question in enumerate(questions, start=1):
        own = question["gold_tables"][0].rsplit(".", 1)[0]
        own = max((name for name in found if question["gold_tables"][0].startswith(name + ".")), key=len, default=own)
        ranked = {}
        for scope in (POOL, own):
            started = time.perf_counter()
            hits = retrieve(
                question["question"],
                tenant_id=tenant_id,
                source_id=sources[scope],
                catalogue=catalogues[scope],
                embedder=embedder,
                top_k=RANKED,
            ).tables
            if scope == POOL:
                spent.append((time.perf_counter() - started) * 1000)
            ranked[scope] = [hit.qualified_name for hit in hits]
        cases.append({**_case(question), "ranked": ranked[POOL], "ranked_within": ranked[own]})
        if number % 500 == 0:
            progress(f"  {number} of {len(questions)} questions")
    write_cases(given.out, cases)
    _report(cases, spent, threshold=settings.ENVIRONMENT.retrieval_threshold, model=embedder.model)


def _index(found: dict[str, Any], embedder: Any) -> tuple[UUID, dict[str, UUID]]:
    """One tenant with a source for the pool and one for each database, stored and embedded as a sync does it."""
    from schema_index import sources  # noqa: PLC0415
    from schema_index.connectors.base import Introspection  # noqa: PLC0415
    from schema_index.embedding.embed_chunks import embed_pending  # noqa: PLC0415
    from schema_index.snapshots import record  # noqa: PLC0415
    from tenants import tenancy  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415

    tenant = tenancy.create(slug="bench-retrieval", name="Benchmark", actor=ACTOR)
    ids: dict[str, UUID] = {}
    for name, schema in found.items():
        with tenant_transaction(tenant.id):
            source = sources.upsert(
                slug=name.lower().replace(".", "-").replace("_", "-")[:63],
                name=name[:200],
                dialect="postgres",
                database=name,
                password="",
                actor=ACTOR,
            )
            ids[name] = source.id
            record(source.id, Introspection(schema=schema), None, actor=ACTOR)
    while embed_pending(
        tenant.id, embedder=embedder, progress=lambda done, all_: progress(f"  embedded {done}/{all_}")
    ):
        pass
    return tenant.id, ids


def _case(question: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": question["id"],
        "source": question["source"],
        "subset": question["subset"],
        "gold_tables": question["gold_tables"],
    }


def _full(cases: list[dict[str, Any]], ranking: str, k: int) -> float:
    return round(sum(set(case["gold_tables"]) <= set(case[ranking][:k]) for case in cases) / max(1, len(cases)), 4)


def _report(cases: list[dict[str, Any]], spent: list[float], *, threshold: float | None, model: str) -> None:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in cases:
        groups[f"{case['source']}:{case['subset']}"].append(case)
    print(
        f"{'pool':22}{'n':>6}"
        + "".join(f"{f'full@{k}':>9}" for k in KS)
        + "   within"
        + "  ".join(f" @{k}" for k in WITHIN_KS)
    )
    for name, members in [*sorted(groups.items()), ("ALL", cases)]:
        pooled = "".join(f"{_full(members, 'ranked', k):9.3f}" for k in KS)
        within = "  ".join(f"{_full(members, 'ranked_within', k):.3f}" for k in WITHIN_KS)
        print(f"{name:22}{len(members):6}{pooled}   {within}")
    beaver = [case for case in cases if case["source"] == "beaver"]
    spent.sort()
    print(
        json.dumps(
            {
                **{f"full_at_{k}": _full(cases, "ranked", k) for k in KS},
                "beaver_full_at_10": _full(beaver, "ranked", 10),
                **{f"within_full_at_{k}": _full(cases, "ranked_within", k) for k in WITHIN_KS},
                "questions": len(cases),
                "embedding_model": model,
                "threshold_setting": threshold,
                "retrieve_p50_ms": round(spent[len(spent) // 2], 1) if spent else None,
                "retrieve_p99_ms": round(spent[len(spent) * 99 // 100], 1) if spent else None,
            }
        )
    )


if __name__ == "__main__":
    main()
