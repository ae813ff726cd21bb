import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("nl2sql", "0003_run_access_digest"),
        ("tenants", "0002_force_row_level_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="Evaluation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "name",
                    models.CharField(help_text="What it was for, such as the change that was tried.", max_length=200),
                ),
                ("set_name", models.CharField(help_text="The file's name, or the tenant's own set.", max_length=200)),
                (
                    "source_slug",
                    models.CharField(blank=True, help_text="Empty where the questions name theirs.", max_length=63),
                ),
                ("actor", models.CharField(max_length=100)),
                (
                    "configuration",
                    models.JSONField(default=dict, help_text="What was evaluated: model, prompt, space, schemas."),
                ),
                (
                    "scores",
                    models.JSONField(default=dict, help_text="Empty while it runs, and where it was interrupted."),
                ),
                ("questions", models.PositiveIntegerField(help_text="In the set; `scores` says how many were asked.")),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
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
                "ordering": ["-started_at"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="EvaluationCase",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("key", models.CharField(max_length=200)),
                ("question", models.TextField()),
                ("source_slug", models.CharField(blank=True, max_length=63)),
                ("is_answerable", models.BooleanField()),
                ("verdict", models.CharField(max_length=16)),
                ("status", models.CharField(max_length=32)),
                ("run_id", models.UUIDField(null=True)),
                ("sql", models.TextField(blank=True)),
                ("golds", models.JSONField(default=list)),
                (
                    "detail",
                    models.TextField(blank=True, help_text="Why there was no answer, or nothing to compare it with."),
                ),
                ("needs_tables", models.BooleanField(default=False)),
                ("full_rank", models.PositiveIntegerField(null=True)),
                ("input_tokens", models.PositiveIntegerField(default=0)),
                ("output_tokens", models.PositiveIntegerField(default=0)),
                ("cost", models.DecimalField(decimal_places=8, max_digits=16, null=True)),
                ("steps", models.JSONField(default=dict, help_text="Milliseconds by step.")),
                ("violations", models.JSONField(default=list)),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cases", to="nl2sql.evaluation"
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
                "ordering": ["number"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="evaluation",
            index=models.Index(fields=["tenant", "set_name", "-started_at"], name="evaluation_by_set_and_time"),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("scores", {})),
                    models.Q(("ended_at__isnull", False), models.Q(("scores", {}), _negated=True)),
                    _connector="OR",
                ),
                name="evaluation_has_scores_exactly_when_it_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationcase",
            constraint=models.UniqueConstraint(fields=("tenant", "evaluation", "number"), name="evaluation_case_once"),
        ),
        migrations.AddConstraint(
            model_name="evaluationcase",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["right", "wrong", "refused", "failed", "unjudged"])),
                name="evaluation_case_has_a_known_verdict",
            ),
        ),
    ]
