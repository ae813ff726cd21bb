from typing import Any

from django.core.management.base import CommandError, CommandParser

from schema_index.catalogue import indexed_catalogue
from schema_index.grants import grants
from schema_index.management.one_source import add_source, source_of
from tenants.management.domain_command import DomainCommand

MAX_ROLE = 63


class Command(DomainCommand):
    help = "Print the SQL that creates a role which can read what a data source shows, and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        add_source(parser)
        parser.add_argument("--role", default="querent_reader", help="Name of the role to create.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 < len(options["role"].encode()) <= MAX_ROLE or not options["role"].isprintable():
            raise CommandError(f"--role must have 1 to {MAX_ROLE} printable characters.")
        source = source_of(options)
        access = indexed_catalogue(source).access
        lines = grants(access.visible, whole=access.whole, role=options["role"], database=source.database)
        self.stdout.write(lines, ending="")
