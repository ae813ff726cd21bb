"""An accepted statement as the checks read it: each SELECT with its relations, their keys and what is made equal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import sqlglot
from sqlglot import exp

from nl2sql.validation.select_parts import conjuncts, opened
from schema_index.schema import Column, DatabaseSchema, Dialect, Table

Kind = TypeVar("Kind", bound=exp.Expr)

Place = tuple[str, str]
"""(alias, column) as the guard has written them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One entry of a FROM clause. `keys` are sets of columns that no two of its rows share; none known leaves open
    whether there are any. `table` is None for a derived table and a CTE."""

    alias: str
    name: str
    table: Table | None
    keys: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`equal` are the pairs of columns of two relations that a join or filter makes equal, `fixed` those compared
    with a constant, in conditions that every row must meet; `grouped` are those of GROUP BY."""

    select: exp.Select
    dialect: Dialect
    relations: Mapping[str, Relation]
    equal: tuple[tuple[Place, Place], ...]
    fixed: frozenset[Place]
    grouped: frozenset[Place]

    def table_of(self, column: exp.Column) -> Table | None:
        relation = self.relations.get(column.table)
        return relation.table if relation else None

    def stored(self, node: exp.Expr | None) -> tuple[Table, Column] | None:
        """The stored column that `node` is."""
        table = self.table_of(node) if isinstance(node, exp.Column) else None
        column = table.column(node.name) if table is not None and node is not None else None
        return None if table is None or column is None else (table, column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    tree: exp.Expr
    schema: DatabaseSchema
    blocks: tuple[Block, ...]


def read_statement(sql: str, *, schema: DatabaseSchema) -> Statement:
    """`sql` is what the guard has accepted: every table with its schema, every column with its relation."""
    tree = sqlglot.parse_one(sql, dialect=schema.dialect)
    blocks = tuple(_block(select, schema) for select in tree.find_all(exp.Select))
    return Statement(tree=tree, schema=schema, blocks=blocks)


def own_nodes(root: exp.Expr, kind: type[Kind]) -> Iterator[Kind]:
    """Those of `root` itself: not of queries inside it."""
    for node in root.walk(prune=lambda node: node is not root and isinstance(node, exp.Query)):
        if isinstance(node, kind) and not (node is not root and isinstance(node, exp.Query)):
            yield node


def column_of(node: exp.Expr | None) -> exp.Column | None:
    """The column itself, without parentheses and casts."""
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node if isinstance(node, exp.Column) else None


def constant_of(node: exp.Expr | None) -> exp.Literal | None:
    while isinstance(node, exp.Paren | exp.Cast | exp.Neg):
        node = node.this
    return node if isinstance(node, exp.Literal) else None


def _block(select: exp.Select, schema: DatabaseSchema) -> Block:
    sources, joined = opened(select)
    relations = {one.alias: one for one in (_relation(source, select, schema) for source in sources)}
    equal, fixed = [], set()
    for condition in (part for clause in (select.args.get("where"), *joined) for part in conjuncts(clause)):
        if not isinstance(condition, exp.EQ):
            continue
        left, right = column_of(condition.this), column_of(condition.expression)
        if left is not None and right is not None:
            if left.table != right.table and left.table in relations and right.table in relations:
                equal.append(((left.table, left.name), (right.table, right.name)))
        elif (one := left or right) is not None and not condition.find(exp.Select):
            fixed.add((one.table, one.name))
    return Block(
        select=select,
        dialect=schema.dialect,
        relations=relations,
        equal=tuple(equal),
        fixed=frozenset(fixed),
        grouped=frozenset(_grouped(select)),
    )


def _grouped(select: exp.Select) -> Iterator[Place]:
    group = select.args.get("group")
    for one in group.expressions if group is not None else ():
        node = one
        if isinstance(one, exp.Literal) and one.name.isdigit() and int(one.name) <= len(select.expressions):
            node = select.expressions[int(one.name) - 1].unalias()
        yield from ((column.table, column.name) for column in node.find_all(exp.Column))


def _relation(source: exp.Expr, select: exp.Select, schema: DatabaseSchema) -> Relation:
    alias = source.alias_or_name
    if isinstance(source, exp.Table):
        table = schema.by_name.get((source.db, source.name)) if source.db else None
        if table is not None:
            return Relation(alias=alias, name=table.qualified_name, table=table, keys=_table_keys(table))
        query = None if source.db else _cte(source.name, select)
        return Relation(alias=alias, name=source.name, table=None, keys=_query_keys(query))
    inner = source.this if isinstance(source, exp.Subquery) else None
    return Relation(alias=alias, name=alias, table=None, keys=_query_keys(inner))


def _table_keys(table: Table) -> tuple[frozenset[str], ...]:
    keys = (table.primary_key, *table.unique_keys)
    return tuple(frozenset(key) for key in keys if key)


def _cte(name: str, select: exp.Select) -> exp.Expr | None:
    node: exp.Expr | None = select
    while node is not None:
        clause = node.args.get("with_")
        for cte in clause.expressions if clause is not None else ():
            if cte.alias == name and not cte.args["alias"].columns:
                return cte.this  # type: ignore[no-any-return]  # sqlglot's trees are untyped here
        node = node.parent
    return None


def _query_keys(query: exp.Expr | None) -> tuple[frozenset[str], ...]:
    """Of a derived table: what it groups by, or everything where it is DISTINCT; one row has the empty key."""
    if not isinstance(query, exp.Select):
        return ()
    outputs = {one.alias_or_name: one.unalias() for one in query.expressions}
    limit = query.args.get("limit")
    if limit is not None and isinstance(limit.expression, exp.Literal) and limit.expression.name == "1":
        return (frozenset(),)
    group = query.args.get("group")
    if group is not None and group.expressions:
        names = [_output(one, query, outputs) for one in group.expressions]
        return (frozenset(name for name in names if name),) if all(names) else ()
    if any(True for one in query.expressions for _ in own_nodes(one, exp.AggFunc) if not one.find(exp.Window)):
        return (frozenset(),)
    return (frozenset(outputs),) if query.args.get("distinct") and all(outputs) else ()


def _output(grouped: exp.Expr, query: exp.Select, outputs: Mapping[str, exp.Expr]) -> str:
    """The name under which a derived table shows what it groups by; empty when it does not."""
    if isinstance(grouped, exp.Literal) and not grouped.is_string and grouped.name.isdigit():
        place = int(grouped.name) - 1
        return query.expressions[place].alias_or_name if place < len(query.expressions) else ""
    return next((name for name, output in outputs.items() if output == grouped), "")
