"""How often what questions read of a tenant was changed: a replica that shows the number has all of it."""

from django.db import models

from tenants.models import Tenant, TenantOwned


class IndexVersion(TenantOwned):
    """Counted by triggers, in the transaction of the change itself: whoever writes cannot forget it."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False, db_index=False)
    version = models.PositiveBigIntegerField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="index_version_once_per_tenant")]

    def __str__(self) -> str:
        return f"version {self.version}"
