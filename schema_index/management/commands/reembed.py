import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from schema_index.embedding import reembedding
from schema_index.embedding.embed_spaces import embed_spaces
from schema_index.embedding.reembedding import SpaceProgress
from schema_index.embedding.retry import AskAgain, LeavePending
from schema_index.models import SpaceState
from tenants.domain_error import DomainError
from tenants.management.domain_command import ACTOR, DomainCommand, one_or_all
from tenants.models import Tenant

MAX_ROUNDS = 10_000
"""Of `--wait`: with 2,000 texts each, more than any tenant has."""

MAX_WAIT_S = 60.0


class Command(DomainCommand):
    help = "Move a tenant to another embedding model, without a moment in which its questions find nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--tenant", help="Slug.")
        whose.add_argument("--all", action="store_true", help="Every tenant, one after the other.")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--status", action="store_true", help="Show every space and how far it is.")
        what.add_argument("--back", action="store_true", help="Make the space that was active before active again.")
        what.add_argument("--drop", action="store_true", help="Delete retired spaces, or the one named by --model.")
        parser.add_argument("--model", help="Name of the model to move to.")
        parser.add_argument("--dimension", type=int, help="Of its vectors; unset, the endpoint is asked.")
        parser.add_argument("--force", action="store_true", help="Switch even if it finds less on judged questions.")
        parser.add_argument("--wait", action="store_true", help="Take part in the work, and end with it.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["model"] or options["status"] or options["back"] or options["drop"]):
            raise CommandError("Name the model to move to with --model, or ask for --status, --back or --drop.")
        tenants = one_or_all(options["tenant"])
        failed = 0
        for tenant in tenants:
            try:
                self._do(tenant, options)
            except DomainError as error:
                if not options["all"]:
                    raise CommandError(error.message) from None
                failed += 1
                self.stderr.write(f"{tenant.slug}: {error.message}")
        if failed:
            raise CommandError(f"{failed} of {len(tenants)} tenants were left as they are.")

    def _do(self, tenant: Tenant, options: dict[str, Any]) -> None:
        if options["back"]:
            space = reembedding.take_back(tenant.id, actor=ACTOR)
            self.stdout.write(f"{tenant.slug}: {space} is the active space again.")
        elif options["drop"]:
            dropped = reembedding.drop(tenant.id, model=options["model"], actor=ACTOR)
            self.stdout.write(f"{tenant.slug}: dropped {', '.join(dropped) or 'nothing'}.")
        elif not options["status"]:
            self._begin(tenant, options)
            return
        self._show(tenant)

    def _begin(self, tenant: Tenant, options: dict[str, Any]) -> None:
        space = reembedding.begin(
            tenant.id,
            model=options["model"],
            dimension=options["dimension"],
            is_forced=options["force"],
            actor=ACTOR,
        )
        # A message to the worker in another process would not leave this one.
        if options["wait"] or settings.ENVIRONMENT.embedded_worker:
            self._fill(tenant, space.id)
        else:
            self.stdout.write(f"{tenant.slug}: {space} is being filled; see `reembed --status`.")

    def _fill(self, tenant: Tenant, space_id: UUID) -> None:
        retries = 0
        for _ in range(MAX_ROUNDS):
            step = embed_spaces(tenant.id, retries=retries, spread=0)
            for one in reembedding.progress(tenant.id):
                if one.space.id == space_id:
                    self.stderr.write(f"{tenant.slug}: {_line(one)}")
            if not isinstance(step, AskAgain):
                break
            retries = step.retries
            time.sleep(min(step.delay_s, MAX_WAIT_S))
        self._show(tenant)
        found = next(one for one in reembedding.progress(tenant.id) if one.space.id == space_id)
        if found.space.state != SpaceState.ACTIVE:
            again = "Run it again." if isinstance(step, LeavePending) else "Mend it, or use --force, and run it again."
            raise CommandError(
                f"{tenant.slug} stays where it was. {found.space.held or found.space.problem} {again}".replace(
                    "  ", " "
                )
            )

    def _show(self, tenant: Tenant) -> None:
        for one in reembedding.progress(tenant.id):
            self.stdout.write(f"{tenant.slug}: {_line(one)}")


def _line(one: SpaceProgress) -> str:
    refused = f", {one.refused} refused" if one.refused else ""
    said = "".join(f" | {text}" for text in (one.space.compared, one.space.held, one.space.problem) if text)
    return f"{one.space} {one.space.state}: {one.embedded} of {one.texts} texts{refused}{said}"
