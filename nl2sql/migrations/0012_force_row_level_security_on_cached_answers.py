from django.db import migrations

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [("nl2sql", "0011_cached_answers")]

    operations = [ForceRowLevelSecurity("CachedAnswer")]
