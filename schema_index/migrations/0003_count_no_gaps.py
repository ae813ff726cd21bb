from importlib import import_module

from django.db import migrations

TRIGGER = import_module("schema_index.migrations.0002_force_row_level_security").TRIGGER


class Migration(migrations.Migration):
    """Questions are not answered from the gaps of a dictionary, so that a change of these is none of the index."""

    dependencies = [("schema_index", "0002_force_row_level_security")]

    operations = [
        migrations.RunSQL(
            "DROP TRIGGER count_index_change ON schema_index_vocabularygap",
            reverse_sql=TRIGGER.format("schema_index_vocabularygap"),
        ),
    ]
