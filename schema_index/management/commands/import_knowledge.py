import json
from collections import Counter
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from schema_index.documents.formats import IN_WORDS
from schema_index.embedding.embed_chunks import embed_everything
from schema_index.embedding.spaces import embedder_of, live_spaces
from schema_index.knowledge.addresses import Address
from schema_index.knowledge.importing import ImportOptions, Outcome, import_address
from schema_index.knowledge.metadata import metadata_fault
from schema_index.models import ReviewState
from schema_index.sources import pick
from tenants import tenancy
from tenants.context import tenant_transaction
from tenants.management.domain_command import DomainCommand, add_tenant

SAID = (Outcome.FAILED, Outcome.LEFT_DELETED, Outcome.PRUNED)
"""Outcomes that are told one by one; the others are counted."""


class Command(DomainCommand):
    help = f"Import files ({IN_WORDS}), and FAQ entries as JSON Lines, from a folder or store."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="A folder, a file, or any address fsspec knows: s3://bucket/folder.")
        add_tenant(parser)
        parser.add_argument("--source", help="Slug of the data source it is about; without it, the whole tenant.")
        parser.add_argument("--metadata", help='Of every entry, as JSON: {"team": "finance"}.')
        parser.add_argument("--proposed", action="store_true", help="Leave it to be reviewed before questions find it.")
        parser.add_argument("--prune", action="store_true", help="Delete entries whose files are not there any more.")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = tenancy.by_slug(options["tenant"])
        with tenant_transaction(tenant.id):
            source_id = pick(options["source"]).id if options["source"] else None
        counts = self._import(tenant.id, source_id, options)
        # Embedded here as well as by the task: a command ends when its work is done, not when it is queued.
        done = sum(embed_everything(tenant.id, embedder=embedder_of(space)) for space in live_spaces(tenant.id))
        told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome]) or "nothing there"
        self.stdout.write(f"{told}; {done} texts embedded.")
        if counts[Outcome.FAILED]:
            raise CommandError("Some of it could not be imported: the lines above say why.")

    def _import(self, tenant_id: UUID, source_id: UUID | None, options: dict[str, Any]) -> "Counter[Outcome]":
        chosen = ImportOptions(
            source_id=source_id,
            review_state=ReviewState.PROPOSED if options["proposed"] else ReviewState.REVIEWED,
            metadata=_metadata(options["metadata"]),
            prune=options["prune"],
        )
        counts = Counter[Outcome]()
        address = Address(options["address"])
        for one in import_address(tenant_id, address, options=chosen, progress=self._progress):
            counts[one.outcome] += 1
            if one.outcome in SAID:
                self.stderr.write(f"{one.outcome}: {one.uri}: {one.reason}")
        return counts

    def _progress(self, done: int, total: int, name: str) -> None:
        if self.stderr.isatty():
            self.show_progress(done + 1, total, name[-60:])


def _metadata(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    fault = metadata_fault(found)
    if fault is not None:
        raise CommandError(fault)
    assert isinstance(found, dict)
    return found
