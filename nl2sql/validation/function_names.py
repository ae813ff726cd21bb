"""The closed lists of functions, by dialect: what a read of the named tables may compute.

A function is listed when it reads nothing but its arguments and the clock, changes nothing, opens nothing, runs no text
as SQL, and its result is bounded by its arguments (`bounds` caps the few that can grow). Sources: the function chapters
of the PostgreSQL 18, MySQL 8.4, MariaDB 11, SQLite 3.50 and DuckDB 1.4 manuals.
"""

from schema_index.schema import Dialect


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHARED = _names(
    """
    count sum avg min max abs ceil ceiling floor round sign sqrt exp ln log log10 power pow mod pi sin cos tan asin
    acos atan atan2 cot degrees radians coalesce nullif lower upper length trim ltrim rtrim replace substr concat
    concat_ws row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
    """
)

_STATISTICS = _names("stddev stddev_pop stddev_samp variance var_pop var_samp")

_POSTGRES = _names(
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

_MYSQL = _names(
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

_SQLITE = _names(
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

_DUCKDB = _names(
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

ALLOWED_FUNCTIONS: dict[Dialect, frozenset[str]] = {
    "postgres": _SHARED | _STATISTICS | _POSTGRES,
    "mysql": _SHARED | _STATISTICS | _MYSQL,
    "sqlite": _SHARED | _SQLITE,
    "duckdb": _SHARED | _STATISTICS | _DUCKDB,
}

_VALUE = ("value",)
_KEY_VALUE = ("key", "value")
_JSON_TREE = ("key", "value", "type", "atom", "id", "parent", "fullkey", "path")

TABLE_FUNCTIONS: dict[Dialect, dict[str, tuple[str, ...]]] = {
    "postgres": {
        **dict.fromkeys(("generate_series", "generate_subscripts", "unnest", "regexp_matches"), ()),
        **dict.fromkeys(("regexp_split_to_table", "string_to_table", "json_object_keys", "jsonb_object_keys"), ()),
        **dict.fromkeys(("json_array_elements", "jsonb_array_elements"), _VALUE),
        **dict.fromkeys(("json_array_elements_text", "jsonb_array_elements_text"), _VALUE),
        **dict.fromkeys(("json_each", "jsonb_each", "json_each_text", "jsonb_each_text"), _KEY_VALUE),
        "jsonb_path_query": (),
    },
    "mysql": {},
    "sqlite": {"json_each": _JSON_TREE, "json_tree": _JSON_TREE, "generate_series": _VALUE},
    "duckdb": {
        "range": ("range",),
        "generate_series": ("generate_series",),
        "unnest": ("unnest",),
        **dict.fromkeys(("json_each", "json_tree"), _JSON_TREE),
    },
}
"""Functions that may stand in FROM, with the columns they give; () is one column named like the alias."""

WHOLE_ROW_FUNCTIONS = frozenset(
    {"count", "to_json", "to_jsonb", "row_to_json", "json_agg", "jsonb_agg", "array_agg", "json_agg_strict"}
)
"""PostgreSQL: functions that may take a derived table's row as their argument."""
