import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from django.core.management.base import CommandError, CommandParser

from nl2sql import runs
from nl2sql.api.serializers import AskSerializer
from nl2sql.command_line.live_steps import live_steps
from nl2sql.command_line.stopped_by_interrupt import stopped_by_interrupt
from nl2sql.command_line.terminal import print_reply
from nl2sql.models import Run, RunStatus
from nl2sql.replies.export import csv_lines
from nl2sql.runs import AskRequest
from tenants import memberships, tenancy
from tenants.cancellation import Cancellation
from tenants.management.domain_command import ACTOR, DomainCommand, add_tenant
from tenants.models import Tenant
from tenants.principal import Principal, principal_of_role
from tenants.roles import Role

FAILED, CANNOT_ANSWER = 1, 3


class Command(DomainCommand):
    help = "Ask a question. Exit code 0: answered; 1: failed or stopped; 2: wrong usage; 3: cannot answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("question", help="In plain English, at most 2,000 characters.")
        add_tenant(parser)
        parser.add_argument("--source", help="Slug; may be left out when the tenant has one source.")
        parser.add_argument(
            "--mode",
            choices=["answer", "sql", "dry_run"],
            default="answer",
            help="Run the statement, only write and prove it, or have the database plan it.",
        )
        who = parser.add_mutually_exclusive_group()
        who.add_argument("--as", dest="member", metavar="USERNAME", help="See what this member sees.")
        who.add_argument(
            "--role", choices=[role.value for role in Role], help="See what this role sees; analyst by default."
        )
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="The API's reply.")
        form.add_argument("--csv", action="store_true", help="Only the rows.")

    def handle(self, *args: Any, **options: Any) -> None:
        given = {"question": options["question"], "mode": options["mode"]}
        if options["source"]:
            given["data_source"] = options["source"]
        serializer = AskSerializer(data=given)
        if not serializer.is_valid():
            problems = "; ".join(f"{name}: {' '.join(map(str, texts))}" for name, texts in serializer.errors.items())
            raise CommandError(problems, returncode=2)
        run = self._ask(serializer.validated_data, options)
        reply = runs.reply_of(run)
        if options["json"]:
            self.stdout.write(json.dumps(reply, indent=2, ensure_ascii=False))
        elif options["csv"] and reply["result"] is not None:
            sys.stdout.writelines(csv_lines(reply["result"]))
        else:
            # Whoever asked for rows alone finds nothing else where they read them.
            print_reply(reply, file=sys.stderr if options["csv"] else sys.stdout)
        if run.status in (RunStatus.FAILED, RunStatus.CANCELLED):
            sys.exit(FAILED)
        if run.status != RunStatus.COMPLETED:
            sys.exit(CANNOT_ANSWER)

    def _ask(self, given: dict[str, Any], options: dict[str, Any]) -> Run:
        """Raises DomainError. Steps are told on standard error, so that standard output holds the reply alone."""
        principal = _principal(tenancy.by_slug(options["tenant"]), member=options["member"], role=options["role"])
        metadata = {"asked_as": options["member"]} if options["member"] else {}
        request = AskRequest(**given, metadata=metadata)
        stop = Cancellation()
        is_quiet = options["json"] or options["csv"]
        with nullcontext() if is_quiet else live_steps(sys.stderr) as steps, stopped_by_interrupt(stop):
            return runs.ask(principal, request, cancellation=stop, observe=steps)


def _principal(tenant: Tenant, *, member: str | None, role: str | None) -> Principal:
    """The operator, with a member's role and attributes or a bare role. Raises NotFound or TenantSuspended."""
    if member is not None:
        return replace(memberships.principal_in(memberships.by_username(tenant, username=member)), actor=ACTOR)
    return principal_of_role(tenant.id, actor=ACTOR, role=Role(role or Role.ANALYST))
