from typing import Any

from django.core.management.base import CommandError, CommandParser

from schema_index.indexing.keyword_index import refresh_frequencies
from schema_index.vector_index.advice import Action, SpaceIndex
from schema_index.vector_index.tend import tend
from tenants.context import tenant_transaction
from tenants.management.domain_command import DomainCommand, one_or_all

DEFAULT_TIMEOUT_S = 3_600


class Command(DomainCommand):
    help = (
        "Build, rebuild or drop tenants' vector indexes as index_stats advises, without locking. "
        "Connects as the tables' owner."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", help="Slug; all tenants without it.")
        parser.add_argument("--timeout", type=int, default=DEFAULT_TIMEOUT_S, help="Seconds for each statement.")

    def handle(self, *args: Any, **options: Any) -> None:
        actions = 0
        tenants = one_or_all(options["tenant"])
        for tenant in tenants:
            with tenant_transaction(tenant.id):
                refresh_frequencies()

            def report(action: Action, space: SpaceIndex, slug: str = tenant.slug) -> None:
                self.stdout.write(f"{slug}: {action} {space.model} ({space.vectors:,} vectors)…")

            done = tend(tenant.id, timeout_s=options["timeout"], report=report)
            if done.is_busy:
                raise CommandError("Another process is building vector indexes: run this again when it is done.")
            actions += len(done.actions)
        self.stdout.write(f"{len(tenants)} tenants looked at, {actions} indexes built, rebuilt or dropped.")
