import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nl2sql import runs
from nl2sql.api.serializers import AskSerializer
from nl2sql.export import csv_lines
from nl2sql.models import RunStatus
from nl2sql.runs import AskRequest
from nl2sql.terminal import print_reply
from tenants import tenancy
from tenants.domain_error import DomainError
from tenants.principal import principal_of_role
from tenants.roles import Role

FAILED, CANNOT_ANSWER = 1, 3


class Command(BaseCommand):
    help = "Ask a question. Exit code 0: answered; 1: something failed; 2: wrong usage; 3: cannot answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("question")
        parser.add_argument("--tenant", required=True)
        parser.add_argument("--source", help="Slug; may be left out when the tenant has one source.")
        parser.add_argument("--mode", choices=["answer", "sql", "dry_run"], default="answer")
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
        try:
            tenant = tenancy.by_slug(options["tenant"])
            principal = principal_of_role(
                tenant_id=tenant.id, tenant_slug=tenant.slug, actor="system:command", role=Role.ANALYST
            )
            run = runs.ask(principal, AskRequest(**serializer.validated_data))
        except DomainError as error:
            raise CommandError(error.message, returncode=FAILED) from None
        reply = runs.reply_of(run)
        if options["json"]:
            self.stdout.write(json.dumps(reply, indent=2, ensure_ascii=False))
        elif options["csv"] and reply["result"] is not None:
            sys.stdout.writelines(csv_lines(reply["result"]))
        else:
            # Whoever asked for rows alone finds nothing else where they read them.
            print_reply(reply, file=sys.stderr if options["csv"] else sys.stdout)
        if run.status == RunStatus.FAILED:
            sys.exit(FAILED)
        if run.status != RunStatus.COMPLETED:
            sys.exit(CANNOT_ANSWER)
