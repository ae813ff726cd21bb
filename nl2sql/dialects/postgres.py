"""PostgreSQL. Functions: the chapters of its manual, version 18."""

import re

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.generators.postgres import PostgresGenerator
from sqlglot.parsers.postgres import PostgresParser

from nl2sql.dialects import standard
from nl2sql.dialects.as_written import AsWritten, constant, infix
from nl2sql.dialects.facts import DialectFacts
from nl2sql.dialects.standard import names

_PROMPT_RULES = """\
- PostgreSQL: quote names with double quotes where the schema does. Cast with CAST(x AS type). Cut dates with
  date_trunc('month', x), count back with x - INTERVAL '3 months'. Integer division drops the rest: cast to numeric \
first.
  Match text without regard to case with ILIKE.
"""

_FUNCTIONS = names(
    """
    array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg json_agg_strict jsonb_agg_strict
    json_arrayagg json_objectagg bool_and bool_or every bit_and bit_or bit_xor any_value range_agg corr covar_pop
    covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
    percentile_cont percentile_disc mode grouping cbrt div gcd lcm factorial log trunc width_bucket random
    random_normal scale min_scale trim_scale sinh cosh tanh asinh acosh atanh sind cosd tand asind acosd atand
    atan2d cotd erf erfc gamma lgamma greatest least num_nulls num_nonnulls isfinite ascii chr btrim char_length
    character_length octet_length bit_length initcap left right lpad rpad ltrim rtrim position strpos split_part
    reverse repeat translate starts_with substring overlay format to_hex to_bin to_oct md5 casefold normalize unistr
    sha224 sha256 sha384 sha512 encode decode quote_literal quote_ident quote_nullable regexp_replace regexp_match
    regexp_matches regexp_count regexp_instr regexp_like regexp_substr regexp_split_to_array regexp_split_to_table
    string_to_array string_to_table to_ascii levenshtein soundex difference metaphone dmetaphone similarity
    word_similarity unaccent now age date date_part date_trunc date_bin date_add date_subtract clock_timestamp
    statement_timestamp transaction_timestamp timeofday make_date make_time make_timestamp make_timestamptz
    make_interval to_timestamp to_date to_char to_number justify_days justify_hours justify_interval extract
    timezone current_timestamp localtimestamp current_time localtime overlaps array array_append array_cat
    array_dims array_length array_lower array_ndims array_position array_positions array_prepend array_remove
    array_replace array_reverse array_sample array_shuffle array_sort array_to_string array_upper cardinality
    trim_array unnest generate_series generate_subscripts to_json to_jsonb row_to_json array_to_json
    json_build_object jsonb_build_object json_build_array jsonb_build_array json_object jsonb_object
    json_array_length jsonb_array_length json_array_elements jsonb_array_elements json_array_elements_text
    jsonb_array_elements_text json_each jsonb_each json_each_text jsonb_each_text json_extract_path
    jsonb_extract_path json_extract_path_text jsonb_extract_path_text json_object_keys jsonb_object_keys json_typeof
    jsonb_typeof json_strip_nulls jsonb_strip_nulls jsonb_set jsonb_insert jsonb_pretty jsonb_path_exists
    jsonb_path_query jsonb_path_query_array jsonb_path_query_first json_array json_scalar isempty lower_inc
    upper_inc lower_inf upper_inf range_merge daterange tsrange tstzrange int4range int8range numrange
    gen_random_uuid uuidv4 uuidv7 host family masklen network row int4 int8 float4 float8 text numeric varchar
    bpchar bool timestamptz timestamp interval time to_tsvector to_tsquery plainto_tsquery phraseto_tsquery
    websearch_to_tsquery ts_rank ts_rank_cd ts_headline
    """
)

_TABLE_FUNCTIONS = {
    **dict.fromkeys(("generate_series", "generate_subscripts", "unnest", "regexp_matches"), ()),
    **dict.fromkeys(("regexp_split_to_table", "string_to_table", "json_object_keys", "jsonb_object_keys"), ()),
    **dict.fromkeys(("json_array_elements", "jsonb_array_elements"), ("value",)),
    **dict.fromkeys(("json_array_elements_text", "jsonb_array_elements_text"), ("value",)),
    **dict.fromkeys(("json_each", "jsonb_each", "json_each_text", "jsonb_each_text"), ("key", "value")),
    "jsonb_path_query": (),
}


class GuardPostgres(Postgres):
    class Parser(AsWritten, PostgresParser):
        pass

    class Generator(PostgresGenerator):
        MULTI_ARG_DISTINCT = True
        TRANSFORMS = {
            **PostgresGenerator.TRANSFORMS,
            exp.CurrentTime: constant("CURRENT_TIME"),
            exp.Pow: infix("^"),
        }


POSTGRES = DialectFacts(
    dialect="postgres",
    title="PostgreSQL",
    prompt_rules=_PROMPT_RULES,
    guard=GuardPostgres(),
    quoted_name=standard.DOUBLE_QUOTED,
    string=rf"{standard.ESCAPED_STRING}|(?P<string>[bBxX]?'(?:[^']|'')*')|{standard.DOLLAR_STRING}",
    line_comment=standard.LINE_COMMENT,
    signs=frozenset({"?", "#", ":=", "[", "]"}),
    double_quotes_make_strings=False,
    backslashes_escape=False,
    dashes_need_blank=False,
    double_pipe_is_or=False,
    quoted_names_are_exact=True,
    max_identifier_bytes=63,  # NAMEDATALEN, and the null that ends it
    plain_name=re.compile(r"[a-z_][a-z0-9_]*"),
    name_mark='"',
    functions=standard.FUNCTIONS | standard.STATISTICS | _FUNCTIONS,
    table_functions=_TABLE_FUNCTIONS,
    unit_first_functions=frozenset(),
    unit_words=frozenset(),
    join_kinds=standard.JOIN_KINDS,
    join_methods=frozenset({""}),
    collations=frozenset({"C", "POSIX", "en_US", "de_DE", "und-x-icu", "en-x-icu", "unicode", "ucs_basic"}),
    has_dual=False,
    with_may_recurse=False,
    limit_ends_recursion=False,
    aliases_visible_in_select_list=False,
    aliases_visible_in_where=False,
    aliases_visible_after_where=False,
    aliases_win_over_columns=False,
    expressions_name_outputs=True,
    duplicate_outputs_are_ambiguous=True,
    using_columns_stay_in_place=False,
    relation_as_value="row",
    values_column=("column", 1),
    has_ilike=True,
    text_ignores_case=False,
    like_ignores_case=False,
    period=standard.first_day,
    period_units=standard.UNITS,
)
