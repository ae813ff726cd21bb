from django.db import migrations

SETTING = "nullif(current_setting('{}', true), '')"
BEFORE = (
    f"(id = {SETTING.format('app.tenant_id')}::uuid OR current_setting('app.platform', true) = 'on')"
    f" OR (id IN (SELECT tenant_id FROM tenants_membership WHERE user_id = {SETTING.format('app.user_id')}::bigint))"
)
BY_KEY = f"id IN (SELECT tenant_id FROM tenants_apikey WHERE prefix = {SETTING.format('app.api_key_prefix')})"
VISIBLE = "ALTER POLICY tenant_reads ON tenants_tenant USING ({})"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_force_row_level_security")]

    # A key is read with the tenant that it belongs to.
    operations = [migrations.RunSQL(VISIBLE.format(f"{BEFORE} OR ({BY_KEY})"), VISIBLE.format(BEFORE))]
