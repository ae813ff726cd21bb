from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("nl2sql", "0013_evaluation_progress")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="sent_at",
            field=models.DateTimeField(help_text="When workers were last told of it; empty until its turn.", null=True),
        ),
    ]
