"""When an embedding endpoint may be asked next: one row an endpoint, shared by every process of the installation."""

from django.db import models


class EndpointPace(models.Model):
    """Stands above tenants, since the limit is of the endpoint, and tells nothing of any."""

    endpoint = models.CharField(max_length=64, primary_key=True, help_text="Digest of its address.")
    free_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.endpoint
