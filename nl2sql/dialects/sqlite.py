"""SQLite. Functions: its manual, version 3.50."""

from sqlglot import exp
from sqlglot.dialects.sqlite import SQLite
from sqlglot.generators.sqlite import SQLiteGenerator
from sqlglot.parsers.sqlite import SQLiteParser

from nl2sql.calendar_spans import Unit
from nl2sql.dialects import standard
from nl2sql.dialects.as_written import AsWritten
from nl2sql.dialects.facts import DialectFacts
from nl2sql.dialects.standard import names

_PROMPT_RULES = """\
- SQLite: dates are mostly text in ISO form. Use date(x, '-3 months') and strftime('%Y-%m', x); there is no date_trunc,
  INTERVAL or ILIKE (LIKE already ignores the case of ASCII letters). Integer division drops the rest: multiply by 1.0 \
first.
"""

_FUNCTIONS = names(
    """
    total group_concat string_agg json_group_array json_group_object jsonb_group_array jsonb_group_object median
    percentile percentile_cont percentile_disc random trunc log2 acosh asinh atanh cosh sinh tanh ifnull iif if
    likely unlikely likelihood typeof instr substring hex unhex unicode char printf format quote glob like soundex
    octet_length unistr date time datetime julianday strftime unixepoch timediff current_date current_time
    current_timestamp json json_array json_array_length json_extract json_insert json_object json_patch json_pretty
    json_quote json_remove json_replace json_set json_type json_valid json_error_position json_each json_tree jsonb
    jsonb_extract jsonb_array jsonb_object jsonb_each jsonb_tree generate_series row
    """
)

_PERIODS: dict[Unit, str] = {"day": "%Y-%m-%d", "week": "%Y-%W", "month": "%Y-%m", "year": "%Y"}


class GuardSQLite(SQLite):
    class Parser(AsWritten, SQLiteParser):
        pass

    class Generator(SQLiteGenerator):
        MULTI_ARG_DISTINCT = True
        # NUMERIC affinity keeps integers; REAL, sqlglot's choice, does not.
        TYPE_MAPPING = {**SQLiteGenerator.TYPE_MAPPING, exp.DType.DECIMAL: "NUMERIC"}


def _period(date: exp.Expr, unit: Unit) -> exp.Expr:
    return exp.Anonymous(this="STRFTIME", expressions=[exp.Literal.string(_PERIODS[unit]), date])


SQLITE = DialectFacts(
    dialect="sqlite",
    title="SQLite",
    prompt_rules=_PROMPT_RULES,
    guard=GuardSQLite(),
    quoted_name=r'(?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\[\]]*\](?!\]))',
    string=r"(?P<string>[xX]?'(?:[^']|'')*')",
    line_comment=standard.LINE_COMMENT,
    signs=frozenset({"0x"}),
    double_quotes_make_strings=False,
    backslashes_escape=False,
    dashes_need_blank=False,
    double_pipe_is_or=False,
    quoted_names_are_exact=False,
    max_identifier_bytes=256,
    plain_name=standard.PLAIN_NAME,
    name_mark='"',
    functions=standard.FUNCTIONS | _FUNCTIONS,
    table_functions={"json_each": standard.JSON_TREE, "json_tree": standard.JSON_TREE, "generate_series": ("value",)},
    unit_first_functions=frozenset(),
    unit_words=frozenset(),
    join_kinds=standard.JOIN_KINDS,
    join_methods=frozenset({""}),
    collations=frozenset({"nocase", "binary", "rtrim"}),
    has_dual=False,
    with_may_recurse=True,
    limit_ends_recursion=True,
    aliases_visible_in_select_list=False,
    aliases_visible_in_where=True,
    aliases_visible_after_where=True,
    aliases_win_over_columns=False,
    expressions_name_outputs=False,
    duplicate_outputs_are_ambiguous=False,
    using_columns_stay_in_place=True,
    relation_as_value="no",
    values_column=("column", 1),
    has_ilike=False,
    text_ignores_case=False,
    like_ignores_case=True,
    period=_period,
    period_units=frozenset(_PERIODS),
)
