"""An API key: 256 random bits shown once; only their digest is stored."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenants.models.tenant_owned import TenantManager, TenantOwned


class ApiKey(TenantOwned):
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True, help_text="Public part, to find the key by.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the secret part, hexadecimal.")
    scopes = ArrayField(models.CharField(max_length=32))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[TenantManager[Self]] = TenantManager()
    # Before the tenant is known; row-level security shows it only what `identity_transaction` names.
    before_tenant: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta(TenantOwned.Meta):
        abstract = False
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
