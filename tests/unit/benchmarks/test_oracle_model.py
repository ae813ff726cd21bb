"""The oracle answers only from what stands in the prompt that the product builds: its figure is no gift."""

from dataclasses import replace
from datetime import date

from benchmarks.oracle_model import Gold, golds_of, told
from nl2sql.generation.base import GenerationRequest
from nl2sql.prompt.build import build
from schema_index.retrieval.types import TableHit
from schema_index.schema import Column, DatabaseSchema, Table

STORES = Table(
    schema="public",
    name="stores",
    columns=(
        Column(name="id", type="integer", kind="integer"),
        Column(name="order", type="text", kind="text", comment="a word of SQL"),
        Column(name="Opened At", type="date", kind="date"),
    ),
    primary_key=("id",),
    unique_keys=(("id", "order"),),
)
SALES = Table(schema="Web", name="sales", columns=(Column(name="store", type="integer", kind="integer"),))
SCHEMA = DatabaseSchema.of("postgres", "public", [STORES, SALES])
GOLD = 'SELECT s."order", s."Opened At" FROM stores AS s JOIN "Web".sales AS w ON w.store = s.id'


def prompt(schema: DatabaseSchema, *tables: Table) -> str:
    hits = tuple(TableHit(schema=table.schema, name=table.name, similarity=None, reason="") for table in tables)
    request = GenerationRequest(question="?", schema=schema, tables=hits, today=date(2026, 1, 1), max_rows=10)
    return build(request, token_budget=6_000).user


def golds(*statements: str, schema: DatabaseSchema = SCHEMA) -> list[Gold]:
    return golds_of(statements, schema=schema, spelled_in=SCHEMA, row_limit=10)


def test_it_answers_when_everything_is_there_and_only_then() -> None:
    known = golds(GOLD)
    assert told(prompt(SCHEMA, STORES, SALES), golds=known) == (GOLD, [])
    assert told(prompt(SCHEMA, STORES), golds=known) == ("", ['table "Web".sales'])

    fewer = replace(STORES, columns=STORES.columns[:2])
    cut = DatabaseSchema.of("postgres", "public", [fewer, SALES])
    assert told(prompt(cut, fewer, SALES), golds=known) == ("", ['column stores."Opened At"'])


def test_any_gold_will_do_and_names_of_a_pool_get_their_schema() -> None:
    own = DatabaseSchema.of("postgres", "Web", [SALES])
    sql, _ = told(prompt(SCHEMA, STORES, SALES), golds=golds("SELECT max(store) FROM sales", schema=own))
    assert '"Web"."sales"' in sql
    either = golds(GOLD, "SELECT id FROM stores")
    assert told(prompt(SCHEMA, STORES), golds=either) == ("SELECT id FROM stores", [])
