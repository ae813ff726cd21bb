from django.apps import AppConfig


class Nl2SqlConfig(AppConfig):
    name = "nl2sql"
    verbose_name = "Questions"
