"""What tenants own was named in Django's log of the admin, a table for all: their audit trails say it already."""

from django.db import migrations, models

_FORGET = """
DELETE FROM django_admin_log USING django_content_type AS kind
WHERE kind.id = content_type_id AND kind.app_label IN ('tenants', 'schema_index', 'nl2sql') AND kind.model <> 'user'
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0005_count_requests"), ("admin", "0003_logentry_add_action_flag_choices")]

    operations = [
        migrations.RunSQL(_FORGET, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="auditevent",
            name="actor",
            field=models.CharField(
                help_text="user:<id>, key:<prefix>, embed:<prefix>:<label> or system:<name>.", max_length=100
            ),
        ),
    ]
