"""What each similarity threshold would keep and let in, for the configured embedding model.

For each question of the pool: are its gold tables at or above the threshold, and would a database that it was never
about (another one of the pool, drawn with a fixed seed) come back with nothing?
"""

import json
import random

from benchmarks.harness import json_lines, options, prepared, progress, spread
from benchmarks.pooled_schema import POOL, schemas

THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
SEED = 7


def main() -> None:
    given = options(
        default="eval/schema_linking",
        needs=("pooled_schemas.jsonl", "pooled_questions.jsonl"),
        description="Gold tables kept and strange databases refused, by threshold.",
    )
    prepared()
    from schema_index.embedding.spaces import configured_embedder, threshold_of  # noqa: PLC0415
    from schema_index.indexing.chunking import schema_chunks  # noqa: PLC0415  the applications must be loaded first

    embedder = configured_embedder()
    pool = schemas(given.data)[POOL]
    chunks = schema_chunks(pool)
    questions = spread(json_lines(given.data / "pooled_questions.jsonl"), given.limit)
    progress(f"embedding {len(chunks)} tables and {len(questions)} questions")
    similarities = (
        embedder.embed([question["question"] for question in questions])
        @ embedder.embed([chunk.text for chunk in chunks]).T
    )
    places = {chunk.object_key: place for place, chunk in enumerate(chunks)}
    databases: dict[str, list[int]] = {}
    for place, table in enumerate(pool.tables):
        databases.setdefault(table.schema, []).append(place)
    draw = random.Random(SEED)
    gold: list[float] = []
    strange: list[float] = []
    for row, question in zip(similarities, questions, strict=True):
        own = {pool.tables[places[name]].schema for name in question["gold_tables"]}
        gold += [float(row[places[name]]) for name in question["gold_tables"]]
        other = draw.choice([name for name in sorted(databases) if name not in own])
        strange.append(float(row[databases[other]].max()))
    print(f"{'threshold':>10}{'gold tables kept':>18}{'strange database refused':>26}{'tables of the pool':>20}")
    rows = []
    for threshold in THRESHOLDS:
        kept = sum(value >= threshold for value in gold) / len(gold)
        refused = sum(value < threshold for value in strange) / len(strange)
        above = float((similarities >= threshold).sum(axis=1).mean())
        rows.append({"threshold": threshold, "gold_kept": round(kept, 4), "strange_refused": round(refused, 4)})
        print(f"{threshold:10.2f}{kept:18.3f}{refused:26.3f}{above:20.1f}")
    print(json.dumps({"model": embedder.model, "default": threshold_of(embedder.model), "by_threshold": rows}))


if __name__ == "__main__":
    main()
