from django.apps import AppConfig


class SchemaIndexConfig(AppConfig):
    name = "schema_index"

    def ready(self) -> None:
        from schema_index import receivers  # noqa: PLC0415  they import models

        receivers.connect()
