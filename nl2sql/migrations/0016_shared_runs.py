from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("nl2sql", "0015_candidates_of_a_tenant")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="shared_at",
            field=models.DateTimeField(
                help_text="Since when the tenant's members may open it; empty of the asker's own.", null=True
            ),
        ),
    ]
