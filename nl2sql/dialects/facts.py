"""All that the guard, the prompt, the composer and the trust checks know of one SQL dialect, as named values.

No field has a default: whoever adds a dialect answers every question, and what a rule does is read off the answers.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as SqlglotDialect

from nl2sql.calendar_spans import Unit
from schema_index.schema import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class DialectFacts:
    dialect: Dialect

    title: str
    """What people and models call it."""

    prompt_rules: str
    """How to write it, for a model: one item of a list."""

    guard: SqlglotDialect
    """Parses and prints for the guard, built on `as_written`; shared, and stateless between calls."""

    # Characters and tokens

    quoted_name: str
    """Verbose regular expression of a quoted name, as the group `name`."""

    string: str
    """Of a string: the groups `string`, and where the dialect has them `escaped` (always read with backslashes) and
    `dollar`."""

    line_comment: str

    signs: frozenset[str]
    """Forms that not every engine reads alike, and this one reads plainly: `?` (has the key), `:` (slices, fields),
    `!` (not), `#` (exclusive or), `:=` (named argument), `[` and `]` (arrays), `{` and `}` (structures), `0x` (a
    hexadecimal number)."""

    double_quotes_make_strings: bool
    backslashes_escape: bool
    """In every string, so that a backslash before a quote moves the string's end for some readers."""

    dashes_need_blank: bool
    """`--` begins a comment only before a blank, and is two minus signs elsewhere."""

    double_pipe_is_or: bool

    # Names

    quoted_names_are_exact: bool
    """An unquoted name is put into lower case and names are then compared exactly; else ASCII letters compare without
    case, quoted or not."""

    max_identifier_bytes: int
    """Longer names are cut by the engine, so that two of them may become one."""

    plain_name: re.Pattern[str]
    """A name that needs no quotes unless it is reserved."""

    name_mark: str
    """What names are quoted with in a prompt."""

    # What may be written

    functions: frozenset[str]
    """The closed list of what a read of the named tables may compute, in lower case. One is listed when it reads
    nothing but its arguments and the clock, changes nothing, opens nothing, runs no text as SQL, and its result is
    bounded by its arguments (`growth` caps the few that can grow)."""

    table_functions: Mapping[str, tuple[str, ...]]
    """Those that may stand in FROM, with the columns they give; () is one column named like the alias."""

    unit_first_functions: frozenset[str]
    """Their first argument is one of `unit_words`, not a column."""

    unit_words: frozenset[str]

    join_kinds: frozenset[str]
    join_methods: frozenset[str]

    collations: frozenset[str]
    """In lower case unless names are exact."""

    has_dual: bool
    """FROM DUAL is the absence of a table."""

    with_may_recurse: bool
    """Without the word RECURSIVE too."""

    limit_ends_recursion: bool

    # What a bare word means

    aliases_visible_in_select_list: bool
    """To the items after them."""

    aliases_visible_in_where: bool

    aliases_visible_after_where: bool
    """In HAVING, QUALIFY, and inside the expressions of GROUP BY and ORDER BY."""

    aliases_win_over_columns: bool
    """After WHERE, where a word could be either."""

    expressions_name_outputs: bool
    """An output without AS bears the name of its function, cast or inner column, and ORDER BY knows outputs without AS
    by their names before it looks at columns."""

    duplicate_outputs_are_ambiguous: bool
    """To a query around them; else the first one is meant."""

    using_columns_stay_in_place: bool
    """In a star they stand where they first occur; else before all others."""

    relation_as_value: Literal["no", "row", "struct"]
    """What the name of a derived table means where a value is due: nothing, `q.*`, or a structure of its columns."""

    values_column: tuple[str, int]
    """How the columns of VALUES are named: the prefix, and the number of the first."""

    # Comparing texts, cutting dates

    has_ilike: bool
    text_ignores_case: bool
    """`=` and IN, under the usual collation."""

    like_ignores_case: bool

    period: Callable[[exp.Expr, Unit], exp.Expr]
    """The first day of the unit that a date falls into, or the unit's name where the engine has no function for it."""

    period_units: frozenset[Unit]
    """Those that `period` knows."""
