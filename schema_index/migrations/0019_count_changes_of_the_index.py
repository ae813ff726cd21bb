import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenants.rls import ForceRowLevelSecurity

READ_BY_QUESTIONS = (
    *("schema_index_chunk", "schema_index_chunkembedding", "schema_index_chunkwords", "schema_index_wordfrequencies"),
    *("schema_index_embeddingspace", "schema_index_columnvalue", "schema_index_vocabularygap"),
    *("schema_index_accesspolicy", "schema_index_reference", "schema_index_stalemark", "schema_index_datasource"),
)

# Once a transaction, at its end: the tenant's one row is the last that it locks, so that two writers of one tenant
# never wait for each other both. The scope may have been closed by then, so that it is opened here. A tenant that is
# being deleted gets no row.
FUNCTION = """
CREATE FUNCTION count_index_change() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  changed uuid;
  scope text := coalesce(current_setting('app.tenant_id', true), '');
BEGIN
  IF TG_OP = 'DELETE' THEN changed := OLD.tenant_id; ELSE changed := NEW.tenant_id; END IF;
  IF coalesce(current_setting('app.index_counted', true), '') = changed::text THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('app.tenant_id', changed::text, true), set_config('app.index_counted', changed::text, true);
  INSERT INTO schema_index_indexversion AS known (id, tenant_id, version)
    SELECT gen_random_uuid(), t.id, 1 FROM tenants_tenant t WHERE t.id = changed
    ON CONFLICT (tenant_id) DO UPDATE SET version = known.version + 1;
  PERFORM set_config('app.tenant_id', scope, true);
  RETURN NULL;
END $$
"""

TRIGGER = """
CREATE CONSTRAINT TRIGGER count_index_change AFTER INSERT OR UPDATE OR DELETE ON {}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_index_change()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("schema_index", "0018_knowledge_says_who_reviewed_it"),
        ("tenants", "0006_admin_log_holds_nothing_of_tenants"),
    ]

    operations = [
        migrations.CreateModel(
            name="IndexVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveBigIntegerField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant",), name="index_version_once_per_tenant")],
            },
        ),
        ForceRowLevelSecurity("IndexVersion"),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION count_index_change()"),
        *(
            migrations.RunSQL(TRIGGER.format(table), f"DROP TRIGGER count_index_change ON {table}")
            for table in READ_BY_QUESTIONS
        ),
    ]
