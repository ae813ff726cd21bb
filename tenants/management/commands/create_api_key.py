from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants import api_keys, tenancy
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.roles import Permission

MAX_DAYS = 3_650
MAX_NAME = 100


class Command(BaseCommand):
    help = "Issue an API key of a tenant and print it, the only time that it can be read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True)
        parser.add_argument("--name", default="command line")
        parser.add_argument(
            "--scope", action="append", choices=[one.value for one in Permission], help="Repeatable; `ask` by default."
        )
        parser.add_argument("--days", type=int, default=90, help="Days until it expires.")

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = [Permission(scope) for scope in options["scope"] or ["ask"]]
        if not 1 <= options["days"] <= MAX_DAYS:
            raise CommandError(f"--days must lie between 1 and {MAX_DAYS}.")
        if not 0 < len(options["name"]) <= MAX_NAME:
            raise CommandError(f"--name must have 1 to {MAX_NAME} characters.")
        try:
            tenant = tenancy.by_slug(options["tenant"])
            with tenant_transaction(tenant.id):
                _, text = api_keys.issue(
                    name=options["name"],
                    scopes=scopes,
                    actor="system:command",
                    expires_at=timezone.now() + timedelta(days=options["days"]),
                )
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(text)
