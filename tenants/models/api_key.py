"""An API key: 256 random bits shown once; only their digest is stored."""

from typing import ClassVar, Literal, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from tenants.models.role_fields import attributes_field, role_is_known
from tenants.models.tenant_owned import TenantManager, TenantOwned
from tenants.roles import CHOICES, Role

KeyState = Literal["live", "paused", "expired", "revoked"]


class ApiKey(TenantOwned):
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True, help_text="Public part, to find the key by.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the secret part, hexadecimal.")
    scopes = ArrayField(models.CharField(max_length=32))
    role = models.CharField(
        max_length=16,
        choices=CHOICES,
        default=Role.VIEWER.value,
        help_text="Whose view of the data sources the key has; what it may do is in its scopes.",
    )
    attributes = attributes_field()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[TenantManager[Self]] = TenantManager()
    # Before the tenant is known; row-level security shows it only what `identity_transaction` names.
    before_tenant: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta(TenantOwned.Meta):
        ordering = ["-created_at"]
        constraints = [
            role_is_known("api_key_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def state(self) -> KeyState:
        """`paused` while its maker's account is deactivated: read `created_by` with it."""
        if self.revoked_at is not None:
            return "revoked"
        if self.created_by is not None and not self.created_by.is_active:
            return "paused"
        return "live" if self.expires_at is None or self.expires_at > timezone.now() else "expired"
