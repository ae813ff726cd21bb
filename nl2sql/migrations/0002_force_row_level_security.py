from django.db import migrations

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [("nl2sql", "0001_runs"), ("tenants", "0002_force_row_level_security")]

    operations = [
        ForceRowLevelSecurity("Conversation"),
        ForceRowLevelSecurity("Run"),
        ForceRowLevelSecurity("RunEvent"),
    ]
