from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schema_index.grants import grants
from schema_index.schema_json import from_json
from schema_index.sources import DataSourceNotSynced, pick, visible_part
from tenants import tenancy
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError

MAX_ROLE = 63


class Command(BaseCommand):
    help = "Print the SQL that creates a role which can read what a data source shows, and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", help="Slug; may be left out when the tenant has one source.")
        parser.add_argument("--tenant", required=True, help="Slug of the tenant.")
        parser.add_argument("--role", default="querent_reader", help="Name of the role to create.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 < len(options["role"].encode()) <= MAX_ROLE or not options["role"].isprintable():
            raise CommandError(f"--role must have 1 to {MAX_ROLE} printable characters.")
        try:
            tenant = tenancy.by_slug(options["tenant"])
            with tenant_transaction(tenant.id):
                source = pick(options["source"])
                snapshot = source.snapshot
            if snapshot is None:
                raise DataSourceNotSynced(f'The data source "{source.slug}" was never synced: sync it first.')
        except DomainError as error:
            raise CommandError(error.message) from None
        whole = from_json(snapshot.description)
        visible = visible_part(whole, hidden=source.hidden)
        self.stdout.write(grants(visible, whole=whole, role=options["role"], database=source.database), ending="")
