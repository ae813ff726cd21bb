"""A tenant's database: where it is, who to be there, and what of it may be seen."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from schema_index.connectors.connection import TLS_MODES
from schema_index.connectors.registry import dialect_choices
from tenants.models import TenantOwned

NAME_LISTS = (
    *("include_schemas", "exclude_schemas", "include_tables", "exclude_tables"),
    *("hidden", "values_excluded", "values_included"),
)

VISIBILITY_FIELDS = ("hidden", "index_values", "values_excluded", "values_included")
"""What of a source is kept and told follows them at once, without a sync."""

MAX_SYNC_EVERY = 31 * 24 * 60
"""Minutes: a month."""


def _names(help_text: str) -> "models.JSONField[Any, Any]":
    return models.JSONField(default=list, blank=True, help_text=help_text)


class DataSource(TenantOwned):
    slug = models.SlugField(max_length=63)
    name = models.CharField(max_length=200)
    dialect = models.CharField(max_length=16, choices=dialect_choices)
    host = models.CharField(max_length=253, blank=True)
    port = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(65_535)],
        help_text="Empty for the engine's own.",
    )
    database = models.CharField(
        max_length=500,
        help_text="Database name; where databases are files, a file below the tenant's own folder.",
    )
    username = models.CharField(max_length=100, blank=True)
    tls = models.CharField(
        max_length=16,
        default="prefer",
        choices=[(mode, mode) for mode in TLS_MODES],
        help_text="verify-full for any server reached over a network that others share.",
    )
    include_schemas = _names(
        'Shell patterns of schema names (in MySQL, of databases) to read; empty for all: ["sales*"].'
    )
    exclude_schemas = _names("Shell patterns of schema names to leave out.")
    include_tables = _names('Shell patterns of tables to read; empty for all: ["sales.order*"].')
    exclude_tables = _names('Shell patterns of tables to leave out: ["*.tmp_*"].')
    encrypted_password = models.BinaryField(blank=True, default=b"", editable=False)
    hidden = _names('Tables and columns that nobody may see: ["schema.table", "schema.table.column"].')
    index_values = models.BooleanField(
        default=False, help_text="Keep distinct values of short text columns, so that questions can name them."
    )
    values_excluded = _names("Columns with personal data whose values are never kept.")
    values_included = _names(
        "Columns whose values may be kept though their names sound like personal data (email, last_name, "
        'address…), as shell patterns: ["shop.stores.address", "crm.*"].'
    )
    snapshot = models.ForeignKey(
        "schema_index.Snapshot", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    sync_lease_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="A sync is under way until then; past it, it has died."
    )
    synced_at = models.DateTimeField(null=True, blank=True, editable=False)
    sync_every = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_SYNC_EVERY)],
        help_text="Minutes after which it is synced again by itself; empty for never.",
    )
    on_breaking_change = models.CharField(
        max_length=16,
        blank=True,
        db_default="",  # also for a version before this one, which may still serve
        choices=[("report", "report it and take it into use"), ("refuse", "keep it from use until it is accepted")],
        help_text="What happens to a changed schema that breaks verified queries; empty for the installation's way.",
    )
    sync_checked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the schedule last had it synced."
    )
    watch_ddl = models.BooleanField(
        default=False,
        verbose_name="watch DDL",
        help_text="PostgreSQL: sync as soon as a schema change is noted by the trigger of manage.py ddl_trigger.",
    )
    ddl_mark = models.CharField(
        max_length=100, blank=True, editable=False, help_text="What the trigger had noted before the last sync."
    )
    sync_error = models.TextField(
        blank=True, editable=False, help_text="Why the last sync failed; empty when it did not."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["tenant", "slug"], name="data_source_slug_once_per_tenant")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A single name in place of a list would hide nothing, and nobody would see it."""
        wrong = {
            field: 'Write a list of names: ["one", "two"].'
            for field in NAME_LISTS
            if not _is_list_of_names(getattr(self, field))
        }
        if wrong:
            raise ValidationError(wrong)


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)
