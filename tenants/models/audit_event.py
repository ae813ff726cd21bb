"""Who did what to which thing. Rows are added and never changed: the application role cannot."""

from django.db import models

from tenants.models.tenant_owned import TenantOwned


class AuditEvent(TenantOwned):
    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(
        max_length=100, help_text="user:<id>, key:<prefix>, embed:<prefix>:<label> or system:<name>."
    )
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)

    class Meta(TenantOwned.Meta):
        ordering = ["-at"]
        indexes = [models.Index(fields=["tenant", "-at"], name="audit_by_time")]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"
