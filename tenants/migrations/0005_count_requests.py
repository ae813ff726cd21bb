import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [("tenants", "0004_model_budgets")]

    operations = [
        migrations.CreateModel(
            name="RequestCount",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("actor", models.CharField(max_length=100)),
                ("kind", models.CharField(max_length=32)),
                ("since", models.DateTimeField(help_text="When its minute began.")),
                ("amount", models.PositiveIntegerField()),
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
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "actor", "kind"), name="request_count_once_per_caller")
                ],
            },
        ),
        ForceRowLevelSecurity("RequestCount"),
    ]
