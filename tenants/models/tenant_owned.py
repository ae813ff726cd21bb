"""What every tenant-owned table shares: the tenant, and a manager that refuses to read without one."""

from typing import ClassVar, Self, TypeVar
from uuid import uuid4

from django.db import models
from django.db.models.fields.related_lookups import RelatedExact
from django.db.models.sql.where import AND

from tenants.context import current_tenant_id
from tenants.models.tenant import Tenant

OwnedT = TypeVar("OwnedT", bound=models.Model)


class TenantManager(models.Manager[OwnedT]):
    """Reads only the open scope's tenant; raises UnscopedRead where no scope is open."""

    def get_queryset(self) -> models.QuerySet[OwnedT]:
        """What `filter(tenant_id=…)` comes to, without its search for the field: a question reads thirty times."""
        found = super().get_queryset()
        tenant = self.model._meta.get_field("tenant")
        assert isinstance(tenant, models.ForeignKey)
        column = tenant.get_col(found.query.get_initial_alias())
        found.query.where.add(RelatedExact(column, current_tenant_id()), AND)
        return found


class TenantOwned(models.Model):
    """`tenant` leads every unique key and index of its children, so that tables can be split by it later."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False)

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
