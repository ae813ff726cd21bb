"""What the guard must know of a function beyond its place on a dialect's list; a name means the same in every dialect.

Whoever lists a function looks through these first: one that can give far more than it is given stands in one of them.
A position counts arguments from 0.
"""

SIZES = {"repeat": 1, "lpad": 1, "rpad": 1, "space": 0, "bar": 3, "to_base": 2}
"""The position of the argument that says how long the result is."""

MOST = {"factorial": (0, 170), "exp": (0, 700), "power": (1, 1_000), "pow": (1, 1_000)}
"""The position of an argument, and the largest number that may stand there."""

SERIES = frozenset({"generate_series", "range"})

TEMPLATES = {"format": 0, "printf": 0, "to_char": 1, "strftime": 0, "date_format": 1}
"""The position of a template whose directives may pad."""

COLLECTING = frozenset(
    (
        *("string_agg", "array_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "group_concat"),
        *("list", "listagg", "histogram", "json_group_array", "json_group_object", "jsonb_group_array"),
        *("json_arrayagg", "json_objectagg"),
    )
)
"""Aggregates that gather all rows into one value."""

REPLACING = frozenset({"replace", "regexp_replace"})

ENCODERS = frozenset(
    (
        *("hex", "to_base64", "encode", "quote", "quote_literal", "quote_ident", "quote_nullable", "json_quote"),
        *("url_encode", "regexp_escape", "to_json"),
    )
)
"""They lengthen any text by a factor of up to three."""

BUILDING = frozenset(
    (
        *("concat", "concat_ws", "array_cat", "array_concat", "list_concat", "list_cat", "array_append", "array"),
        *("json_array", "json_object", "json_build_array", "jsonb_build_array", "json_build_object"),
        *("jsonb_build_object", "json_merge_preserve", "list_value", "struct_pack", "row"),
    )
)
"""They put their arguments together into one value."""

PATTERNS = dict.fromkeys(
    (
        *("regexp_replace", "regexp_match", "regexp_matches", "regexp_count", "regexp_instr", "regexp_like"),
        *("regexp_substr", "regexp_split_to_array", "regexp_split_to_table", "regexp_extract", "regexp_extract_all"),
        *("regexp_full_match", "string_split_regex", "str_split_regex"),
    ),
    1,
)
"""The position of a regular expression."""

LIKE_PATTERNS = {"like": 0, "glob": 0, "like_escape": 1, "ilike_escape": 1, "not_like_escape": 1}

WHOLE_ROW = frozenset(
    {"count", "to_json", "to_jsonb", "row_to_json", "json_agg", "jsonb_agg", "array_agg", "json_agg_strict"}
)
"""They may take a derived table's row as their argument."""
