from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.tenant_export import export_tenant
from tenants import tenancy
from tenants.management.domain_command import DomainCommand


class Command(DomainCommand):
    help = "Write all that a tenant owns into a ZIP file of JSON lines, without secrets and what can be computed again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="Of the tenant.")
        parser.add_argument("path", type=Path, help="The ZIP file to be made.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = export_tenant(tenancy.by_slug(options["slug"]), path=options["path"])
        except OSError as error:
            raise CommandError(f"{options['path']} cannot be made: {error.strerror}. Name a new file.") from None
        self.stdout.write(f"{sum(rows.values())} rows of {len(rows)} tables are in {options['path']}.")
