"""What several dialects have in common, for their modules to take over."""

import re

from sqlglot import exp

from nl2sql.calendar_spans import Unit


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTIONS = names(
    """
    count sum avg min max abs ceil ceiling floor round sign sqrt exp ln log log10 power pow mod pi sin cos tan asin
    acos atan atan2 cot degrees radians coalesce nullif lower upper length trim ltrim rtrim replace substr concat
    concat_ws row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
    """
)

STATISTICS = names("stddev stddev_pop stddev_samp variance var_pop var_samp")

RESERVED_WORDS = names(
    """
    add all alter analyse analyze and any array as asc asymmetric at between binary both by call case cast change
    character check collate column condition constraint convert create cross cube current_date current_time
    current_timestamp current_user database databases default deferrable delete desc describe distinct div do drop each
    else end except exists explain false fetch for foreign from full function grant group groups having if in index
    initially inner insert int integer intersect interval into is join key keys kill lambda lateral leading left like
    limit lines load lock match natural not null of offset on only optimize option or order outer over partition pivot
    pivot_longer pivot_wider placing precision primary procedure qualify range rank read recursive references release
    rename repeat replace require resignal restrict return returning revoke right row rows schema schemas select
    session_user set show signal some sql summarize symmetric system table then to trailing trigger true union unique
    unlock unpivot update usage use user using values variadic when where window with write
    """
)
"""Reserved in at least one of PostgreSQL, MySQL, SQLite and DuckDB."""

JSON_TREE = ("key", "value", "type", "atom", "id", "parent", "fullkey", "path")
"""Columns of `json_each` and `json_tree`."""

JOIN_KINDS = frozenset({"", "INNER", "CROSS", "OUTER"})

DOUBLE_QUOTED = r'(?P<name>"(?:[^"]|"")*")'
ESCAPED_STRING = r"(?P<escaped>[eE]'(?:[^'\\]|''|\\.)*')"
DOLLAR_STRING = r"(?P<dollar>\$(?P<tag>[A-Za-z_][A-Za-z0-9_]*|)\$.*?\$(?P=tag)\$)"
LINE_COMMENT = r"--[^\n]*"

PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

UNITS: frozenset[Unit] = frozenset({"day", "week", "month", "quarter", "year"})


def first_day(date: exp.Expr, unit: Unit) -> exp.Expr:
    return exp.cast(exp.TimestampTrunc(this=date, unit=exp.var(unit.upper())), exp.DataType.Type.DATE)
