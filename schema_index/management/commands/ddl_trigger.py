from typing import Any

from django.core.management.base import CommandError, CommandParser

from schema_index.connectors.registry import engine_of
from schema_index.management.one_source import add_source, source_of
from tenants.management.domain_command import DomainCommand


class Command(DomainCommand):
    help = "Print the SQL of an event trigger by which a PostgreSQL source tells that its schema changed."

    def add_arguments(self, parser: CommandParser) -> None:
        add_source(parser)
        parser.add_argument("--remove", action="store_true", help="Print the SQL that takes the trigger away.")

    def handle(self, *args: Any, **options: Any) -> None:
        source = source_of(options)
        engine = engine_of(source.dialect)
        trigger = engine.ddl_trigger
        if trigger is None:
            raise CommandError(
                f'"{source.slug}" is {engine.label}, which has no such trigger: give it an interval to sync by instead.'
            )
        self.stdout.write(trigger.remove if options["remove"] else trigger.install(source.username), ending="")
