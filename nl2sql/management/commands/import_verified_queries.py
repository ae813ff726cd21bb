from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from nl2sql.curation import verified_queries
from nl2sql.models import QueryOrigin
from nl2sql.models.verified_query import MAX_QUESTION, MAX_SQL
from schema_index.json_lines import read_lines, refuse
from schema_index.sources import pick
from tenants import tenancy
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.management.domain_command import ACTOR, DomainCommand, add_tenant

MAX_LINES = 2_000
"""As many as are in use of one source."""

MAX_LINE_BYTES = 6 * (MAX_QUESTION + MAX_SQL)


class Command(DomainCommand):
    help = 'Propose questions with their statements, a JSON line each: {"question": "…", "sql": "SELECT …"}.'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="Slug.")
        parser.add_argument("file", type=Path, help="JSON lines.")
        add_tenant(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """All lines or none."""
        tenant = tenancy.by_slug(options["tenant"])
        try:
            with options["file"].open("rb") as lines:
                rows = read_lines(lines, read=_row, max_lines=MAX_LINES, max_line_bytes=MAX_LINE_BYTES)
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from None
        with tenant_transaction(tenant.id):
            self._propose(rows, slug=options["source"])
        self.stdout.write(f"{options['source']}: {len(rows)} questions proposed; a curator verifies them.")

    def _propose(self, rows: tuple[tuple[int, str, str], ...], *, slug: str) -> None:
        source = pick(slug)
        problems = []
        for number, question, sql in rows:
            try:
                verified_queries.propose(
                    source=source, question=question, sql=sql, origin=QueryOrigin.IMPORT, actor=ACTOR
                )
            except DomainError as error:
                problems.append(f"line {number}: {error.message.rstrip('.')}")
        refuse(problems)


def _row(given: dict[str, Any], number: int) -> tuple[int, str, str]:
    if given.keys() != {"question", "sql"}:
        raise ValueError('is no object with "question" and "sql" alone')
    if not all(isinstance(text, str) and text.strip() for text in given.values()):
        raise ValueError("has an empty text, or none")
    return number, given["question"], given["sql"]
