from django.db import migrations

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [("nl2sql", "0001_initial")]

    operations = [
        ForceRowLevelSecurity("Conversation"),
        ForceRowLevelSecurity("Run"),
        ForceRowLevelSecurity("RunEvent"),
        ForceRowLevelSecurity("Evaluation"),
        ForceRowLevelSecurity("EvaluationCase"),
        ForceRowLevelSecurity("VerifiedQuery"),
        ForceRowLevelSecurity("RunFeedback"),
        ForceRowLevelSecurity("TenantModel"),
        ForceRowLevelSecurity("CachedAnswer"),
        ForceRowLevelSecurity("AcceptedState"),
    ]
