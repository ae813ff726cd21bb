"""A person who is to join a tenant: whoever has the link, once, until a day."""

from django.db import models

from tenants.models.role_fields import role_is_known
from tenants.models.tenant_owned import TenantOwned
from tenants.roles import CHOICES


class Invitation(TenantOwned):
    """`accepted_at` is empty while it is open. The secret stands in the link alone."""

    digest = models.CharField(max_length=64, help_text="SHA-256 of the link's secret, hexadecimal.")
    role = models.CharField(max_length=16, choices=CHOICES)
    note = models.CharField(max_length=100, blank=True, help_text="Whom it is for, in the inviter's words.")
    actor = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=100, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "digest"], name="invitation_by_its_secret"),
            role_is_known("invitation_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.note or 'somebody'} as {self.role}"
