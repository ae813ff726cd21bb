"""Small schemas of our own, and a question asked of one."""

from datetime import date

from sqlglot import exp, parse_one

from nl2sql.generation.base import Draft, GenerationRequest, Refused
from nl2sql.generation.composer import Composer
from schema_index.retrieval.types import StoredValue
from schema_index.schema import Column, ColumnKind, DatabaseSchema, Dialect, ForeignKey, Table

TODAY = date(2026, 3, 15)


def table(name: str, columns: str, *, schema: str = "public", refers: str = "", key: str = "id") -> Table:
    """`columns` are "name:kind …"; `refers` are "column>table …", to the key `id` of a table of schema public."""
    return Table(
        schema=schema,
        name=name,
        columns=tuple(_column(entry) for entry in columns.split()),
        primary_key=tuple(key.split()),
        foreign_keys=tuple(
            ForeignKey(
                columns=(entry.split(">")[0],),
                target_schema="public",
                target_table=entry.split(">")[1],
                target_columns=("id",),
            )
            for entry in refers.split()
        ),
    )


def _column(entry: str) -> Column:
    name, _, kind = entry.partition(":")
    kinds: dict[str, ColumnKind] = {
        "i": "integer", "n": "number", "t": "text", "d": "date", "ts": "timestamp", "b": "boolean",
    }  # fmt: skip
    return Column(name=name, type=kinds[kind], kind=kinds[kind])


def retail(dialect: Dialect = "postgres") -> DatabaseSchema:
    return DatabaseSchema.of(
        dialect,
        "public",
        [
            table("regions", "id:i name:t"),
            table("stores", "id:i name:t city:t region_id:i opened_on:d is_open:b", refers="region_id>regions"),
            table("products", "id:i name:t category:t unit_price:n"),
            table("customers", "id:i first_name:t last_name:t city:t joined_on:d"),
            table(
                "orders",
                "id:i customer_id:i store_id:i ordered_at:ts shipped_at:ts status:t total_amount:n",
                refers="customer_id>customers store_id>stores",
            ),
            table(
                "order_items", "id:i order_id:i product_id:i quantity:i", refers="order_id>orders product_id>products"
            ),
            table("reviews", "id:i product_id:i rating:i reviewed_on:d", refers="product_id>products"),
            table("staff", "id:i full_name:t store_id:i salary:n", schema="hr", refers="store_id>stores"),
        ],
    )


def school(dialect: Dialect = "postgres") -> DatabaseSchema:
    return DatabaseSchema.of(
        dialect,
        "public",
        [
            table("student", "id:i name:t age:i home_city:t major:t gpa:n"),
            table("course", "id:i title:t credits:i dept:t", refers=""),
            table(
                "enrolment",
                "student_id:i course_id:i",
                refers="student_id>student course_id>course",
                key="student_id course_id",
            ),
            table("game", "id:i played_on:d home_id:i away_id:i", refers="home_id>team away_id>team"),
            table("team", "id:i name:t points:i"),
            table("pet", "id:i name:t weight_kg:n owner_id:i", refers="owner_id>student"),
        ],
    )


def cafe(dialect: Dialect = "postgres") -> DatabaseSchema:
    """Columns whose names hold words of every sentence: has_terrace, is_vegan, signed_up_on, month."""
    return DatabaseSchema.of(
        dialect,
        "public",
        [
            table("cafes", "id:i name:t has_terrace:b opened_on:d closed_on:d"),
            table("targets", "cafe_id:i month:d amount:n", refers="cafe_id>cafes", key="cafe_id month"),
            table("groups", "id:i name:t"),
            table("dishes", "id:i name:t group_id:i price:n is_vegan:b", refers="group_id>groups"),
            table("guests", "id:i name:t signed_up_on:d"),
            table("recipes", "dish_id:i step:i quantity:n", refers="dish_id>dishes", key="dish_id step"),
            table(
                "bills",
                "id:i cafe_id:i guest_id:i placed_at:ts state:t total_amount:n tip_amount:n",
                refers="cafe_id>cafes guest_id>guests",
            ),
            table("order_lines", "id:i bill_id:i dish_id:i quantity:i", refers="bill_id>bills dish_id>dishes"),
            table("payments", "id:i bill_id:i method:t amount:n paid_at:ts", refers="bill_id>bills"),
            table("contracts", "id:i number:t issued_on:d due_on:d trial_ended_on:d ended_on:d"),
        ],
    )


VALUES = (
    ("public", "bills", "state", "completed"),
    ("public", "payments", "method", "gift card"),
    ("public", "stores", "city", "Berlin"),
    ("public", "customers", "city", "Berlin"),
    ("public", "stores", "name", "Old Mill"),
    ("public", "products", "category", "Tea"),
    ("public", "products", "category", "Coffee"),
    ("public", "orders", "status", "cancelled"),
    ("public", "orders", "status", "paid"),
    ("public", "student", "home_city", "Lima"),
    ("public", "student", "home_city", "Oslo"),
    ("public", "student", "major", "History"),
    ("public", "course", "title", "Logic"),
    ("public", "course", "dept", "History"),
    ("public", "pet", "name", "Rex"),
)


def ask(question: str, schema: DatabaseSchema) -> Draft | Refused:
    names = {(entry.schema, entry.name) for entry in schema.tables}
    words = question.casefold()
    values = tuple(
        StoredValue(schema=owner, table=name, column=column, text=text)
        for owner, name, column, text in VALUES
        if (owner, name) in names and text.casefold() in words
    )
    return Composer().generate(
        GenerationRequest(question=question, schema=schema, tables=(), values=values, today=TODAY, max_rows=100)
    )


def sql_of(question: str, schema: DatabaseSchema) -> str:
    """The statement without quotation marks of identifiers, which every name here carries, and without names of what
    it computes, which `test_output_names` is about."""
    answer = ask(question, schema)
    assert isinstance(answer, Draft), answer
    tree = parse_one(answer.sql, dialect=schema.dialect)
    for query in tree.find_all(exp.Select):
        query.set("expressions", [one.unalias() for one in query.expressions])
    return tree.sql(dialect=schema.dialect).replace('"', "")


def refused(question: str, schema: DatabaseSchema) -> Refused:
    answer = ask(question, schema)
    assert isinstance(answer, Refused), answer
    return answer
