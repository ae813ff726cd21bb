"""MySQL and MariaDB. Functions: the chapters of their manuals, versions 8.4 and 11."""

from sqlglot import exp
from sqlglot.dialects.mysql import MySQL
from sqlglot.generators.mysql import MySQLGenerator
from sqlglot.parsers.mysql import MySQLParser
from sqlglot.tokenizer_core import TokenType

from nl2sql.calendar_spans import Unit
from nl2sql.dialects import standard
from nl2sql.dialects.as_written import AsWritten, constant, infix
from nl2sql.dialects.facts import DialectFacts
from nl2sql.dialects.standard import names

_PROMPT_RULES = """\
- MySQL: quote names with backticks. Use DATE_FORMAT(x, '%Y-%m'), DATE_SUB(x, INTERVAL 3 MONTH), CONCAT(a, b). There is
  no FULL OUTER JOIN and no ILIKE. Text usually compares without regard to case.
"""

_FUNCTIONS = names(
    """
    std bit_and bit_or bit_xor group_concat json_arrayagg json_objectagg any_value grouping truncate rand crc32 conv
    bin oct hex unhex log2 greatest least interval if ifnull isnull ascii char char_length character_length
    octet_length bit_length elt field find_in_set format instr lcase ucase left right locate lpad rpad mid ord
    position quote repeat reverse soundex space strcmp substring substring_index insert to_base64 from_base64 md5
    sha1 sha sha2 regexp_instr regexp_like regexp_replace regexp_substr adddate addtime convert_tz curdate
    current_date current_time current_timestamp curtime date date_add date_format date_sub datediff day dayname
    dayofmonth dayofweek dayofyear extract from_days from_unixtime get_format hour last_day localtime localtimestamp
    makedate maketime microsecond minute month monthname now period_add period_diff quarter sec_to_time second
    str_to_date subdate subtime sysdate time time_format time_to_sec timediff timestamp timestampadd timestampdiff
    to_days to_seconds unix_timestamp utc_date utc_time utc_timestamp week weekday weekofyear year yearweek
    json_array json_array_append json_contains json_contains_path json_depth json_extract json_insert json_keys
    json_length json_merge_patch json_merge_preserve json_object json_overlaps json_quote json_remove json_replace
    json_search json_set json_type json_unquote json_valid json_value json_pretty uuid inet_aton inet_ntoa median
    percentile_cont percentile_disc nvl nvl2 row bit_count
    """
)

_UNIT_WORDS = names(
    """
    microsecond second minute hour day week month quarter year date time datetime timestamp sql_tsi_second
    sql_tsi_minute sql_tsi_hour sql_tsi_day sql_tsi_week sql_tsi_month sql_tsi_quarter sql_tsi_year
    """
)
_PERIODS: dict[Unit, str] = {"day": "%Y-%m-%d", "week": "%x-%v", "month": "%Y-%m", "year": "%Y"}


class GuardMySQL(MySQL):
    class Parser(AsWritten, MySQLParser):
        ALSO = frozenset({"GROUP_CONCAT"})
        DISJUNCTION = {**MySQLParser.DISJUNCTION, TokenType.DPIPE: exp.DPipe}

    class Generator(MySQLGenerator):
        TRANSFORMS = {
            **MySQLGenerator.TRANSFORMS,
            exp.CurrentTime: constant("CURRENT_TIME"),
            exp.RegexpLike: infix("REGEXP"),
        }


def _period(date: exp.Expr, unit: Unit) -> exp.Expr:
    return exp.Anonymous(this="DATE_FORMAT", expressions=[date, exp.Literal.string(_PERIODS[unit])])


MYSQL = DialectFacts(
    dialect="mysql",
    title="MySQL",
    prompt_rules=_PROMPT_RULES,
    guard=GuardMySQL(),
    quoted_name=r"(?P<name>`(?:[^`]|``)*`)",
    string=r"(?P<string>[xXbB]?'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\")",
    line_comment=r"(?:--(?=\s|$)|\#)[^\n]*",
    signs=frozenset({"!", "0x"}),
    double_quotes_make_strings=True,
    backslashes_escape=True,
    dashes_need_blank=True,
    double_pipe_is_or=True,
    quoted_names_are_exact=False,
    max_identifier_bytes=256,
    plain_name=standard.PLAIN_NAME,
    name_mark="`",
    functions=standard.FUNCTIONS | standard.STATISTICS | _FUNCTIONS,
    table_functions={},
    unit_first_functions=frozenset({"timestampadd", "timestampdiff", "get_format"}),
    unit_words=_UNIT_WORDS,
    join_kinds=standard.JOIN_KINDS,
    join_methods=frozenset({""}),
    collations=frozenset({"utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8mb4_bin", "utf8mb4_0900_ai_ci", "binary"}),
    has_dual=True,
    with_may_recurse=False,
    limit_ends_recursion=False,
    aliases_visible_in_select_list=False,
    aliases_visible_in_where=False,
    aliases_visible_after_where=True,
    aliases_win_over_columns=True,
    expressions_name_outputs=False,
    duplicate_outputs_are_ambiguous=True,
    using_columns_stay_in_place=False,
    relation_as_value="no",
    values_column=("column_", 0),
    has_ilike=False,
    text_ignores_case=True,
    like_ignores_case=True,
    period=_period,
    period_units=frozenset(_PERIODS),
)
