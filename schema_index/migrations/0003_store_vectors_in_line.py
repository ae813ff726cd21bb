from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("schema_index", "0002_force_row_level_security")]

    operations = [
        # A vector of 1,536 halves would be moved out of line; read with every scan, it belongs in the row.
        migrations.RunSQL(
            "ALTER TABLE schema_index_chunkembedding ALTER COLUMN embedding SET STORAGE PLAIN",
            "ALTER TABLE schema_index_chunkembedding ALTER COLUMN embedding SET STORAGE EXTENDED",
        )
    ]
