"""What the installation made answers with for a tenant, by its own consent: never tried states are not among these."""

from django.db import models
from django.utils import timezone

from tenants.models import TenantOwned


class AcceptedState(TenantOwned):
    fingerprint = models.CharField(max_length=64)
    state = models.JSONField(help_text="Model, prompt, their settings, threshold, number of tables.")
    reason = models.CharField(max_length=500, help_text="Why it may be used: what the verified queries said of it.")
    actor = models.CharField(max_length=100)
    at = models.DateTimeField(default=timezone.now, help_text="When it was accepted, or last taken into use.")

    class Meta(TenantOwned.Meta):
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["tenant", "fingerprint"], name="accepted_state_once")]

    def __str__(self) -> str:
        return f"{self.fingerprint[:12]}: {self.reason}"
