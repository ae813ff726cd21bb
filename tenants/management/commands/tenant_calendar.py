from typing import Any

from django.core.management.base import CommandParser

from tenants import tenancy
from tenants.management.domain_command import ACTOR, DomainCommand
from tenants.tenant_calendar import set_calendar


class Command(DomainCommand):
    help = "Show or set a tenant's time zone, and the month that its fiscal year begins with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="Of the tenant.")
        parser.add_argument("--time-zone", help="IANA name, as in Europe/Paris.")
        parser.add_argument("--fiscal-year-starts", type=int, metavar="MONTH", help="1 to 12.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = set_calendar(
            tenancy.by_slug(options["slug"]).id,
            time_zone=options["time_zone"],
            fiscal_year_start_month=options["fiscal_year_starts"],
            actor=ACTOR,
        )
        month = found.fiscal_year_start_month
        self.stdout.write(f"Time zone {found.time_zone}; the fiscal year begins with month {month}.")
