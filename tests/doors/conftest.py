"""Fixtures of the functional tests that these use too."""

from tests.functional.conftest import target_database, warehouse  # noqa: F401
