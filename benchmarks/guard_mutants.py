"""Mutations of a statement that keep its meaning: case, blanks, comments, quoting of names, nesting and wrapping."""

import random
import re
from collections.abc import Callable

from schema_index.schema import Dialect

_PIECES = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$(\w*)\$.*?\$\1\$|/\*.*?\*/|--[^\n]*|\w+|\s+|.""", re.DOTALL
)
_NAMES = frozenset(
    (
        *("customers", "orders", "order_items", "products", "secrets"),
        *("id", "name", "email", "city", "created_at", "customer_id", "status", "total", "token"),
    )
)
_BLANKS = (" ", "  ", "\n", "\t", "\r\n", " \n ")
_COMMENTS = (" /**/ ", " /* SELECT 1 */ ", " -- id\n", "\n/* ; */\n")
Mutation = Callable[[list[str], Dialect, random.Random], list[str]]


def _is_code(piece: str) -> bool:
    return not piece.startswith(("'", '"', "`", "$", "/*", "--"))


def _is_blank(piece: str) -> bool:
    """Ordinary blanks only: where another blank is the attack, replacing it would disarm it."""
    return not piece.strip(" \t\n")


def change_case(pieces: list[str], _dialect: Dialect, rng: random.Random) -> list[str]:
    changes = (str.upper, str.lower, str.title, str.swapcase)
    return [
        rng.choice(changes)(piece) if _is_code(piece) and piece.isascii() and piece.isalpha() else piece
        for piece in pieces
    ]


def _changeable(pieces: list[str]) -> list[bool]:
    """Which pieces are blanks that may change: not the one whose line end closes a comment."""
    before = ["", *pieces[:-1]]
    return [_is_blank(piece) and not last.startswith("--") for last, piece in zip(before, pieces, strict=True)]


def change_blanks(pieces: list[str], _dialect: Dialect, rng: random.Random) -> list[str]:
    blanks = _changeable(pieces)
    return [rng.choice(_BLANKS) if blank else piece for piece, blank in zip(pieces, blanks, strict=True)]


def add_comments(pieces: list[str], _dialect: Dialect, rng: random.Random) -> list[str]:
    blanks = _changeable(pieces)
    return [
        rng.choice(_COMMENTS) if blank and rng.random() < 0.4 else piece
        for piece, blank in zip(pieces, blanks, strict=True)
    ]


def quote_names(pieces: list[str], dialect: Dialect, rng: random.Random) -> list[str]:
    mark = "`" if dialect == "mysql" else '"'
    return [f"{mark}{piece}{mark}" if piece in _NAMES and rng.random() < 0.6 else piece for piece in pieces]


def wrap(pieces: list[str], _dialect: Dialect, rng: random.Random) -> list[str]:
    sql = "".join(pieces).strip().rstrip(";").strip()
    number = rng.randrange(1000)
    forms = (
        f"SELECT * FROM ({sql}) AS m{number}",
        f"SELECT m{number}.* FROM ({sql}) m{number}",
        f"WITH m{number} AS ({sql}) SELECT * FROM m{number}",
        f"SELECT * FROM (WITH secrets AS (SELECT 1 AS id) SELECT id FROM secrets) s, ({sql}) AS m{number}",
        f"WITH m{number} AS (SELECT 1 AS one) {sql}",
        f"SELECT 1 AS one WHERE EXISTS ({sql})",
        f"SELECT id FROM orders WHERE EXISTS ({sql})",
        f"SELECT ({sql}) AS one",
        f"SELECT CASE WHEN EXISTS ({sql}) THEN 1 ELSE 0 END",
        f"({sql})",
        f"({sql}) UNION ALL ({sql})",
        f"{sql} UNION ALL {sql}",
        f"SELECT count(*) FROM orders o, LATERAL ({sql}) AS m{number}",
        f"SELECT o.id FROM orders o JOIN ({sql}) AS m{number} ON true",
        f"{sql};",
        f"{sql} -- id",
    )
    return pieces_of(rng.choice(forms))


def pieces_of(sql: str) -> list[str]:
    return [match.group() for match in _PIECES.finditer(sql)]


MUTATIONS: tuple[Mutation, ...] = (change_case, change_blanks, add_comments, quote_names, wrap, wrap)


def mutant(sql: str, *, dialect: Dialect, rng: random.Random) -> str:
    """`sql` after one to four mutations."""
    pieces = pieces_of(sql)
    for mutation in rng.choices(MUTATIONS, k=rng.randint(1, 4)):
        pieces = mutation(pieces, dialect, rng)
        pieces = pieces_of("".join(pieces))
    return "".join(pieces)
