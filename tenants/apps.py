from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from tenants import checks, confinement  # noqa: PLC0415  they import models

        checks.register()
        confinement.connect()
