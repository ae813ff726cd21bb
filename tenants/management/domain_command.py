"""Commands of ours: what the domain refuses is told in its own words, and tenants are named by their slugs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import tenancy
from tenants.domain_error import DomainError
from tenants.models import Tenant

ACTOR = "system:command"
"""Who did it, in the audit trail."""


class DomainCommand(BaseCommand):
    def execute(self, *args: Any, **options: Any) -> str | None:
        """A DomainError ends the command with its message and exit code 1."""
        try:
            return super().execute(*args, **options)
        except DomainError as error:
            raise CommandError(error.message) from None

    def show_progress(self, done: int, total: int, what: str = "questions") -> None:
        """One line that changes on a terminal; else a line for each tenth, so that a log shows that work goes on."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{done}/{total} {printable(what)[:60]:60}", ending="" if done < total else "\n")
        elif done == total or done * 10 // total > (done - 1) * 10 // total:
            self.stderr.write(f"{done}/{total} {printable(what)[:60]}")


def printable(text: str) -> str:
    """Names may hold line ends and codes that a terminal obeys."""
    return "".join(character if character.isprintable() else "·" for character in text)


def add_tenant(parser: CommandParser) -> None:
    parser.add_argument("--tenant", required=True, help="Slug of the tenant.")


def one_or_all(slug: str | None) -> list[Tenant]:
    """The tenant of that slug, or every one without it. Raises NotFound."""
    return [tenancy.by_slug(slug)] if slug else tenancy.all_tenants()
