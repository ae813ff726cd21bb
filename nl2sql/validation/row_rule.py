"""One row rule as a condition of the tree: attributes become literals and names are resolved."""

from collections.abc import Mapping

from sqlglot import exp

from nl2sql.validation.bind import quoted
from nl2sql.validation.parse import parse
from nl2sql.validation.render import render
from nl2sql.validation.validate import read
from nl2sql.validation.verdict import Rejected, Violation
from schema_index.schema import DatabaseSchema, Table
from tenants.attributes import AttributeValue

ATTRIBUTE = "attribute"


def row_rule(
    rule: str, *, table: Table, schema: DatabaseSchema, attributes: Mapping[str, AttributeValue]
) -> exp.Expr | Violation:
    """The condition under which a row of `table` may be read, its columns qualified by the table's own name; it may
    refer to all of `schema`.

    FALSE where the rule asks for an attribute that is not known: nobody sees more for being unknown.
    """
    dialect = schema.dialect
    relation = exp.Table(this=quoted(table.name), db=quoted(table.schema))
    frame = exp.Select(expressions=[exp.Literal.number(1)], from_=exp.From(this=relation))
    text = render(frame, dialect=dialect)
    if isinstance(text, Violation):
        return _invalid(table, text.message)
    tree = parse(f"{text} WHERE ({rule}\n)", dialect=dialect)
    if isinstance(tree, Violation):
        return _invalid(table, tree.message)
    known = _with_attributes(tree, attributes)
    if known is None:
        return exp.false()
    stated = render(known, dialect=dialect)
    if isinstance(stated, Violation):
        return _invalid(table, stated.message)
    resolved = read(stated, schema=schema, row_limit=1)
    if isinstance(resolved, Rejected):
        return _invalid(table, resolved.violations[0].message)
    return _condition(resolved[0], table)


def _with_attributes(tree: exp.Query, attributes: Mapping[str, AttributeValue]) -> exp.Query | None:
    """None when an attribute is missing or empty."""
    for call in list(tree.find_all(exp.Anonymous)):
        if call.name.lower() != ATTRIBUTE:
            continue
        value = attributes.get(call.expressions[0].name) if _names_one(call) else None
        literals = [_literal(one) for one in (value if isinstance(value, tuple) else (value,)) if one is not None]
        if not literals or (len(literals) > 1 and not isinstance(call.parent, exp.In)):
            return None
        if isinstance(call.parent, exp.In) and call.arg_key == "expressions":
            others = [one for one in call.parent.expressions if one is not call]
            call.parent.set("expressions", others + literals)
        else:
            call.replace(literals[0])
    return tree


def _names_one(call: exp.Anonymous) -> bool:
    return len(call.expressions) == 1 and bool(call.expressions[0].is_string)


def _literal(value: str | int) -> exp.Expr:
    if isinstance(value, str):
        return exp.Literal.string(value)
    number: exp.Expr = exp.Literal.number(abs(value))
    return exp.Neg(this=number) if value < 0 else number


def _condition(tree: exp.Query, table: Table) -> exp.Expr | Violation:
    """The frame with nothing added is what must have come back: a rule that closes it and goes on is none."""
    where = tree.args.get("where")
    others = [name for name, value in tree.args.items() if value and name not in {"expressions", "from_", "where"}]
    if not isinstance(tree, exp.Select) or where is None or set(others) - {"limit", "kind"}:
        return _invalid(table, "It is not one condition.")
    condition: exp.Expr = where.this
    return condition.copy()


def _invalid(table: Table, reason: str) -> Violation:
    return Violation(
        code="row_rule_invalid",
        message=f"The row rule of {table.qualified_name} cannot be applied. {reason}",
        hint="An administrator has to mend the policy of this data source.",
    )
