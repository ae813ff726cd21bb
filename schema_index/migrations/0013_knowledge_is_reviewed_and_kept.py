import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("schema_index", "0012_syncs_and_their_schedule"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="document",
            name="document_title_once_per_tenant",
        ),
        migrations.RemoveConstraint(
            model_name="faqentry",
            name="faq_question_once_per_tenant",
        ),
        migrations.AddField(
            model_name="chunk",
            name="metadata",
            field=models.JSONField(default=dict, help_text="Of the knowledge entry, to filter by."),
        ),
        migrations.AddField(
            model_name="document",
            name="author",
            field=models.CharField(blank=True, editable=False, help_text="Who wrote its present text.", max_length=100),
        ),
        migrations.AddField(
            model_name="document",
            name="content_hash",
            field=models.CharField(blank=True, editable=False, help_text="SHA-256 of its present text.", max_length=64),
        ),
        migrations.AddField(
            model_name="document",
            name="created_at",
            field=models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="document",
            name="deleted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="deleted_by",
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="document",
            name="metadata",
            field=models.JSONField(
                blank=True, default=dict, help_text='Short facts to filter by, as one object: {"team": "finance"}.'
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="origin_hash",
            field=models.CharField(
                blank=True, editable=False, help_text="SHA-256 of the file there, as it was read.", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="origin_uri",
            field=models.TextField(blank=True, editable=False, help_text="The address that it was imported from."),
        ),
        migrations.AddField(
            model_name="document",
            name="review_state",
            field=models.CharField(
                choices=[
                    ("proposed", "Proposed: never used"),
                    ("reviewed", "Reviewed: found by questions and shown to the model"),
                ],
                default="reviewed",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="faqentry",
            name="author",
            field=models.CharField(blank=True, editable=False, help_text="Who wrote its present text.", max_length=100),
        ),
        migrations.AddField(
            model_name="faqentry",
            name="content_hash",
            field=models.CharField(blank=True, editable=False, help_text="SHA-256 of its present text.", max_length=64),
        ),
        migrations.AddField(
            model_name="faqentry",
            name="created_at",
            field=models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="faqentry",
            name="deleted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="faqentry",
            name="deleted_by",
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="faqentry",
            name="metadata",
            field=models.JSONField(
                blank=True, default=dict, help_text='Short facts to filter by, as one object: {"team": "finance"}.'
            ),
        ),
        migrations.AddField(
            model_name="faqentry",
            name="origin_hash",
            field=models.CharField(
                blank=True, editable=False, help_text="SHA-256 of the file there, as it was read.", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="faqentry",
            name="origin_uri",
            field=models.TextField(blank=True, editable=False, help_text="The address that it was imported from."),
        ),
        migrations.AddField(
            model_name="faqentry",
            name="review_state",
            field=models.CharField(
                choices=[
                    ("proposed", "Proposed: never used"),
                    ("reviewed", "Reviewed: found by questions and shown to the model"),
                ],
                default="reviewed",
                max_length=16,
            ),
        ),
        # What is there was written to be used, and stays so; what is added from now on waits for its review.
        migrations.AlterField(
            model_name="document",
            name="review_state",
            field=models.CharField(
                choices=[
                    ("proposed", "Proposed: never used"),
                    ("reviewed", "Reviewed: found by questions and shown to the model"),
                ],
                default="proposed",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="faqentry",
            name="review_state",
            field=models.CharField(
                choices=[
                    ("proposed", "Proposed: never used"),
                    ("reviewed", "Reviewed: found by questions and shown to the model"),
                ],
                default="proposed",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="source",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty for knowledge about the whole tenant.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="schema_index.datasource",
            ),
        ),
        migrations.AlterField(
            model_name="faqentry",
            name="source",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty for knowledge about the whole tenant.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="schema_index.datasource",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["tenant", "-created_at", "-id"], name="document_by_age"),
        ),
        migrations.AddIndex(
            model_name="faqentry",
            index=models.Index(fields=["tenant", "-created_at", "-id"], name="faq_by_age"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None), ("origin_uri", "")),
                fields=("tenant", "title"),
                name="document_title_once_per_tenant",
                violation_error_message="There is a document with this title already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("origin_uri", ""), _negated=True),
                fields=("tenant", "origin_uri"),
                name="document_origin_once_per_tenant",
            ),
        ),
        migrations.AddConstraint(
            model_name="faqentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)),
                fields=("tenant", "question"),
                name="faq_question_once_per_tenant",
                violation_error_message="There is an entry with this question already.",
            ),
        ),
    ]
