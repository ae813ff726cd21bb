from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from tenants import api_keys, tenancy
from tenants.attributes import AttributeValue, attributes_from_json
from tenants.context import tenant_transaction
from tenants.management.domain_command import ACTOR, DomainCommand, add_tenant
from tenants.roles import Permission, Role

MAX_DAYS = 3_650
MAX_NAME = 100


class Command(DomainCommand):
    help = "Issue an API key of a tenant and print it, the only time that it can be read."

    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument("--name", default="command line", help="What the key is for.")
        parser.add_argument(
            "--scope", action="append", choices=[one.value for one in Permission], help="Repeatable; `ask` by default."
        )
        parser.add_argument(
            "--role",
            choices=[one.value for one in Role],
            default=Role.VIEWER.value,
            help="Whose view of the data sources the key has; viewer by default.",
        )
        parser.add_argument(
            "--attribute",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="What row rules ask for, such as region=EU; repeat a name to give it several values.",
        )
        parser.add_argument("--days", type=int, default=90, help="Days until it expires.")

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = [Permission(scope) for scope in options["scope"] or ["ask"]]
        if not 1 <= options["days"] <= MAX_DAYS:
            raise CommandError(f"--days must lie between 1 and {MAX_DAYS}.")
        if not 0 < len(options["name"]) <= MAX_NAME:
            raise CommandError(f"--name must have 1 to {MAX_NAME} characters.")
        tenant = tenancy.by_slug(options["tenant"])
        with tenant_transaction(tenant.id):
            _, text = api_keys.issue(
                name=options["name"],
                scopes=scopes,
                actor=ACTOR,
                role=Role(options["role"]),
                attributes=_attributes(options["attribute"]),
                expires_at=timezone.now() + timedelta(days=options["days"]),
            )
        self.stdout.write(text)


def _attributes(given: list[str]) -> dict[str, AttributeValue]:
    """Values as text, which every engine compares with numbers too."""
    found: dict[str, list[str]] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise CommandError(f'--attribute takes NAME=VALUE, not "{text}".')
        found.setdefault(name, []).append(value)
    return attributes_from_json({name: values[0] if len(values) == 1 else values for name, values in found.items()})
