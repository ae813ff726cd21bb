from django.db import migrations

from tenants.rls import ForceRowLevelSecurity

SETTING = "nullif(current_setting('{}', true), '')"
OWN_USER = f"user_id = {SETTING.format('app.user_id')}::bigint"
PLATFORM = "current_setting('app.platform', true) = 'on'"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [
        # A tenant is its own row; the platform creates and counts them; a person sees those they belong to.
        ForceRowLevelSecurity(
            "Tenant",
            own=f"id = {SETTING.format('app.tenant_id')}::uuid OR {PLATFORM}",
            also_visible=f"id IN (SELECT tenant_id FROM tenants_membership WHERE {OWN_USER})",
        ),
        ForceRowLevelSecurity("Membership", also_visible=OWN_USER),
        ForceRowLevelSecurity("ApiKey", also_visible=f"prefix = {SETTING.format('app.api_key_prefix')}"),
        ForceRowLevelSecurity("UsageCounter"),
        ForceRowLevelSecurity("AuditEvent", append_only=True),
        ForceRowLevelSecurity("ModelBudget"),
        ForceRowLevelSecurity("BudgetReservation"),
        ForceRowLevelSecurity("RequestCount"),
        ForceRowLevelSecurity("Invitation"),
    ]
