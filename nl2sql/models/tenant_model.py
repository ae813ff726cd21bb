"""The language model that a tenant chose: one in use, and one that waits until verified queries were tried on it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from tenants.models import TenantOwned

_POSITIVE = [MinValueValidator(0)]

MAX_CANDIDATES = 5

SETTINGS = (
    *("base_url", "model", "temperature", "seed", "max_output_tokens", "prompt_tokens", "timeout_s", "candidates"),
    *("input_price", "output_price"),
)
"""What a tenant says of its model, beside the key; what is empty or None is the installation's."""


class TenantModel(TenantOwned):
    base_url = models.CharField(
        max_length=500,
        blank=True,
        verbose_name="address",
        help_text="Of an OpenAI-compatible endpoint, as https://host/v1; empty for the installation's.",
    )
    encrypted_key = models.BinaryField(blank=True, default=b"", editable=False)
    model = models.CharField(max_length=200, blank=True, help_text="Name; empty for the installation's.")
    temperature = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(2)], help_text="Sent only when set."
    )
    seed = models.IntegerField(null=True, blank=True, help_text="Sent only when set.")
    max_output_tokens = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Sent only when set."
    )
    prompt_tokens = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1_000), MaxValueValidator(1_000_000)],
        help_text="The prompt is cut to so many tokens.",
    )
    timeout_s = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        verbose_name="timeout",
        help_text="Seconds that one call may take.",
    )
    candidates = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_CANDIDATES)],
        help_text="Statements that are written for a hard question; 1 writes no further one.",
    )
    input_price = models.DecimalField(
        null=True,
        blank=True,
        max_digits=12,
        decimal_places=6,
        validators=_POSITIVE,
        help_text="Of a million tokens that the model reads, in the installation's currency; 0 where it costs nothing.",
    )
    output_price = models.DecimalField(
        null=True,
        blank=True,
        max_digits=12,
        decimal_places=6,
        validators=_POSITIVE,
        help_text="Of a million tokens that the model writes.",
    )
    is_candidate = models.BooleanField(default=False, editable=False, help_text="It waits to be taken into use.")
    is_refused = models.BooleanField(default=False, editable=False, help_text="It breaks verified queries.")
    report = models.TextField(blank=True, editable=False, help_text="What the verified queries say of it.")
    actor = models.CharField(max_length=100, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "model"
        ordering = ["is_candidate"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "is_candidate"], name="tenant_model_one_in_use_one_waiting"),
            # Half a price would make every cost wrong.
            models.CheckConstraint(
                condition=models.Q(input_price=None, output_price=None)
                | models.Q(input_price__gte=0, output_price__gte=0),
                name="tenant_model_has_both_prices_or_none",
            ),
            models.CheckConstraint(
                condition=models.Q(is_candidate=True) | models.Q(is_refused=False),
                name="tenant_model_in_use_is_not_refused",
            ),
        ]

    def __str__(self) -> str:
        return self.model or "the installation's model"

    @property
    def is_own_endpoint(self) -> bool:
        """Whether the tenant pays for the calls itself."""
        return bool(self.base_url or self.encrypted_key)
