"""What name resolution carries along: the visible schema, and what it finds and uses."""

import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from sqlglot import exp

from nl2sql.dialects.facts import DialectFacts
from nl2sql.dialects.registry import facts_of
from nl2sql.validation.identifiers import TO_LOWER
from nl2sql.validation.verdict import Violation
from schema_index.schema import DatabaseSchema, Table

MAX_FINDINGS = 10
MAX_OUTPUTS = 2_000
"""Columns of all select lists together, stars expanded: CTEs that repeat their stars double at every step."""
MAX_INLINED = 3_000
"""Nodes of all aliases that were replaced by what they stand for: aliases of aliases double likewise."""

RESOLVED = "resolved"
"""Marks the tables of a tree that name resolution came across; `lexical` lets no comment set a mark."""


@dataclass(kw_only=True)
class Context:
    """`tables` and `columns` collect what the statement reads, spelled as the catalogue spells it."""

    schema: DatabaseSchema
    findings: list[Violation] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    fresh: int = 0
    outputs: int = 0
    inlined: int = 0

    @cached_property
    def facts(self) -> DialectFacts:
        return facts_of(self.schema.dialect)

    def key(self, name: str) -> str:
        """The form under which two already-folded names are the same name."""
        return name if self.facts.quoted_names_are_exact else name.translate(TO_LOWER)

    def relation(self, name: str) -> str:
        """The form under which two relation names may be the same name, coarser than any engine's rule.

        MySQL folds more than ASCII. Taking two names for one is safe: a reference is printed as its relation is.
        """
        if self.facts.quoted_names_are_exact:
            return name
        decomposed = unicodedata.normalize("NFKD", name).casefold()
        return "".join(sign for sign in decomposed if not unicodedata.combining(sign))

    def table(self, schema: str, name: str) -> Table | None:
        """The one visible table of that name; an exact spelling wins where the engine ignores case."""
        candidates = [
            table
            for table in self.schema.by_folded_name.get((schema.casefold(), name.casefold()), ())
            if (self.key(table.schema), self.key(table.name)) == (self.key(schema), self.key(name))
        ]
        exact = [table for table in candidates if table.name == name]
        if exact:
            return exact[0]
        return candidates[0] if len(candidates) == 1 else None

    def fresh_name(self) -> str:
        """For what the statement leaves without a name."""
        self.fresh += 1
        return f"subquery_{self.fresh}"

    @property
    def is_full(self) -> bool:
        """Whether further findings would be dropped, and need not be worded."""
        return len(self.findings) >= MAX_FINDINGS

    def may_output(self, columns: int) -> bool:
        """Count the columns of one more select list; False when the statement has too many."""
        self.outputs += columns
        return self.outputs <= MAX_OUTPUTS

    def may_inline(self, expression: exp.Expr) -> bool:
        """Count one more copy of an alias's expression; False when the statement grows too large."""
        self.inlined += sum(1 for _ in islice(expression.walk(), MAX_INLINED + 1))
        return self.inlined <= MAX_INLINED

    def refuse(self, node: exp.Expr, *, code: str, message: str, hint: str = "") -> None:
        if not self.is_full:
            self.findings.append(Violation.at(node, code=code, message=message, hint=hint))

    def read(self, table: Table, column: str | None = None) -> None:
        self.tables.add(table.qualified_name)
        if column is not None:
            self.columns.add(f"{table.qualified_name}.{column}")
