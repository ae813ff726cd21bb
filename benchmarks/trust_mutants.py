"""Wrong statements that look right, made from a gold statement that the guard has resolved."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import sqlglot
from sqlglot import exp

from nl2sql.trust.statement import Block, column_of, own_nodes, read_statement
from nl2sql.validation.select_parts import conjuncts
from schema_index.schema import DatabaseSchema

Mutation = Callable[[Block, DatabaseSchema, random.Random], bool]
"""Changes the block's own tree; False where there is nothing to change."""


def mutants(sql: str, *, schema: DatabaseSchema, rng: random.Random) -> Iterator[tuple[str, str]]:
    """(kind, statement), at most one of each kind. `sql` is what the guard accepted."""
    for kind, mutate in MUTATIONS.items():
        statement = read_statement(sql, schema=schema)
        for block in statement.blocks:
            if mutate(block, schema, rng):
                yield kind, statement.tree.sql(dialect=schema.dialect)
                break


def join_dropped(block: Block, schema: DatabaseSchema, rng: random.Random) -> bool:
    """A joined table goes, with every condition on it."""
    joins = list(block.select.args.get("joins") or ())
    rng.shuffle(joins)
    for join in joins:
        alias = join.this.alias_or_name
        others = [one for one in block.select.args["joins"] if one is not join]
        if not isinstance(join.this, exp.Table) or any(_reads(one, alias) for one in (*others, *_outputs(block))):
            continue
        left = [one for one in conjuncts(block.select.args.get("where")) if not _reads(one, alias)]
        if any(one.find(exp.Query) and _reads(one, alias) for one in left):
            continue
        block.select.set("where", exp.Where(this=exp.and_(*left, copy=False)) if left else None)
        block.select.set("joins", others)
        return True
    return False


def fan_out_join(block: Block, schema: DatabaseSchema, rng: random.Random) -> bool:
    """A table that refers to one of the statement's is joined to it."""
    used = {relation.table for relation in block.relations.values()}
    choices = [
        (relation, child, key)
        for relation in block.relations.values()
        if relation.table is not None
        for child in schema.tables
        if child not in used
        for key in child.foreign_keys
        if (key.target_schema, key.target_table) == (relation.table.schema, relation.table.name)
        and (*key.columns,) not in (child.primary_key, *child.unique_keys)
    ]
    if not choices:
        return False
    relation, child, key = rng.choice(choices)
    condition = exp.and_(
        *(
            exp.EQ(this=exp.column(mine, "extra", quoted=True), expression=exp.column(its, relation.alias, quoted=True))
            for mine, its in zip(key.columns, key.target_columns, strict=True)
        )
    )
    table = exp.table_(child.name, db=child.schema, alias="extra", quoted=True)
    block.select.append("joins", exp.Join(this=table, on=condition))
    return True


def misspelt_value(block: Block, schema: DatabaseSchema, rng: random.Random) -> bool:
    literals = [
        side
        for node in own_nodes(block.select, exp.Predicate)
        if isinstance(node, exp.EQ | exp.NEQ | exp.In)
        for side in (*node.expressions, node.args.get("expression"), node.this)
        if isinstance(side, exp.Literal) and side.is_string and sum(map(str.isalpha, side.name)) > 2
        and column_of(node.this) is not None
    ]  # fmt: skip
    if not literals:
        return False
    literal = rng.choice(literals)
    text = literal.name
    place = rng.randrange(1, len(text))
    other = rng.choice(
        [text.swapcase(), text[:place] + text[place + 1 :], text + "s", text[:place] + text[place - 1 :]]
    )
    literal.set("this", other)
    return other != text


def wrong_aggregate(block: Block, schema: DatabaseSchema, rng: random.Random) -> bool:
    found = [node for one in block.select.expressions for node in own_nodes(one, exp.AggFunc)]
    rng.shuffle(found)
    for node in found:
        if (other := _OTHER.get(type(node))) is not None:
            node.replace(other(this=node.this))
            return True
        if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
            node.set("this", node.this.expressions[0])
            return True
        if isinstance(node, exp.Count) and isinstance(node.this, exp.Column):
            node.set("this", exp.Distinct(expressions=[node.this]))
            return True
    return False


_OTHER: dict[type[exp.Expr], type[exp.AggFunc]] = {
    exp.Sum: exp.Avg,
    exp.Avg: exp.Sum,
    exp.Max: exp.Min,
    exp.Min: exp.Max,
}


def wrong_date_bound(block: Block, schema: DatabaseSchema, rng: random.Random) -> bool:
    """A year, a day or a number of days back is another."""
    return any(_moved(node, rng) for node in own_nodes(block.select, exp.Literal))


def _moved(literal: exp.Expr, rng: random.Random) -> bool:
    if literal.find_ancestor(exp.Interval) is not None and literal.name.split(" ")[0].isdigit():
        number, *unit = literal.name.split(" ")
        literal.set("this", " ".join([str(int(number) + rng.choice([1, 2])), *unit]))
        return True
    if len(literal.name) == 4 and literal.name.isdigit() and 1000 < int(literal.name) < 2100:
        literal.set("this", str(int(literal.name) + rng.choice([-2, -1, 1, 2])))
        return True
    try:
        day = date.fromisoformat(literal.name[:10])
    except ValueError:
        return False
    moved = day + timedelta(days=rng.choice([-365, -30, 30, 365]))
    literal.set("this", moved.isoformat() + literal.name[10:])
    return True


MUTATIONS: dict[str, Mutation] = {
    "join_dropped": join_dropped,
    "fan_out_join": fan_out_join,
    "misspelt_value": misspelt_value,
    "wrong_aggregate": wrong_aggregate,
    "wrong_date_bound": wrong_date_bound,
}


def _reads(node: exp.Expr, alias: str) -> bool:
    return any(column.table == alias for column in node.find_all(exp.Column))


def _outputs(block: Block) -> list[exp.Expr]:
    clauses = [block.select.args.get(name) for name in ("group", "having", "order")]
    return [*block.select.expressions, *(one for one in clauses if one is not None)]


def without_row_limit(sql: str, *, dialect: str, row_limit: int) -> str:
    """The guard's own LIMIT is no part of what a model wrote."""
    tree = sqlglot.parse_one(sql, dialect=dialect)
    limit = tree.args.get("limit")
    if limit is not None and limit.expression.name == str(row_limit + 1):
        tree.set("limit", None)
    return tree.sql(dialect=dialect)
