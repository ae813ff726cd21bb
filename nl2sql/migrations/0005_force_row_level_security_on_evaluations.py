from django.db import migrations

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [("nl2sql", "0004_evaluations")]

    operations = [ForceRowLevelSecurity("Evaluation"), ForceRowLevelSecurity("EvaluationCase")]
