from django.apps import AppConfig


class SchemaIndexConfig(AppConfig):
    name = "schema_index"
    verbose_name = "Schemas and knowledge"

    def ready(self) -> None:
        from schema_index import checks, receivers  # noqa: PLC0415  they import models

        checks.register()
        receivers.connect()
