"""What a role may see of a data source, version by version. Rows are added and never changed."""

from django.db import models

from tenants.models import TenantOwned
from tenants.roles import CHOICES, Role

EVERYONE = ""
"""Stands for all roles that have no policy of their own."""


class AccessPolicy(TenantOwned):
    # An id and not a key: the history outlives the source, and the application role cannot delete it along.
    source_id = models.UUIDField()
    source_slug = models.CharField(max_length=63)
    role = models.CharField(
        max_length=16,
        blank=True,
        choices=[(EVERYONE, "Everyone"), *CHOICES],
    )
    version = models.PositiveIntegerField(help_text="1, 2, 3 … of one source and role; the highest holds.")
    document = models.JSONField(
        null=True, help_text="The policy; an empty object opens everything, null leaves the role to that for everyone."
    )
    actor = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        verbose_name_plural = "access policies"
        ordering = ["source_slug", "role", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source_id", "role", "version"], name="access_policy_version_once"
            ),
            # A policy of an unknown role would bind nobody.
            models.CheckConstraint(
                condition=models.Q(role__in=[EVERYONE, *(role.value for role in Role)]),
                name="access_policy_role_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_slug} for {self.role or 'everyone'}, version {self.version}"
