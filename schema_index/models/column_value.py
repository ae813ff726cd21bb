"""Distinct values of a source's short text columns, so that "Lyon" finds `stores.city`."""

from django.db import models

from tenants.models import TenantOwned


class ColumnValue(TenantOwned):
    source = models.ForeignKey("schema_index.DataSource", on_delete=models.CASCADE, related_name="+")
    schema = models.TextField()
    table = models.TextField()
    column = models.TextField()
    text = models.TextField(help_text="As it is stored.")
    normalised = models.TextField(help_text="Lower-case words with single spaces, as a question's words are compared.")

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source", "schema", "table", "column", "text"], name="column_value_once"
            )
        ]
        indexes = [models.Index(fields=["tenant", "source", "normalised"], name="column_value_by_words")]

    def __str__(self) -> str:
        return f"{self.table}.{self.column} = {self.text}"
