import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("schema_index", "0016_access_policies"),
        ("tenants", "0002_force_row_level_security"),
    ]

    operations = [
        migrations.AddField(
            model_name="datasource",
            name="values_included",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='Columns whose values may be kept though their names sound like personal data (email, last_name, address…), as shell patterns: ["shop.stores.address", "crm.*"].',
            ),
        ),
        migrations.CreateModel(
            name="VocabularyGap",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("schema", models.TextField()),
                ("table", models.TextField()),
                ("column", models.TextField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("too_many", "More than a thousand distinct values: none is kept"),
                            (
                                "left_out",
                                "Values longer than 100 characters, or without a letter or digit, are left out",
                            ),
                            ("unreadable", "It could not be read, or not in time"),
                            ("not_reached", "The sync ended its reading of values before this column"),
                            ("personal", "Its name sounds like personal data: none is kept"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="schema_index.datasource"
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["schema", "table", "column"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "source", "schema", "table", "column"), name="vocabulary_gap_once_per_column"
                    )
                ],
            },
        ),
        ForceRowLevelSecurity("VocabularyGap"),
    ]
