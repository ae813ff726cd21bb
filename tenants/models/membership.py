"""A person's place in a tenant."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models

from tenants.models.role_fields import attributes_field, role_is_known
from tenants.models.tenant_owned import TenantManager, TenantOwned
from tenants.roles import CHOICES


class Membership(TenantOwned):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=16, choices=CHOICES)
    attributes = attributes_field()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[TenantManager[Self]] = TenantManager()
    # Before the tenant is known; row-level security shows it only what `identity_transaction` names.
    before_tenant: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="membership_once_per_tenant"),
            role_is_known("membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.role}"

    @property
    def actor(self) -> str:
        """As audit events and runs name the person."""
        return f"user:{self.user_id}"
