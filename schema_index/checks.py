"""System check: whether the settings name another embedding model than the one that serves tenants."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import Error

from schema_index.embedding.spaces import configured_model, served_otherwise
from tenants.tenancy import all_tenants

MAX_TENANTS = 200
"""Looked at; each is a query or two."""


def settings_name_the_serving_model(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    if "default" not in (databases or ()):
        return []
    try:
        found = [space for one in islice(all_tenants(), MAX_TENANTS) if (space := served_otherwise(one.id))]
    except Error:  # not migrated yet
        return []
    if not found:
        return []
    model, dimension = configured_model()
    return [
        checks.Warning(
            f"{len(found)} tenants are served by {', '.join(sorted({str(space) for space in found}))}, "
            f"while the settings name {model} ({dimension}).",
            hint="Move them with `manage.py reembed --model MODEL --all`, or set EMBEDDING_MODEL back.",
            id="schema_index.W001",
        )
    ]


def register() -> None:
    checks.register(settings_name_the_serving_model, checks.Tags.database)
