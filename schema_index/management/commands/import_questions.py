import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schema_index import judged_questions
from schema_index.catalogue import indexed_catalogue
from schema_index.judged_questions import Judged
from schema_index.models import DataSource
from schema_index.sources import DataSourceNotSynced, pick
from tenants import tenancy
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError

SHOWN_TABLES = 10


class Command(BaseCommand):
    help = 'Store questions with the tables that answer them, a JSON line each: {"question": "…", "tables": ["s.t"]}.'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="Slug.")
        parser.add_argument("file", type=Path, help="JSON lines.")
        parser.add_argument("--tenant", required=True, help="Slug of the tenant.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tenant = tenancy.by_slug(options["tenant"])
            with options["file"].open("rb") as lines:
                judged = judged_questions.parse(lines, origin=options["file"].name[:100])
            with tenant_transaction(tenant.id):
                source = pick(options["source"])
                fresh = judged_questions.save_all(judged, source=source, actor="system:command")
            self._warn(judged, source)
        except DomainError as error:
            raise CommandError(error.message) from None
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from None
        self.stdout.write(f"{source.slug}: {fresh} questions added, {len(judged) - fresh} replaced.")

    def _warn(self, judged: tuple[Judged, ...], source: DataSource) -> None:
        """Of tables that the source does not hold now: they count as never found."""
        try:
            known = {table.qualified_name for table in indexed_catalogue(source).schema.tables}
        except DataSourceNotSynced:
            return
        strange = sorted({name for one in judged for name in one.tables} - known)
        if strange:
            shown = ", ".join(re.sub(r"\s+", " ", name) for name in strange[:SHOWN_TABLES])
            self.stderr.write(f"  {len(strange)} named tables are not in the source now: {shown}")
