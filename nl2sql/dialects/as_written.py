"""sqlglot's dialects with every function kept as it was written: what the guard's dialects are made of.

sqlglot folds hundreds of functions into classes of its own and prints them back in another spelling, sometimes with
another meaning. Here a function stays a name with arguments (`exp.Anonymous`), so that the allow-list of names is
exactly what the engine will see, and what is printed is what was checked. Only calls with a grammar of their own
(`CAST(x AS t)`, `EXTRACT(f FROM x)` and the like) are parsed specially.
"""

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.errors import ParseError
from sqlglot.generator import Generator
from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

_GRAMMAR_OF_THEIR_OWN = frozenset(
    {"ANY", "CASE", "CAST", "CONVERT", "EXTRACT", "OVERLAY", "POSITION", "SUBSTRING", "TRIM", "TRY_CAST"}
)


def infix(operator: str) -> Any:
    def render(generator: Generator, node: exp.Binary) -> str:
        return generator.binary(node, operator)

    return render


def constant(text: str) -> Any:
    return lambda _generator, _node: text


MAX_INTERVAL = 200
"""Characters of an interval's text: sqlglot reads it with an expression that backtracks."""


class AsWritten(Parser):
    """Shortcuts of sqlglot's that drop or change what was written, left out. `ALSO` are further calls of a dialect that
    have a grammar of their own."""

    ALSO: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        kept = _GRAMMAR_OF_THEIR_OWN | cls.ALSO
        cls.FUNCTIONS = {}
        for table in ("FUNCTION_PARSERS", "NO_PAREN_FUNCTION_PARSERS"):
            setattr(cls, table, {name: parser for name, parser in getattr(cls, table).items() if name in kept})

    def _parse_as_command(self, start: Token) -> exp.Command:
        """sqlglot logs what it cannot parse and keeps it as text; here it is an error, and nothing is logged."""
        raise ParseError(f"{start.text} is no query")

    def _warn_unsupported(self) -> None:
        raise ParseError("not supported")

    def _parse_interval(self, require_interval: bool = True, parse_function_unit: bool = True) -> exp.Interval | None:
        """One interval and no more: sqlglot takes the text or number after `INTERVAL 1 DAY +` for a second one."""
        index = self._index
        if not self._match(TokenType.INTERVAL) and require_interval:
            return None
        if self._curr and len(self._curr.text) > MAX_INTERVAL:
            raise ParseError("the interval is too long")
        this = self._parse_primary() if self._match(TokenType.STRING, advance=False) else self._parse_term()
        word = isinstance(this, exp.Column) and not this.table and not this.this.quoted and self._curr
        if this is None or (word and self._curr.text.upper() not in self.dialect.VALID_INTERVAL_UNITS):
            self._retreat(index)
            return None
        return self._parse_interval_span(this, parse_function_unit=parse_function_unit)

    def _parse_bracket(self, this: exp.Expr | None = None) -> exp.Expr | None:
        """`list(x)[1]` and `t.array[1]` are elements: sqlglot sees a constructor in the name, and drops the value."""
        if this is not None and this.name.upper() in self.ARRAY_CONSTRUCTORS and not _is_bare_array(this):
            this = exp.Paren(this=this) if self._match(TokenType.L_BRACKET, advance=False) else this
        return super()._parse_bracket(this)

    def _parse_cube_or_rollup(self, with_prefix: bool = False) -> exp.Cube | exp.Rollup | None:
        """The terms may be conditions."""
        kind = exp.Cube if self._match(TokenType.CUBE) else exp.Rollup if self._match(TokenType.ROLLUP) else None
        if kind is None:
            return None
        terms = [] if with_prefix else self._parse_wrapped_csv(self._parse_disjunction)
        return self.expression(kind(expressions=terms))


def _is_bare_array(node: exp.Expr) -> bool:
    word = node.this if isinstance(node, exp.Column) and not node.table else node
    return isinstance(word, exp.Identifier) and not word.quoted and word.name.upper() == "ARRAY"
