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
    from benchmarks.load_shop import ACTOR, furnished  # noqa: PLC0415  the settings must be loaded first
    from tenants import memberships, tenancy  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415
    from tenants.models import User  # noqa: PLC0415
    from tenants.roles import Permission, Role  # noqa: PLC0415

    scopes = [Permission.ASK, Permission.READ_SCHEMA, Permission.MANAGE_KNOWLEDGE, Permission.MANAGE_KEYS]
    target = {"port": int(sys.argv[1]), "database": DATABASE, "password": PASSWORD}
    keys = {slug: furnished(slug, target=target, scopes=scopes, role=Role.ADMIN) for slug in ("one", "other")}
    with tenant_transaction(tenancy.by_slug("one").id):
        ada = User.objects.create_user(username=PERSON[0], password=PERSON[1])
        memberships.set_role(ada, role=Role.ANALYST, actor=ACTOR)
    sys.stdout.write(json.dumps(keys))


if __name__ == "__main__":
    main()
