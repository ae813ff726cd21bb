"""`python -m tests_faults.furnish PORT`: two tenants with a source each in the server of that port, keys as JSON.

A process of its own, with the deployment's settings.
"""

import json
import sys

import django

PASSWORD = "of the target"
DATABASE = "shop"
PERSON = ("ada", "ada knows this")
SHOP = """
CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, city text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers, total numeric NOT NULL);
INSERT INTO customers SELECT n, 'Customer ' || n, (ARRAY['Lyon', 'Turin'])[1 + n % 2] FROM generate_series(1, 100) n;
INSERT INTO orders SELECT n, 1 + n % 100, n % 100 FROM generate_series(1, 2000) n;
"""


def main() -> None:
    django.setup()
    from benchmarks.target_databases import READER  # noqa: PLC0415  the settings must be loaded first
    from schema_index import sources  # noqa: PLC0415
    from schema_index.embedding.embed_chunks import embed_pending  # noqa: PLC0415
    from schema_index.embedding.minilm import MiniLMEmbedder  # noqa: PLC0415
    from schema_index.syncing.snapshots import sync  # noqa: PLC0415
    from tenants import api_keys, memberships, tenancy  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415
    from tenants.models import User  # noqa: PLC0415
    from tenants.roles import Permission, Role  # noqa: PLC0415

    keys = {}
    for slug in ("one", "other"):
        tenant = tenancy.create(slug=slug, name=slug, actor="system:faults")
        with tenant_transaction(tenant.id):
            source = sources.upsert(
                slug="shop",
                name="Shop",
                dialect="postgres",
                host="127.0.0.1",
                port=int(sys.argv[1]),
                database=DATABASE,
                username=READER,
                password=PASSWORD,
                actor="system:faults",
            )
            scopes = [Permission.ASK, Permission.READ_SCHEMA, Permission.MANAGE_KNOWLEDGE, Permission.MANAGE_KEYS]
            if slug == "one":
                ada = User.objects.create_user(username=PERSON[0], password=PERSON[1])
                memberships.set_role(ada, role=Role.ANALYST, actor="system:faults")
            _, keys[slug] = api_keys.issue(name="faults", scopes=scopes, actor="system:faults", role=Role.ADMIN)
        sync(tenant.id, source_id=source.id, actor="system:faults")
        embed_pending(tenant.id, embedder=MiniLMEmbedder())
    sys.stdout.write(json.dumps(keys))


if __name__ == "__main__":
    main()
