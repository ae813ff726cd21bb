from django.db import migrations

from tenants.rls import ForceRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("schema_index", "0001_sources_and_their_index"),
        ("tenants", "0002_force_row_level_security"),
    ]

    operations = [
        ForceRowLevelSecurity("DataSource"),
        ForceRowLevelSecurity("Snapshot"),
        ForceRowLevelSecurity("SchemaChange"),
        ForceRowLevelSecurity("Chunk"),
        ForceRowLevelSecurity("ChunkEmbedding"),
        ForceRowLevelSecurity("FaqEntry"),
        ForceRowLevelSecurity("Document"),
        ForceRowLevelSecurity("ColumnValue"),
    ]
