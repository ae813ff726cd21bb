from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.environment import BASE_DIR
from config.reference.pages import PAGES, page

FOLDER = BASE_DIR / "docs" / "reference"


class Command(BaseCommand):
    help = (
        "Print the reference of settings, API, errors, commands, metrics and licences, or write it into docs/reference."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("page", nargs="?", choices=PAGES, help="Only this page.")
        parser.add_argument("--write", action="store_true", help="Write the pages instead of printing them.")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in [options["page"]] if options["page"] else PAGES:
            if options["write"]:
                (FOLDER / f"{name}.md").write_text(page(name), encoding="utf-8")
            else:
                self.stdout.write(page(name))
