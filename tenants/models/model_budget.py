"""What language models took of a tenant's budgets, and what is set aside for calls under way."""

from django.db import models

from tenants.models.tenant_owned import TenantOwned


class ModelBudget(TenantOwned):
    """One row a tenant: it is what two racing callers meet at. What is set aside is in the sums."""

    day = models.DateField(help_text="UTC; the day's sums are of it.")
    tokens_of_day = models.BigIntegerField(default=0)
    cost_of_day = models.DecimalField(max_digits=20, decimal_places=8, default=0)
    month = models.DateField(help_text="Its first day; the month's sums are of it.")
    tokens_of_month = models.BigIntegerField(default=0)
    cost_of_month = models.DecimalField(max_digits=20, decimal_places=8, default=0)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="model_budget_once_a_tenant")]

    def __str__(self) -> str:
        return f"{self.day}: {self.tokens_of_day}"


class BudgetReservation(TenantOwned):
    """Set aside for one call; given back when it expires, should nobody settle it."""

    day = models.DateField()
    tokens = models.BigIntegerField()
    cost = models.DecimalField(max_digits=20, decimal_places=8)
    expires_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(fields=["tenant", "expires_at"], name="reservation_by_expiry")]

    def __str__(self) -> str:
        return f"{self.tokens} until {self.expires_at}"
