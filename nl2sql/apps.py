from django.apps import AppConfig


class Nl2SqlConfig(AppConfig):
    name = "nl2sql"
    verbose_name = "Questions"

    def ready(self) -> None:
        from nl2sql import receivers  # noqa: PLC0415  the guard is loaded with them

        receivers.connect()
