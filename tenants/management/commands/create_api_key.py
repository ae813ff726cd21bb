from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants import api_keys, tenancy
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.roles import Permission


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
        if options["days"] < 1:
            raise CommandError("--days must be at least 1.")
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
