"""What a person is told of SQLite's errors."""

from schema_index.connectors.file_errors import FileErrors

UNREADABLE_FILE = "The data source's file cannot be read as a SQLite database. Check the file, then test the source."
BUSY = "The data source's file is locked by a writer. Try again."

SQLITE_ERRORS = FileErrors(
    interrupted="SQLITE_INTERRUPT",
    unavailable={
        **dict.fromkeys(("SQLITE_BUSY", "SQLITE_LOCKED"), BUSY),
        **dict.fromkeys(("SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_CORRUPT"), UNREADABLE_FILE),
        **dict.fromkeys(("SQLITE_IOERR", "SQLITE_PERM"), UNREADABLE_FILE),
    },
    messages={
        "SQLITE_AUTH": "The statement does something a read-only session does not allow.",
        "SQLITE_READONLY": "The statement would write, and the session is read-only.",
        "SQLITE_TOOBIG": "A value in the statement or its result is larger than allowed.",
        "SQLITE_ERROR": "The statement does not fit the database: a name, a function or the syntax is wrong.",
        "SQLITE_MISMATCH": "A value does not have the type its use needs.",
    },
    explained={"SQLITE_ERROR"},
)
