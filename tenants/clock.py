"""The one clock that all processes share: the database's. What one process writes and another compares, as leases and
deadlines, goes by it; the clock of a machine may jump.

PostgreSQL's statement_timestamp(), which Django's Now() is too: that of the transaction would stand still in it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, Value
from django.db.models.functions import Now


def database_now() -> datetime:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def from_now(span: timedelta) -> "ExpressionWrapper[Any]":
    """For a column, without a statement of its own."""
    return ExpressionWrapper(Now() + Value(span), output_field=DateTimeField())
