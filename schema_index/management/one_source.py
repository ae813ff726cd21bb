"""The data source that a command is about."""

from typing import Any

from django.core.management.base import CommandParser

from schema_index.models import DataSource
from schema_index.sources import pick
from tenants import tenancy
from tenants.context import tenant_transaction
from tenants.management.domain_command import add_tenant


def add_source(parser: CommandParser) -> None:
    parser.add_argument("source", nargs="?", help="Slug; may be left out when the tenant has one source.")
    add_tenant(parser)


def source_of(options: dict[str, Any]) -> DataSource:
    """With its snapshot. Raises NotFound, DataSourceNotFound or DataSourceRequired."""
    tenant = tenancy.by_slug(options["tenant"])
    with tenant_transaction(tenant.id):
        return DataSource.objects.select_related("snapshot").get(id=pick(options["source"]).id)
