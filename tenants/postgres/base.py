"""Django's PostgreSQL engine, but for two things that would be a third of all messages to the database.

How a transaction begins: whose it is goes with its BEGIN, in one message; every transaction tells that, and a question
has ten of them. And how a shared connection is seen to work still: by looking at it, where Django sends a statement.
"""

from contextlib import ExitStack
from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction
from psycopg import ClientCursor

from tenants.context import told_at_begin


class DatabaseWrapper(base.DatabaseWrapper):
    """Named as Django looks for it."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Where they are shared, one that the server has not hung up on: an idle one has nothing to read but that.
        A server that went without a word is noticed by the statement, as on any connection."""
        connection = super().get_new_connection(conn_params)
        for _ in range(self.pool.max_size if self.pool else 0):
            unread = poll()
            unread.register(connection, POLLIN)
            if not unread.poll(0):
                break
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection

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
