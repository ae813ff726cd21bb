"""Vector search, writes and hybrid search at scale, beside the reference design in the same run.

`make bench-vectors` takes 500,000 vectors of 120 tenants; ROWS=20000 for a smaller run. Queries and batches alternate
between the two, so that whatever else the machine does meets both: read the ratios, not the milliseconds.
"""

import gc
import json
import os
import shutil
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import CHECKOUT

HOME = CHECKOUT / ".querent" / "bench-vectors"
os.environ["QUERENT_HOME"] = str(HOME)

from benchmarks.harness import prepared, progress  # noqa: E402  the folder must be named first
from benchmarks.vector_rows import KINDS, THRESHOLD, Query, Texts, VectorRows  # noqa: E402

ROWS = 500_000
ROUNDING = 0.001
"""Half-precision vectors may put a hit on the other side of the threshold."""

MIXED = 500
STRATUM = 60
PASSES = 3
"""Each question counts with the best of its times on either side: what else the machine did is not what is measured."""

WARM_UP = 60
HYBRIDS = 200
BATCHES = 16
BATCH = 512
WORDS_A_QUESTION = 4

SERVER = (
    "-c shared_buffers={memory}GB -c work_mem=64MB -c max_wal_size=16GB -c checkpoint_timeout=30min -c autovacuum=off "
    "-c random_page_cost=1.1 -c effective_cache_size=8GB -c jit=off"
)


def main() -> None:
    rows = VectorRows(int(os.environ.get("ROWS") or ROWS))
    progress(f"{len(rows.topics):,} vectors; tenants of {rows.sizes.max():,} to {rows.sizes.min():,}")
    stop = _start_server()
    try:
        figures = _measure(rows)
    finally:
        stop()
        shutil.rmtree(HOME, ignore_errors=True)
    print(json.dumps(figures))


def _measure(rows: VectorRows) -> dict[str, float | int]:
    from django.conf import settings  # noqa: PLC0415  the applications must be loaded first

    from benchmarks.vector_product import Product, created_tenants, written_texts  # noqa: PLC0415
    from benchmarks.vector_reference import Reference  # noqa: PLC0415
    from config.bootstrap import connect  # noqa: PLC0415

    tenant_ids = created_tenants()
    assert settings.ACCESS.admin is not None
    admin = connect(settings.ACCESS.admin, settings.ACCESS.app["NAME"])
    admin.prepare_threshold = None
    reference, product = Reference(admin, tenant_ids=tenant_ids), Product(rows, tenant_ids)
    texts, words = list[str](), list[str]()
    for more_texts, more_words in _timed("texts and their words", lambda: list(written_texts(rows))):
        texts += more_texts
        words += more_words
    _timed("load the product's tables", lambda: product.load(admin, texts, words))
    _timed("load the reference's table", lambda: reference.load(rows, texts))
    built = _timed("build the product's indexes", product.build)
    _timed("build the reference's index", reference.build)
    admin.execute("CHECKPOINT")
    progress(
        f"vector indexes: {built} of the product with {product.index_bytes() / 1e6:.0f} MB, the reference's one "
        f"with {reference.index_bytes() / 1e6:.0f} MB"
    )
    gc.collect()
    gc.freeze()
    return {
        **_searches(rows, reference, product),
        "index_bytes_ratio": round(product.index_bytes() / reference.index_bytes(), 3),
        **_hybrids(rows, product),
        **_upserts(rows, reference, product),
    }


def _searches(rows: VectorRows, reference: Any, product: Any) -> dict[str, float | int]:
    middle = len(rows.sizes) // 2
    strata = {
        "mixed": rows.queries(MIXED, seed=1),
        "largest": rows.queries(STRATUM, tenants=[0], seed=2),
        "median": rows.queries(STRATUM, tenants=range(middle - 3, middle + 3), seed=3),
        "smallest": rows.queries(STRATUM, tenants=range(len(rows.sizes) - 6, len(rows.sizes)), seed=4),
    }
    for query in strata["mixed"][:WARM_UP]:
        reference.search(query)
        product.search(query)
    recalls, spent, short = {}, {}, 0
    for name, queries in strata.items():
        found = [_compared(rows, query, reference, product) for query in queries]
        recalls[name] = np.mean([recall for recall, _ in found if recall is not None], axis=0)
        short += sum(is_short for _, is_short in found)
        passes = [[_raced(query, reference, product, number) for query in queries] for number in range(PASSES)]
        spent[name] = np.array(passes).min(axis=0) * 1_000
        ours, theirs = (np.percentile(spent[name][:, side], [50, 95, 99]).round(2) for side in (0, 1))
        progress(
            f"{name:9} recall {recalls[name][0]:.4f} (reference {recalls[name][1]:.4f}), p50/p95/p99 {ours} ms "
            f"(reference {theirs})"
        )
    p99 = np.percentile(spent["mixed"], 99, axis=0)
    return {
        "recall": round(float(recalls["mixed"][0]), 4),
        "recall_min_stratum": round(float(min(recalls[name][0] for name in strata if name != "mixed")), 4),
        "short_answers": short,
        "p99_ratio": round(float(p99[0] / p99[1]), 3),
    }


def _raced(query: Query, reference: Any, product: Any, number: int) -> tuple[float, float]:
    """Seconds of the product and of the reference, which take turns in beginning."""
    started = time.perf_counter()
    if number % 2:
        product.search(query)
        between = time.perf_counter()
        reference.search(query)
        return between - started, time.perf_counter() - between
    reference.search(query)
    between = time.perf_counter()
    product.search(query)
    return time.perf_counter() - between, between - started


def _compared(rows: VectorRows, query: Query, reference: Any, product: Any) -> tuple[tuple[float, float] | None, bool]:
    """Recall of both, or None where there is nothing to find; whether the product's answer is too short."""
    truth = rows.nearest(query)
    found = product.search(query)
    near = {row for row, similarity in found if similarity > THRESHOLD - ROUNDING}
    certain = rows.nearest(query, threshold=THRESHOLD + ROUNDING)
    is_short = len(found) < len(product.search_exactly(query)) or len(near) < len(certain)
    if not truth:
        return None, is_short
    recall = tuple(len(set(truth) & set(rows_)) / len(truth) for rows_ in (near, reference.search(query)))
    return (recall[0], recall[1]), is_short


def _hybrids(rows: VectorRows, product: Any) -> dict[str, float]:
    texts, p95 = Texts(), {}
    for name, tenants in (("mixed", None), ("largest", [0])):
        spent = []
        for number, query in enumerate(rows.queries(HYBRIDS, tenants=tenants, seed=6)):
            words = texts.text(query.near, int(rows.topics[query.near])).split(". ")[-1].split()
            chosen = np.random.default_rng(number).choice(words, min(WORDS_A_QUESTION, len(words)), replace=False)
            question = " ".join(chosen)
            times = [_seconds(product.search_hybrid, query, question) for _ in range(PASSES)]
            spent.append(min(times) * 1_000)
        p50, p95[name] = np.percentile(spent, [50, 95])
        progress(f"hybrid, {name}: p50 {p50:.1f} ms, p95 {p95[name]:.1f} ms")
    return {"hybrid_p95_ms": round(float(p95["mixed"]), 1)}


def _upserts(rows: VectorRows, reference: Any, product: Any) -> dict[str, float]:
    """Half of each batch is new, half replaces what is there; a batch is one tenant's, drawn by its share of rows."""
    random, spent = np.random.default_rng(9), {"product": 0.0, "reference": 0.0, "words": 0.0}
    shares = rows.sizes / rows.sizes.sum()
    reference.prepare_upserts()
    fresh = len(rows.topics)
    for _ in range(BATCHES):
        tenant = int(random.choice(len(rows.sizes), p=shares))
        start, stop = rows.starts[tenant], rows.starts[tenant + 1]
        old = random.choice(np.arange(start, stop), min(BATCH // 2, int(stop - start)), replace=False)
        like = np.concatenate([old, random.integers(start, stop, BATCH - len(old))])
        vectors = rows.beside(rows.vectors[like], np.full((BATCH, 1), 0.1, dtype=np.float32))
        numbers = [int(row) for row in old] + list(range(fresh, fresh + BATCH - len(old)))
        fresh += BATCH - len(old)
        keys = [(number, KINDS[rows.kinds[row]], f"s{number}") for number, row in zip(numbers, like, strict=True)]
        texts = ["text " * 80] * BATCH
        chunks = product.chunks(tenant, keys, texts)
        spent["product"] += _seconds(product.upsert, tenant, chunks, vectors)
        spent["reference"] += _seconds(reference.upsert, tenant, keys, texts, vectors)
        spent["words"] += _seconds(product.upsert_words, tenant, chunks)
    rates = {name: BATCHES * BATCH / seconds for name, seconds in spent.items()}
    with_words = BATCHES * BATCH / (spent["product"] + spent["words"])
    progress(
        f"upserts a second: {rates['product']:.0f} ({with_words:.0f} with the keyword index; "
        f"{product.text_seconds / spent['product']:.0%} of the time is the texts'), "
        f"reference {rates['reference']:.0f}"
    )
    return {"upsert_ratio": round(rates["product"] / rates["reference"], 2)}


def _seconds(work: Callable[..., Any], *arguments: Any) -> float:
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


def _timed(name: str, work: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    result = work()
    progress(f"{name}: {time.perf_counter() - started:.0f} s")
    return result


def _start_server() -> Callable[[], None]:
    """The benchmark's own, from an empty folder, tuned alike for both; gives back what stops it."""
    shutil.rmtree(HOME, ignore_errors=True)
    from config.embedded_postgres import EmbeddedPostgres  # noqa: PLC0415

    memory = max(1, min(6, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**32))
    server = EmbeddedPostgres(HOME)
    server.ensure_running(server_options=SERVER.format(memory=memory))
    prepared()
    return server.stop


if __name__ == "__main__":
    main()
