"""An event trigger of PostgreSQL that notes each change of its schema, so that a sync need not wait.

Rows are only added: a counter in one row would make transactions that change the schema wait for each other, and a
sequence would move before the change can be seen. The rows' count and highest number together are the mark; a row
that becomes visible late changes it too.
"""

from schema_index.connectors.engine import DDL_SCHEMA, DdlTrigger
from schema_index.connectors.quoting import quoted

KEPT_ROWS = 1_000

_MARK = f"SELECT count(*)::text || '/' || coalesce(max(id), 0)::text FROM {DDL_SCHEMA}.changes"  # noqa: S608

_INSTALL = """\
-- Notes every change of the schema in {schema}.changes. Run it as a superuser in the source's own database, then turn
-- on "watch DDL" of the source. It can be run again; `manage.py ddl_trigger … --remove` prints how to take it away.
BEGIN;
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE OR REPLACE FUNCTION {schema}.note() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $note$
BEGIN
    IF tg_event = 'sql_drop' THEN
        IF NOT EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary) THEN
            RETURN;
        END IF;
    ELSIF NOT EXISTS (
        SELECT FROM pg_event_trigger_ddl_commands()
        WHERE schema_name IS DISTINCT FROM 'pg_temp' AND command_tag <> 'REFRESH MATERIALIZED VIEW'
    ) THEN
        RETURN;
    END IF;
    INSERT INTO {schema}.changes DEFAULT VALUES;
    DELETE FROM {schema}.changes WHERE id IN (
        SELECT id FROM {schema}.changes WHERE id < (SELECT max(id) - {kept} FROM {schema}.changes)
        LIMIT 100 FOR UPDATE SKIP LOCKED
    );
EXCEPTION WHEN OTHERS THEN
    -- Nobody's own statement fails over a note.
    RAISE LOG 'querent_ddl: %', SQLERRM;
END
$note$;
DROP EVENT TRIGGER IF EXISTS {schema}_end;
DROP EVENT TRIGGER IF EXISTS {schema}_drop;
CREATE EVENT TRIGGER {schema}_end ON ddl_command_end EXECUTE FUNCTION {schema}.note();
CREATE EVENT TRIGGER {schema}_drop ON sql_drop EXECUTE FUNCTION {schema}.note();
GRANT USAGE ON SCHEMA {schema} TO {reader};
GRANT SELECT ON {schema}.changes TO {reader};
COMMIT;
"""

_REMOVE = """\
BEGIN;
DROP EVENT TRIGGER IF EXISTS {schema}_end;
DROP EVENT TRIGGER IF EXISTS {schema}_drop;
DROP SCHEMA IF EXISTS {schema} CASCADE;
COMMIT;
"""


def _install(reader: str) -> str:
    """For a superuser of the source's database; `reader` is the role that Querent connects as."""
    return _INSTALL.format(schema=DDL_SCHEMA, kept=KEPT_ROWS, reader=quoted(reader))


DDL_TRIGGER = DdlTrigger(install=_install, remove=_REMOVE.format(schema=DDL_SCHEMA), mark=_MARK)
