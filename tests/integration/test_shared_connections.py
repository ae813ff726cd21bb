"""Connections that threads hand on to each other."""

import pytest
from django.db import connection

from tenants.postgres.base import DatabaseWrapper


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_its_server_hung_up_on_is_not_handed_on() -> None:
    options = {**connection.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 1, "timeout": 5.0}}
    shared = DatabaseWrapper({**connection.settings_dict, "OPTIONS": options}, alias="shared")

    def served_by() -> int:
        try:
            with shared.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                return int(cursor.fetchone()[0])
        finally:
            shared.close()

    try:
        first = served_by()
        assert served_by() == first
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
        assert served_by() != first
    finally:
        shared.close_pool()
