import django.core.validators
from django.db import migrations, models

import schema_index.connectors.registry


class Migration(migrations.Migration):
    dependencies = [
        ("schema_index", "0020_proposed_schemas"),
    ]

    operations = [
        migrations.AlterField(
            model_name="datasource",
            name="database",
            field=models.CharField(
                help_text="Database name; where databases are files, a file below the tenant's own folder.",
                max_length=500,
            ),
        ),
        migrations.AlterField(
            model_name="datasource",
            name="dialect",
            field=models.CharField(choices=schema_index.connectors.registry.dialect_choices, max_length=16),
        ),
        migrations.AlterField(
            model_name="datasource",
            name="port",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Empty for the engine's own.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(65535),
                ],
            ),
        ),
    ]
