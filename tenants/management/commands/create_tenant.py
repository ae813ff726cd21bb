from typing import Any

from django.core.management.base import CommandError, CommandParser

from tenants import memberships, tenancy
from tenants.context import tenant_transaction
from tenants.management.domain_command import ACTOR, DomainCommand
from tenants.models import User
from tenants.roles import Role

MAX_NAME = 200


class Command(DomainCommand):
    help = "Create a tenant, and make an existing user its owner."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="Short name, as in addresses: letters, digits, hyphens.")
        parser.add_argument("--name", help="Shown to people; the slug when left out.")
        parser.add_argument("--owner", help="User name of an existing user.")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = None
        if options["owner"]:
            owner = User.objects.filter(username=options["owner"]).first()
            if owner is None:
                raise CommandError(f'There is no user "{options["owner"]}": `manage.py createsuperuser` makes one.')
        tenant = tenancy.create(slug=options["slug"], name=options["name"] or options["slug"], actor=ACTOR)
        if owner is not None:
            with tenant_transaction(tenant.id):
                memberships.set_role(owner, role=Role.OWNER, actor=ACTOR)
        self.stdout.write(f"Tenant {tenant.slug} is there ({tenant.id}).")
