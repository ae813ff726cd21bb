import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("nl2sql", "0012_force_row_level_security_on_cached_answers")]

    operations = [
        migrations.AddField(
            model_name="evaluation",
            name="seen_at",
            field=models.DateTimeField(default=django.utils.timezone.now, help_text="When its last question ended."),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="error",
            field=models.TextField(blank=True, help_text="Why it stopped before its last question; empty otherwise."),
        ),
    ]
