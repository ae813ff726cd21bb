"""Vectors of one model and dimension, side by side with those of others; a tenant's questions read exactly one."""

from django.db import models

from tenants.models import TenantOwned


class SpaceState(models.TextChoices):
    FILLING = "filling"
    ACTIVE = "active"
    RETIRED = "retired"


class EmbeddingSpace(TenantOwned):
    model = models.CharField(max_length=200)
    dimension = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=SpaceState.choices)
    is_forced = models.BooleanField(default=False, help_text="Becomes active even if it finds less than the old one.")
    compared = models.TextField(blank=True, help_text="How it did beside the old one on judged questions.")
    held = models.TextField(blank=True, help_text="Why it is complete and yet not active.")
    problem = models.TextField(blank=True, help_text="Why texts wait for their vectors; empty when none does.")
    threshold = models.FloatField(
        null=True, blank=True, help_text="Least similarity of a hit, from the tenant's own questions; else the model's."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "model", "dimension"], name="embedding_space_once"),
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(state="active"), name="one_active_embedding_space"
            ),
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(state="filling"), name="one_filling_embedding_space"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.dimension})"
