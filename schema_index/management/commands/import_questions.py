import re
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from schema_index import judged_questions
from schema_index.catalogue import indexed_catalogue
from schema_index.judged_questions import Judged
from schema_index.models import DataSource
from schema_index.sources import DataSourceNotSynced, pick
from tenants import tenancy
from tenants.context import tenant_transaction
from tenants.management.domain_command import ACTOR, DomainCommand, add_tenant

SHOWN_TABLES = 10


class Command(DomainCommand):
    help = 'Store questions with the tables that answer them, a JSON line each: {"question": "…", "tables": ["s.t"]}.'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="Slug.")
        parser.add_argument("file", type=Path, help="JSON lines.")
        add_tenant(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tenant = tenancy.by_slug(options["tenant"])
            with options["file"].open("rb") as lines:
                judged = judged_questions.parse(lines, origin=options["file"].name[:100])
            with tenant_transaction(tenant.id):
                source = pick(options["source"])
                fresh = judged_questions.save_all(judged, source=source, actor=ACTOR)
            self._warn(judged, source)
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
