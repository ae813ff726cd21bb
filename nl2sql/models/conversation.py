"""Questions that belong together."""

from django.db import models

from tenants.models import TenantOwned


class Conversation(TenantOwned):
    actor = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title
