"""Things that go by another name than their table's, or by one written apart."""

import pytest

from schema_index.schema import DatabaseSchema
from tests.unit.composer.schemas import sql_of, table


def music() -> DatabaseSchema:
    return DatabaseSchema.of(
        "postgres",
        "public",
        [
            table("conductor", "id:i name:t"),
            table(
                "orchestra",
                "id:i orchestra:t founded_year:i investor:t conductor_id:i",
                refers="conductor_id>conductor",
            ),
            table("playlist", "id:i name:t orchestra_id:i", refers="orchestra_id>orchestra"),
        ],
    )


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("List the names of orchestras", "SELECT orchestra.orchestra FROM orchestra"),
        ("How many play lists are there?", "SELECT COUNT(*) FROM playlist"),
        ("Show the investor names of all orchestras", "SELECT orchestra.investor FROM orchestra"),
        (
            "Which investor has invested in the most orchestras?",
            "SELECT orchestra.investor FROM orchestra GROUP BY orchestra.investor "
            "ORDER BY COUNT(*) DESC NULLS LAST LIMIT 1",
        ),
        (
            "Show the name of the orchestra with the latest founded year",
            "SELECT orchestra.orchestra FROM orchestra ORDER BY orchestra.founded_year DESC NULLS LAST LIMIT 1",
        ),
    ],
)
def test_what_things_are_called(question: str, sql: str) -> None:
    assert sql_of(question, music()) == sql
