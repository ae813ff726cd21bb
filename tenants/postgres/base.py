"""Django's PostgreSQL engine, but for how a transaction begins: whose it is goes with its BEGIN, in one message.

Every transaction tells that first, and a question has more than ten of them: a message each for BEGIN and for what is
told was a quarter of all that went to the database.
"""

from contextlib import ExitStack

from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction
from psycopg import ClientCursor

from tenants.context import told_at_begin


class DatabaseWrapper(base.DatabaseWrapper):
    """Named as Django looks for it."""

    def _start_transaction_under_autocommit(self) -> None:
        """Django's hook for engines whose driver begins no transaction by itself. psycopg stays in autocommit, in which
        it sends nothing of its own, and commits or rolls back what was begun here."""
        told = told_at_begin()
        settings = ", ".join(f"set_config('{name}', %s, true)" for name in told)
        with ExitStack() as failed:
            # Outside any block nobody else would: the next use opens a new connection.
            failed.callback(self.close)
            with debug_transaction(self, "BEGIN"), self.wrap_database_errors, ClientCursor(self.connection) as cursor:
                cursor.execute(f"BEGIN; SELECT {settings}" if told else "BEGIN", list(told.values()))
            failed.pop_all()
