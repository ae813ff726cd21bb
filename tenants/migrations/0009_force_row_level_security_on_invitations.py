from django.db import migrations

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [("tenants", "0008_invitations")]

    operations = [ForceRowLevelSecurity("Invitation")]
