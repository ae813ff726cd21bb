from django.apps import AppConfig


class Nl2SqlConfig(AppConfig):
    name = "nl2sql"
    verbose_name = "Questions"

    def ready(self) -> None:
        from nl2sql import policy_check, receivers  # noqa: PLC0415  the guard is loaded with them

        policy_check.connect()
        receivers.connect()
