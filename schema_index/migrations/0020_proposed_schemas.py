import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("schema_index", "0019_count_changes_of_the_index"),
        ("tenants", "0006_admin_log_holds_nothing_of_tenants"),
    ]

    operations = [
        migrations.AddField(
            model_name="datasource",
            name="on_breaking_change",
            field=models.CharField(
                blank=True,
                choices=[
                    ("report", "report it and take it into use"),
                    ("refuse", "keep it from use until it is accepted"),
                ],
                db_default="",
                help_text="What happens to a changed schema that breaks verified queries; empty for the installation's way.",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="broken",
            field=models.JSONField(
                blank=True,
                db_default=models.Value([], output_field=models.JSONField()),
                default=list,
                help_text="Verified queries that what it found breaks, with the reason.",
            ),
        ),
        migrations.AlterField(
            model_name="syncrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("refused", "Refused"),
                    ("interrupted", "Interrupted"),
                ],
                default="queued",
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="ProposedSchema",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("fingerprint", models.CharField(max_length=64)),
                ("changes", models.JSONField(default=list, help_text="What is different, in words; the first of it.")),
                ("change_count", models.PositiveIntegerField()),
                (
                    "broken",
                    models.JSONField(default=list, help_text="Verified queries that would not work, with the reason."),
                ),
                ("broken_count", models.PositiveIntegerField()),
                ("found_at", models.DateTimeField(auto_now_add=True)),
                (
                    "accepted_by",
                    models.CharField(blank=True, help_text="Who wants it all the same: the next sync.", max_length=100),
                ),
                (
                    "source",
                    models.OneToOneField(
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
                "ordering": ["-found_at"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        ForceRowLevelSecurity("ProposedSchema"),
    ]
