import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.tenant_deletion import delete_tenant
from tenants import tenancy
from tenants.management.domain_command import DomainCommand


class Command(DomainCommand):
    help = "Delete a tenant with everything it owns, vectors and audit events included. It cannot be taken back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="Of the tenant.")
        parser.add_argument("--confirm", required=True, metavar="SLUG", help="The slug once more.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["confirm"] != options["slug"]:
            raise CommandError("Nothing was deleted: --confirm must repeat the slug.", returncode=2)
        deleted = delete_tenant(tenancy.by_slug(options["slug"]))
        self.stdout.write(json.dumps(asdict(deleted), indent=2))
        self.stderr.write(f"Tenant {options['slug']} is gone. Backups made before today still hold it.")
