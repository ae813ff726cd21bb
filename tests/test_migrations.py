"""A migration leaves the version before it working, which serves while the database is migrated."""

from collections.abc import Iterator

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

OWN = ("tenants", "schema_index", "nl2sql")

TAKES_AWAY = (migrations.RemoveField, migrations.RenameField, migrations.DeleteModel, migrations.RenameModel)


def breaks(operation: Operation, *, made: frozenset[str]) -> str:
    """Why a process that does not know of it could not go on; empty where it can. `made` are models of the same
    migration, which no such process uses."""
    model = str(getattr(operation, "model_name", "") or getattr(operation, "name", "")).lower()
    if model in made:
        return ""
    if isinstance(operation, TAKES_AWAY):
        return "it takes away or renames what is in use"
    if isinstance(operation, migrations.AddField):
        field = operation.field
        if not field.null and field.db_default is NOT_PROVIDED and not field.many_to_many:
            return "a row that is added without the column is refused: let it be null, or give it a db_default"
    return ""


def _broken() -> Iterator[str]:
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app not in OWN or migration.initial:  # before the first there was no version
            continue
        made = frozenset(one.name.lower() for one in migration.operations if isinstance(one, migrations.CreateModel))
        for operation in migration.operations:
            reason = breaks(operation, made=made)
            if reason:
                yield f"{app}.{name}: {operation.describe()}: {reason}"


def test_no_migration_breaks_the_version_before_it() -> None:
    assert list(_broken()) == []


@pytest.mark.parametrize(
    ("operation", "is_broken"),
    [
        (migrations.AddField("run", "x", models.IntegerField()), True),
        (migrations.AddField("run", "x", models.IntegerField(default=1)), True),
        (migrations.AddField("run", "x", models.IntegerField(null=True)), False),
        (migrations.AddField("run", "x", models.IntegerField(db_default=1)), False),
        (migrations.RemoveField("run", "x"), True),
        (migrations.RenameModel("run", "walk"), True),
        (migrations.DeleteModel("walk"), True),
        (migrations.AddField("fresh", "x", models.IntegerField()), False),
    ],
    ids=str,
)
def test_what_breaks_it(operation: Operation, is_broken: bool) -> None:
    assert bool(breaks(operation, made=frozenset({"fresh"}))) is is_broken
