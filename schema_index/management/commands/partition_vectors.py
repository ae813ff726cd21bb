from typing import Any

from django.core.management.base import CommandError, CommandParser

from schema_index.vector_index.measure import partition_count, table_facts
from schema_index.vector_index.partitions import MAX_PARTITIONS, repartition
from schema_index.vector_index.tend import tend
from tenants.management.domain_command import DomainCommand
from tenants.tenancy import all_tenants

INDEX_TIMEOUT_S = 3_600


class Command(DomainCommand):
    help = (
        "Cut the table of vectors into hash partitions by tenant, or make one table of it again. Questions go on; what "
        "embeds and syncs waits until it is done. Connects as the tables' owner."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        shape_wanted = parser.add_mutually_exclusive_group(required=True)
        shape_wanted.add_argument("--hash", type=int, metavar="N", help=f"Partitions, 2 to {MAX_PARTITIONS}.")
        shape_wanted.add_argument("--undo", action="store_true", help="One table again.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be done.")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = 0 if options["undo"] else options["hash"]
        if not options["undo"] and not 2 <= wanted <= MAX_PARTITIONS:
            raise CommandError(f"--hash takes 2 to {MAX_PARTITIONS} partitions.")
        now = partition_count()
        if now == wanted:
            self.stdout.write(f"It is {_said(wanted)} already.")
            return
        self.stdout.write(self._plan(now, wanted))
        if options["dry_run"]:
            return
        copied = repartition(wanted, progress=self._progress)
        self.stdout.write(f"{copied:,} vectors copied: it is {_said(wanted)} now.")
        for tenant in all_tenants():
            built = tend(tenant.id, timeout_s=INDEX_TIMEOUT_S)
            if built.is_busy:
                raise CommandError("Another process is building vector indexes: run `manage.py build_indexes` then.")
            for action, name in built.actions:
                self.stdout.write(f"{tenant.slug}: {action} {name}")

    def _plan(self, now: int, wanted: int) -> str:
        facts = table_facts()
        megabytes = (facts.table_bytes + facts.index_bytes) / 2**20
        return (
            f"{_said(now).capitalize()} of about {facts.live_rows:,} vectors and {megabytes:,.0f} MB with "
            f"indexes will be copied into {_said(wanted)}; as much disk is needed until it is done. Vector indexes are "
            "built anew afterwards, and searches are exact until then."
        )

    def _progress(self, done: int, total: int, name: str) -> None:
        self.show_progress(done, total, "tenants copied")


def _said(partitions: int) -> str:
    return f"{partitions} partitions" if partitions else "one table"
