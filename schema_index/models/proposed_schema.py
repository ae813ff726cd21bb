"""A changed schema that breaks verified queries and waits to be accepted, while the version before stays in use."""

from django.db import models

from tenants.models import TenantOwned


class ProposedSchema(TenantOwned):
    source = models.OneToOneField("schema_index.DataSource", on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    changes = models.JSONField(default=list, help_text="What is different, in words; the first of it.")
    change_count = models.PositiveIntegerField()
    broken = models.JSONField(default=list, help_text="Verified queries that would not work, with the reason.")
    broken_count = models.PositiveIntegerField()
    found_at = models.DateTimeField(auto_now_add=True)
    accepted_by = models.CharField(max_length=100, blank=True, help_text="Who wants it all the same: the next sync.")

    class Meta(TenantOwned.Meta):
        ordering = ["-found_at"]

    def __str__(self) -> str:
        return f"{self.change_count} changes, {self.broken_count} broken"
