"""What belongs to one data source, and ends with it."""

from django.db import models

from tenants.models import TenantOwned


class OfSource(TenantOwned):
    source = models.ForeignKey("schema_index.DataSource", on_delete=models.CASCADE, related_name="+")

    class Meta(TenantOwned.Meta):
        abstract = True
