import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("schema_index", "0006_choose_tables_by_pattern"),
        ("tenants", "0002_force_row_level_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmbeddingClaim",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("model", models.CharField(max_length=200)),
                ("dimension", models.PositiveIntegerField()),
                ("holder", models.UUIDField()),
                ("until", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="EmbeddingFailure",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("model", models.CharField(max_length=200)),
                ("dimension", models.PositiveIntegerField()),
                ("content_hash", models.CharField(help_text="Of the text that was refused.", max_length=64)),
                ("reason", models.TextField()),
                ("failed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="EmbeddingSpace",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("model", models.CharField(max_length=200)),
                ("dimension", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("filling", "Filling"), ("active", "Active"), ("retired", "Retired")], max_length=16
                    ),
                ),
                (
                    "is_forced",
                    models.BooleanField(
                        default=False, help_text="Becomes active even if it finds less than the old one."
                    ),
                ),
                ("held", models.TextField(blank=True, help_text="Why it is complete and yet not active.")),
                (
                    "problem",
                    models.TextField(blank=True, help_text="Why texts wait for their vectors; empty when none does."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("activated_at", models.DateTimeField(blank=True, null=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["created_at"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="EndpointPace",
            fields=[
                (
                    "endpoint",
                    models.CharField(
                        help_text="Digest of its address.", max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("free_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="chunkembedding",
            name="embedding_once_per_chunk_and_model",
        ),
        migrations.RemoveField(
            model_name="chunk",
            name="failure",
        ),
        migrations.AddConstraint(
            model_name="chunkembedding",
            constraint=models.UniqueConstraint(
                fields=("tenant", "chunk", "model", "dimension"), name="embedding_once_per_chunk_and_space"
            ),
        ),
        migrations.AddField(
            model_name="embeddingclaim",
            name="chunk",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="schema_index.chunk"
            ),
        ),
        migrations.AddField(
            model_name="embeddingclaim",
            name="tenant",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant"
            ),
        ),
        migrations.AddField(
            model_name="embeddingfailure",
            name="chunk",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="schema_index.chunk"
            ),
        ),
        migrations.AddField(
            model_name="embeddingfailure",
            name="tenant",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant"
            ),
        ),
        migrations.AddField(
            model_name="embeddingspace",
            name="tenant",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant"
            ),
        ),
        migrations.AddIndex(
            model_name="embeddingclaim",
            index=models.Index(fields=["tenant", "holder"], name="embedding_claim_by_holder"),
        ),
        migrations.AddConstraint(
            model_name="embeddingclaim",
            constraint=models.UniqueConstraint(
                fields=("tenant", "chunk", "model", "dimension"), name="embedding_claimed_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingfailure",
            constraint=models.UniqueConstraint(
                fields=("tenant", "chunk", "model", "dimension"), name="embedding_failure_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingspace",
            constraint=models.UniqueConstraint(fields=("tenant", "model", "dimension"), name="embedding_space_once"),
        ),
        migrations.AddConstraint(
            model_name="embeddingspace",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "active")), fields=("tenant",), name="one_active_embedding_space"
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingspace",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "filling")), fields=("tenant",), name="one_filling_embedding_space"
            ),
        ),
        ForceRowLevelSecurity("EmbeddingSpace"),
        ForceRowLevelSecurity("EmbeddingClaim"),
        ForceRowLevelSecurity("EmbeddingFailure"),
    ]
