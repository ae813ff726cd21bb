from django.db import migrations

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [("nl2sql", "0006_verified_queries")]

    operations = [ForceRowLevelSecurity("VerifiedQuery"), ForceRowLevelSecurity("RunFeedback")]
