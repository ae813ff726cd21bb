"""What a tenant has used on a day, counted in the row that also enforces the limit."""

from django.db import models

from tenants.models.tenant_owned import TenantOwned


class UsageCounter(TenantOwned):
    day = models.DateField(help_text="UTC.")
    kind = models.CharField(max_length=32)
    amount = models.BigIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "day", "kind"], name="usage_counted_once_a_day"),
            # A refund larger than what was reserved is a bug, not a credit.
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="usage_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}: {self.amount}"
