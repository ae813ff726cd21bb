import sys
from collections.abc import Iterable
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser, OutputWrapper

from schema_index.embedding.embed_chunks import embed_everything
from schema_index.embedding.spaces import embedder_of, live_spaces
from schema_index.management.one_source import add_source, source_of
from schema_index.syncing.breakage import in_words
from schema_index.syncing.snapshots import sync
from tenants.management.domain_command import ACTOR, DomainCommand, printable

REFUSED = 4

MAX_LISTED = 50
"""Changes, and what was left out, that are printed."""


class Command(DomainCommand):
    help = (
        "Read a data source's schema, store what changed, and embed it. "
        "Exit code 0: synced; 1: something failed; 4: the change breaks verified queries and waits to be accepted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_source(parser)
        parser.add_argument("--accept", action="store_true", help="Take what is found into use, whatever it breaks.")

    def handle(self, *args: Any, **options: Any) -> None:
        source = source_of(options)
        result = sync(
            source.tenant_id,
            source_id=source.id,
            actor=ACTOR,
            progress=self.show_progress,
            accept=options["accept"],
        )
        # Embedded here as well as by the task: a command ends when its work is done, not when it is queued.
        done = self._embed(source.tenant_id)
        self.stdout.write(
            f"{source.slug}: revision {result.revision}, {result.tables} tables, {len(result.changes)} changes, "
            f"{done} texts embedded."
        )
        self._list(
            f"{change.kind.replace('_', ' ')}: {change.object_name} {change.detail}" for change in result.changes
        )
        self._list((f'breaks "{one.subject}": {one.reason}' for one in result.broken), file=self.stderr)
        self._list((f"left out: {line}" for line in result.unreadable), file=self.stderr)

        if result.broken:
            self.stderr.write(in_words(len(result.broken), is_refused=result.is_refused))
        if result.is_refused:
            self.stderr.write("`--accept` takes it into use.")
            sys.exit(REFUSED)

    def _embed(self, tenant_id: UUID) -> int:
        progress = partial(self.show_progress, what="texts embedded")
        return sum(
            embed_everything(tenant_id, embedder=embedder_of(space), progress=progress)
            for space in live_spaces(tenant_id)
        )

    def _list(self, lines: Iterable[str], *, file: OutputWrapper | None = None) -> None:
        shown = list(islice(lines, MAX_LISTED + 1))
        for line in shown[:MAX_LISTED]:
            (file or self.stdout).write(f"  {printable(line).rstrip()}")
        if len(shown) > MAX_LISTED:
            (file or self.stdout).write("  … and more: the administration shows them all")
