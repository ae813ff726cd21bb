"""A company whose people ask questions about their own data."""

from uuid import uuid4

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from tenants.principal import TenantSuspended


class Tenant(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    is_suspended = models.BooleanField(default=False, help_text="Suspended tenants keep their data but cannot ask.")
    questions_per_day = models.PositiveIntegerField(
        null=True, blank=True, help_text="Questions a day; empty for the installation's default."
    )
    model_tokens_per_day = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Tokens of language models a UTC day; empty for the installation's default."
    )
    model_tokens_per_month = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="The same of a calendar month."
    )
    model_cost_per_day = models.DecimalField(
        null=True,
        blank=True,
        max_digits=14,
        decimal_places=4,
        validators=[MinValueValidator(0)],
        help_text="Money for language models a UTC day, in the currency of the prices; empty for the default.",
    )
    model_cost_per_month = models.DecimalField(
        null=True,
        blank=True,
        max_digits=14,
        decimal_places=4,
        validators=[MinValueValidator(0)],
        help_text="The same of a calendar month.",
    )
    keep_results_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="Days that rows of answers are kept; 0 for ever, empty for the default."
    )
    keep_questions_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="The same of questions with all that is stored of them."
    )
    keep_audit_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="The same of the audit trail; never shorter than questions."
    )
    time_zone = models.CharField(max_length=63, default="UTC")
    fiscal_year_start_month = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]
        constraints = [
            # A fiscal year starts in a month of the year.
            models.CheckConstraint(
                condition=models.Q(fiscal_year_start_month__range=(1, 12)), name="tenant_fiscal_month_is_a_month"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def require_active(self) -> None:
        """Raises TenantSuspended."""
        if self.is_suspended:
            raise TenantSuspended("This tenant is suspended.")
