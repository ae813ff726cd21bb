"""What a person is told of DuckDB's errors: by their class, and by what the child makes of those of the file."""

from schema_index.connectors.file_errors import FileErrors

UNREADABLE_FILE = (
    "The data source's file cannot be read as a DuckDB database of this version. Check the file, then test the source."
)
BUSY = "The data source's file is held by a process that writes to it. Try again when that has ended."

DUCKDB_ERRORS = FileErrors(
    interrupted="InterruptException",
    unavailable={"Locked": BUSY, "Unreadable": UNREADABLE_FILE},
    messages={
        "NotARead": "The statement is not one read, which is all that may run.",
        "PermissionException": "The statement does something a read-only session does not allow.",
        "CatalogException": "A table, column, function or type that the statement names does not exist.",
        "BinderException": "The statement does not fit the database's tables, columns or types.",
        "ParserException": "The statement has a syntax error.",
        "SyntaxException": "The statement has a syntax error.",
        "ConversionException": "A value does not have the form its type needs.",
        "OutOfRangeException": "A number in the statement's result is out of its type's range.",
        "NotImplementedException": "The statement uses something the database does not support.",
        "OutOfMemoryException": "The statement needs more memory than a query may use.",
    },
    explained={"CatalogException", "BinderException", "ParserException", "SyntaxException"},
)
