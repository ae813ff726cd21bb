from django.db import migrations

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
    dependencies = [("schema_index", "0001_initial")]

    operations = [
        ForceRowLevelSecurity("DataSource"),
        ForceRowLevelSecurity("Snapshot"),
        ForceRowLevelSecurity("SchemaChange"),
        ForceRowLevelSecurity("Chunk"),
        ForceRowLevelSecurity("ChunkEmbedding"),
        ForceRowLevelSecurity("FaqEntry"),
        ForceRowLevelSecurity("Document"),
        ForceRowLevelSecurity("ColumnValue"),
        ForceRowLevelSecurity("JudgedQuestion"),
        ForceRowLevelSecurity("EmbeddingSpace"),
        ForceRowLevelSecurity("EmbeddingClaim"),
        ForceRowLevelSecurity("EmbeddingFailure"),
        ForceRowLevelSecurity("ChunkWords"),
        ForceRowLevelSecurity("WordFrequencies"),
        ForceRowLevelSecurity("SyncRun"),
        ForceRowLevelSecurity("Reference"),
        ForceRowLevelSecurity("StaleMark"),
        ForceRowLevelSecurity("AccessPolicy", append_only=True),
        ForceRowLevelSecurity("VocabularyGap"),
        ForceRowLevelSecurity("IndexVersion"),
        ForceRowLevelSecurity("ProposedSchema"),
        # A vector of 1,536 halves would be moved out of line; read with every scan, it belongs in the row.
        migrations.RunSQL(
            "ALTER TABLE schema_index_chunkembedding ALTER COLUMN embedding SET STORAGE PLAIN",
            "ALTER TABLE schema_index_chunkembedding ALTER COLUMN embedding SET STORAGE EXTENDED",
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION count_index_change()"),
        *(
            migrations.RunSQL(TRIGGER.format(table), f"DROP TRIGGER count_index_change ON {table}")
            for table in READ_BY_QUESTIONS
        ),
    ]
