"""DuckDB. Functions: the chapters of its manual, version 1.4."""

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.generator import Generator
from sqlglot.generators.duckdb import DuckDBGenerator
from sqlglot.parsers.duckdb import DuckDBParser

from nl2sql.dialects import standard
from nl2sql.dialects.as_written import AsWritten, infix
from nl2sql.dialects.facts import DialectFacts
from nl2sql.dialects.standard import names

_PROMPT_RULES = """\
- DuckDB: quote names with double quotes where needed. Use date_trunc('month', x), x - INTERVAL 3 MONTH,
  strftime(x, '%Y-%m'). The operator / divides exactly, // drops the rest. ILIKE matches without regard to case.
"""

_FUNCTIONS = names(
    """
    any_value arbitrary arg_max arg_max_null arg_min arg_min_null argmax argmin array_agg bit_and bit_or bit_xor
    bool_and bool_or corr covar_pop covar_samp entropy favg fsum kahan_sum first last geomean geometric_mean
    group_concat histogram kurtosis kurtosis_pop list listagg mad max_by median min_by mode product quantile
    quantile_cont quantile_disc percentile_cont percentile_disc regr_avgx regr_avgy regr_count regr_intercept
    regr_r2 regr_slope regr_sxx regr_sxy regr_syy sem skewness string_agg approx_count_distinct approx_quantile
    approx_top_k reservoir_quantile sumkahan count_if countif count_star json_group_array json_group_object grouping
    grouping_id fill acosh asinh atanh cosh sinh tanh cbrt even factorial gamma gcd greatest_common_divisor greatest
    isfinite isinf isnan lcm least_common_multiple least lgamma log2 nextafter random signbit trunc xor bit_count
    divide multiply add subtract ascii bar bin char_length character_length chr concat contains damerau_levenshtein
    editdist3 ends_with format formatreadablesize format_bytes from_base64 hamming hash hex ilike_escape initcap
    instr jaccard jaro_similarity jaro_winkler_similarity lcase left left_grapheme len length_grapheme levenshtein
    like_escape lpad md5 nfc_normalize not_like_escape ord parse_filename position prefix printf regexp_escape
    regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat
    reverse right right_grapheme rpad sha1 sha256 split split_part starts_with str_split str_split_regex
    string_split string_split_regex string_to_array strip_accents strlen strpos substring substring_grapheme suffix
    to_base to_base64 to_hex translate trim ucase unhex unicode url_decode url_encode age century current_date
    current_localtime current_localtimestamp current_timestamp date date_add date_diff date_part date_sub date_trunc
    datediff datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear decade epoch epoch_ms epoch_ns
    epoch_us era extract get_current_time get_current_timestamp hour isodow isoyear julian last_day make_date
    make_time make_timestamp make_timestamptz microsecond millennium millisecond minute month monthname nanosecond
    now quarter second strftime strptime time_bucket timezone timezone_hour timezone_minute to_centuries to_days
    to_decades to_hours to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds
    to_timestamp to_weeks to_years today transaction_timestamp try_strptime week weekday weekofyear year yearweek
    aggregate apply array_aggr array_aggregate array_append array_apply array_cat array_concat array_contains
    array_distinct array_extract array_filter array_grade_up array_has array_has_all array_has_any array_indexof
    array_intersect array_length array_position array_prepend array_reduce array_reverse_sort array_reverse
    array_select array_slice array_sort array_sum array_to_string array_transform array_unique array_value
    cardinality element_at filter flatten generate_series list_aggr list_aggregate list_any_value list_append
    list_apply list_avg list_cat list_concat list_contains list_count list_distinct list_element list_extract
    list_filter list_first list_grade_up list_has list_has_all list_has_any list_indexof list_intersect
    list_kurtosis list_last list_max list_median list_min list_mode list_pack list_position list_prepend
    list_product list_reduce list_reverse list_reverse_sort list_select list_slice list_sort list_stddev_pop
    list_stddev_samp list_string_agg list_sum list_transform list_unique list_value list_var_pop list_var_samp
    list_where list_zip map map_contains map_entries map_extract map_from_entries map_keys map_values range reduce
    row row_to_json struct_extract struct_insert struct_pack unnest array_to_json from_json json json_array
    json_array_length json_contains json_each json_exists json_extract json_extract_path json_extract_path_text
    json_extract_string json_keys json_merge_patch json_object json_pretty json_quote json_structure json_transform
    json_tree json_type json_valid json_value to_json uuid gen_random_uuid uuidv4 uuidv7 if ifnull isnull try typeof
    generate_subscripts coalesce
    """
)

_TABLE_FUNCTIONS = {
    **{name: (name,) for name in ("range", "generate_series", "unnest")},
    **dict.fromkeys(("json_each", "json_tree"), standard.JSON_TREE),
}


def _within_group(generator: Generator, node: exp.WithinGroup) -> str:
    return f"{generator.sql(node, 'this')} WITHIN GROUP ({generator.sql(node, 'expression').lstrip()})"


class GuardDuckDB(DuckDB):
    class Parser(AsWritten, DuckDBParser):
        ALSO = frozenset({"MAP"})

    class Generator(DuckDBGenerator):
        MULTI_ARG_DISTINCT = True
        TRANSFORMS = {
            **DuckDBGenerator.TRANSFORMS,
            exp.Pow: infix("**"),
            exp.WithinGroup: _within_group,
        }


DUCKDB = DialectFacts(
    dialect="duckdb",
    title="DuckDB",
    prompt_rules=_PROMPT_RULES,
    guard=GuardDuckDB(),
    quoted_name=standard.DOUBLE_QUOTED,
    string=rf"{standard.ESCAPED_STRING}|(?P<string>[xX]?'(?:[^']|'')*')|{standard.DOLLAR_STRING}",
    line_comment=standard.LINE_COMMENT,
    signs=frozenset({":", ":=", "[", "]", "{", "}"}),
    double_quotes_make_strings=False,
    backslashes_escape=False,
    dashes_need_blank=False,
    double_pipe_is_or=False,
    quoted_names_are_exact=False,
    max_identifier_bytes=256,
    plain_name=standard.PLAIN_NAME,
    name_mark='"',
    functions=standard.FUNCTIONS | standard.STATISTICS | _FUNCTIONS,
    table_functions=_TABLE_FUNCTIONS,
    unit_first_functions=frozenset(),
    unit_words=frozenset(),
    join_kinds=standard.JOIN_KINDS | {"SEMI", "ANTI"},
    join_methods=frozenset({"", "ASOF"}),
    collations=frozenset({"nocase", "noaccent", "nfc"}),
    has_dual=False,
    with_may_recurse=False,
    limit_ends_recursion=False,
    aliases_visible_in_select_list=True,
    aliases_visible_in_where=True,
    aliases_visible_after_where=True,
    aliases_win_over_columns=True,
    expressions_name_outputs=False,
    duplicate_outputs_are_ambiguous=False,
    using_columns_stay_in_place=True,
    relation_as_value="struct",
    values_column=("col", 0),
    has_ilike=True,
    text_ignores_case=False,
    like_ignores_case=False,
    period=standard.first_day,
    period_units=standard.UNITS,
)
