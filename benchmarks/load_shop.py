"""A tenant with one small shop on a PostgreSQL server, synced and embedded: what questions under load are about."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.target_databases import READER, TargetDatabases
from tests.scripted_model import answers

if TYPE_CHECKING:
    from tenants.roles import Permission, Role

PASSWORD = "of the benchmark"
ACTOR = "system:benchmark"
SHOP = """
CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, city text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers, total numeric NOT NULL);
INSERT INTO customers SELECT n, 'Customer ' || n, (ARRAY['Lyon', 'Turin'])[1 + n % 2] FROM generate_series(1, 1000) n;
INSERT INTO orders SELECT n, 1 + n % 1000, n % 100 FROM generate_series(1, 20000) n;
"""
REPLY = answers(sql="SELECT count(*) AS orders FROM orders", interpreted_as="The number of orders.")
SETTINGS = {
    "QUESTIONS_PER_MINUTE": "1000000",
    "QUESTIONS_PER_DAY": "1000000",
    "REQUESTS_PER_MINUTE": "1000000",
    # One tenant asks everything here.
    "QUESTIONS_AT_ONCE": "1000",
    # A question that was asked before would not reach the model.
    "ANSWER_CACHE_SIZE": "0",
    "LLM_MODEL": "scripted",
    "LLM_API_KEY": "none",
}


def questions(count: int, kind: str) -> list[str]:
    return [f"How many orders were there, {kind} {number}?" for number in range(count)]


def furnish(admin: dict[str, Any], *, folder: Path) -> str:
    """The tenant's API key. `admin` is the server's, as Django connection settings; Django is set up."""
    databases = TargetDatabases(admin, password=PASSWORD)
    databases.create_reader()
    script = folder / "shop.sql"
    script.write_text(SHOP)
    databases.load_file(script, database="load_shop")
    from tenants.roles import Permission, Role  # noqa: PLC0415  it needs the settings

    target = {"port": admin["PORT"], "database": "load_shop", "password": PASSWORD}
    return furnished("load", target=target, scopes=[Permission.ASK], role=Role.ANALYST)


def furnished(slug: str, *, target: dict[str, Any], scopes: "list[Permission]", role: "Role") -> str:
    """A new tenant with the shop as its source, in `target` of this machine, synced and embedded. Its API key."""
    from schema_index import sources  # noqa: PLC0415
    from schema_index.embedding.embed_chunks import embed_pending  # noqa: PLC0415
    from schema_index.embedding.minilm import MiniLMEmbedder  # noqa: PLC0415
    from schema_index.syncing.snapshots import sync  # noqa: PLC0415
    from tenants import api_keys, tenancy  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415

    tenant = tenancy.create(slug=slug, name=slug.title(), actor=ACTOR)
    shop = {"slug": "shop", "name": "Shop", "dialect": "postgres", "host": "127.0.0.1", "username": READER}
    with tenant_transaction(tenant.id):
        source = sources.upsert(**shop, **target, actor=ACTOR)
        _, key = api_keys.issue(name=slug, scopes=scopes, actor=ACTOR, role=role)
    sync(tenant.id, source_id=source.id, actor=ACTOR)
    embed_pending(tenant.id, embedder=MiniLMEmbedder())
    return key
