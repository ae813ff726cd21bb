"""What must hold for any text: no exception, a stable result, always a limit, never a name outside the schema."""

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.guard_mutants import mutant
from nl2sql.dialects.registry import DIALECTS
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted, Rejected
from schema_index.schema import Dialect
from tests.unit.validation.shop import ROW_LIMIT, shop
from tests.unit.validation.test_spec import Case, cases

ANY_DIALECT = st.sampled_from(list(DIALECTS))
WORDS = tuple(
    re.split(
        r"\s{2,}",
        r"""SELECT  FROM  WHERE  GROUP BY  HAVING  ORDER BY  LIMIT  UNION ALL  WITH  AS  JOIN  ON  USING  (  )  ,  .  *
        =  <  'a'  "id"  1  100000000  NOT  -  CASE  WHEN  THEN  END  IN  orders  customers  secrets  o  id  email
        total  count  max  pg_sleep  repeat  ::  [  ]  OVER  PARTITION BY  EXISTS  LATERAL  VALUES  INTERVAL  DISTINCT
        NATURAL  $$  \  ;  --  /*""",
    )
)


@given(sql=st.text(max_size=200), dialect=ANY_DIALECT)
@settings(max_examples=60, deadline=None)
def test_any_text_has_a_verdict(sql: str, dialect: Dialect) -> None:
    assert isinstance(validate(sql, schema=shop(dialect), row_limit=ROW_LIMIT), Accepted | Rejected)


@given(words=st.lists(st.sampled_from(WORDS), max_size=30), dialect=ANY_DIALECT)
@settings(max_examples=120, deadline=None)
def test_any_row_of_words_has_a_verdict(words: list[str], dialect: Dialect) -> None:
    verdict = validate("SELECT " + " ".join(words), schema=shop(dialect), row_limit=ROW_LIMIT)
    assert isinstance(verdict, Accepted | Rejected)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "sql",
    [
        "",
        "\x00",
        "\ud800",
        "SELECT 1\x00; DROP TABLE orders",
        "x" * 1_000_000,
        "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
        "SELECT " + "- " * 5_000 + "1",
        "SELECT " + "NOT " * 4_000 + "true",
        "SELECT 1" + " + 1" * 4_000,
        "SELECT 1" + " OR 1" * 3_000,
        "SELECT " + "CASE WHEN true THEN " * 500 + "1" + " END" * 500,
        "SELECT 1" + " UNION SELECT 1" * 1_000,
        "SELECT 1 FROM " + "(SELECT 1 FROM " * 400 + "orders" + ") x" * 400,
        "WITH " + ", ".join(f"a{number} AS (SELECT 1)" for number in range(500)) + " SELECT 1",
        "SELECT 1 IN (" + ",".join("1" for _ in range(9_000)) + ")",
        "SELECT " + "INTERVAL " * 500 + "'1 day'",
        "SELECT 1" + "::int" * 2_000,
        "SELECT a" + "[1]" * 2_000,
        "SELECT " + "a." * 3_000 + "b",
        "WITH a0 AS (SELECT * FROM orders)"
        + "".join(f", a{number} AS (SELECT *, *, * FROM a{number - 1})" for number in range(1, 29))
        + " SELECT * FROM a28",
        "SELECT 1 AS a0" + "".join(f", a{number - 1} || a{number - 1} AS a{number}" for number in range(1, 60)),
        "SELECT INTERVAL '" + "9" * 19_000 + " day'",
        "SELECT " + ", ".join(f"x{number}" for number in range(1_500)) + " FROM orders",
        "SELECT " + ", ".join("id" for _ in range(2_900)) + " FROM orders",
    ],
    ids=lambda sql: repr(sql[:24]),
)
def test_hostile_shapes_are_refused_at_once(sql: str, dialect: Dialect) -> None:
    started = time.process_time()
    assert isinstance(validate(sql, schema=shop(dialect), row_limit=ROW_LIMIT), Rejected)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("sql", ["WITH m AS (SHOW hba_file) SELECT * FROM m", "SELECT * FROM (EXPLAIN SELECT 1) x"])
def test_nothing_of_a_statement_is_logged(sql: str, caplog: pytest.LogCaptureFixture) -> None:
    assert isinstance(validate(sql, schema=shop("postgres"), row_limit=ROW_LIMIT), Rejected)
    assert caplog.records == []


def _deep(case: Case, frames: int) -> Accepted | Rejected:
    if frames:
        return _deep(case, frames - 1)
    return validate(case.sql, schema=shop(case.dialect), row_limit=ROW_LIMIT)


def test_a_caller_deep_in_the_stack_gets_a_verdict() -> None:
    nested = Case(dialect="postgres", title="", sql="SELECT " + "abs(" * 23 + "1" + ")" * 23)
    assert isinstance(_deep(nested, 850), Accepted | Rejected)


def test_a_refusal_is_the_same_for_hidden_and_absent_names() -> None:
    def verdict(name: str) -> Accepted | Rejected:
        return validate(f"SELECT {name} FROM customers", schema=shop("postgres"), row_limit=ROW_LIMIT)

    hidden, absent = verdict("email"), verdict("zzzzz")
    assert isinstance(hidden, Rejected)
    assert isinstance(absent, Rejected)
    (first,), (second,) = hidden.violations, absent.violations
    assert (first.code, first.hint, first.place) == (second.code, second.hint, second.place)
    assert first.message.replace("email", "zzzzz") == second.message


@pytest.mark.parametrize(
    "case", [*cases("accepted"), *cases("rewritten")], ids=lambda case: f"{case.dialect}: {case.title}"
)
def test_the_accepted_text_is_stable_and_limited(case: Case) -> None:
    first = validate(case.sql, schema=shop(case.dialect), row_limit=ROW_LIMIT)
    assert isinstance(first, Accepted)
    assert validate(first.sql, schema=shop(case.dialect), row_limit=ROW_LIMIT) == first
    tail = first.sql.rpartition(")")[2]
    assert " LIMIT " in tail or " FETCH " in tail
    visible = {table.qualified_name for table in shop(case.dialect).tables}
    assert visible.issuperset(first.tables)
    assert visible.issuperset(column.rpartition(".")[0] for column in first.columns)


@given(number=st.integers(min_value=0, max_value=10_000), seed=st.integers(min_value=0, max_value=2**32))
@settings(max_examples=80, deadline=None)
def test_mutants_of_what_is_rejected_are_rejected(number: int, seed: int) -> None:
    rejected = cases("rejected")
    case = rejected[number % len(rejected)]
    text = mutant(case.sql, dialect=case.dialect, rng=random.Random(seed))
    assert isinstance(validate(text, schema=shop(case.dialect), row_limit=ROW_LIMIT), Rejected), text
