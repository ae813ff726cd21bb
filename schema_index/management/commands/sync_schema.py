from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schema_index.embedding.embed_chunks import embed_everything
from schema_index.embedding.spaces import embedder_of, live_spaces
from schema_index.snapshots import sync
from schema_index.sources import pick
from tenants import tenancy
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError


class Command(BaseCommand):
    help = "Read a data source's schema, store what changed, and embed it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", help="Slug; may be left out when the tenant has one source.")
        parser.add_argument("--tenant", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tenant = tenancy.by_slug(options["tenant"])
            with tenant_transaction(tenant.id):
                source = pick(options["source"])
            result = sync(tenant.id, source_id=source.id, actor="system:command", progress=self._progress)
            # Embedded here as well as by the task: a command ends when its work is done, not when it is queued.
            done = self._embed(tenant.id)
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(
            f"{source.slug}: revision {result.revision}, {result.tables} tables, {len(result.changes)} changes, "
            f"{done} texts embedded."
        )
        for change in result.changes[:50]:
            self.stdout.write(f"  {change.kind.replace('_', ' ')}: {change.object_name} {change.detail}".rstrip())
        for line in result.unreadable:
            self.stderr.write(f"  left out: {line}")

    def _embed(self, tenant_id: UUID) -> int:
        return sum(embed_everything(tenant_id, embedder=embedder_of(space)) for space in live_spaces(tenant_id))

    def _progress(self, done: int, total: int, name: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done}/{total} {name[:60]:60}", ending="" if done < total else "\n")
