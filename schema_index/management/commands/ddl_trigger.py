from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schema_index.connectors.registry import engine_of
from schema_index.sources import pick
from tenants import tenancy
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError


class Command(BaseCommand):
    help = "Print the SQL of an event trigger by which a PostgreSQL source tells that its schema changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", help="Slug; may be left out when the tenant has one source.")
        parser.add_argument("--tenant", required=True, help="Slug of the tenant.")
        parser.add_argument("--remove", action="store_true", help="Print the SQL that takes the trigger away.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tenant = tenancy.by_slug(options["tenant"])
            with tenant_transaction(tenant.id):
                source = pick(options["source"])
        except DomainError as error:
            raise CommandError(error.message) from None
        engine = engine_of(source.dialect)
        trigger = engine.ddl_trigger
        if trigger is None:
            raise CommandError(
                f'"{source.slug}" is {engine.label}, which has no such trigger: give it an interval to sync by instead.'
            )
        self.stdout.write(trigger.remove if options["remove"] else trigger.install(source.username), ending="")
