"""How many requests a caller has made in the minute that is running: one row a caller and limit, used again each
minute."""

from django.db import models

from tenants.models.tenant_owned import TenantOwned


class RequestCount(TenantOwned):
    actor = models.CharField(max_length=100)
    kind = models.CharField(max_length=32)
    since = models.DateTimeField(help_text="When its minute began.")
    amount = models.PositiveIntegerField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "actor", "kind"], name="request_count_once_per_caller")
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.kind}: {self.amount}"
