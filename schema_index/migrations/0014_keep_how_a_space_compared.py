from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("schema_index", "0013_knowledge_is_reviewed_and_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="embeddingspace",
            name="compared",
            field=models.TextField(blank=True, help_text="How it did beside the old one on judged questions."),
        ),
    ]
