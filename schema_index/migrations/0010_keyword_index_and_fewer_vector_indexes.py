import uuid

import django.db.models.deletion
import pgvector.django.sparsevec
from django.db import migrations, models

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("schema_index", "0009_let_sources_be_duckdb_files"),
        ("tenants", "0002_force_row_level_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChunkWords",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                (
                    "words",
                    pgvector.django.sparsevec.SparseVectorField(
                        help_text="A dimension a word; BM25's weight of the word in the text, without rarity."
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="WordFrequencies",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("chunks", models.PositiveIntegerField(help_text="The tenant's, when they were counted.")),
                ("sampled", models.PositiveIntegerField()),
                (
                    "counts",
                    models.JSONField(
                        help_text="Word's dimension → how many of the sampled chunks hold it; rare ones left out."
                    ),
                ),
                ("counted_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RemoveIndex(
            model_name="chunkembedding",
            name="embedding_by_tenant_and_space",
        ),
        migrations.AlterField(
            model_name="chunkembedding",
            name="source",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="The chunk's own, which the database checks there.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="schema_index.datasource",
            ),
        ),
        migrations.AlterField(
            model_name="chunkembedding",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddIndex(
            model_name="chunkembedding",
            index=models.Index(
                fields=["tenant", "model", "dimension", "kind", "source"], name="embedding_by_space_and_source"
            ),
        ),
        migrations.AddField(
            model_name="chunkwords",
            name="chunk",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="schema_index.chunk"
            ),
        ),
        migrations.AddField(
            model_name="chunkwords",
            name="source",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="The chunk's own.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="schema_index.datasource",
            ),
        ),
        migrations.AddField(
            model_name="chunkwords",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="wordfrequencies",
            name="tenant",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant"
            ),
        ),
        migrations.AddIndex(
            model_name="chunkwords",
            index=models.Index(fields=["tenant", "kind", "source"], name="words_by_tenant"),
        ),
        migrations.AddConstraint(
            model_name="chunkwords",
            constraint=models.UniqueConstraint(fields=("tenant", "chunk"), name="words_once_per_chunk"),
        ),
        migrations.AddConstraint(
            model_name="wordfrequencies",
            constraint=models.UniqueConstraint(fields=("tenant",), name="word_frequencies_once_per_tenant"),
        ),
        ForceRowLevelSecurity("ChunkWords"),
        ForceRowLevelSecurity("WordFrequencies"),
    ]
