"""One column reference: find the relation it means by the dialect's rules, and write that relation into it.

Every column leaves here qualified by its relation, so that no column the caller cannot see, in whatever inner table,
can capture the name when the engine reads it. What is not found is refused in the same words whether hidden or absent.
"""

from sqlglot import exp

from nl2sql.validation.closest import closest
from nl2sql.validation.context import Context
from nl2sql.validation.scope import Scope, Source


def quoted(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def reference(source: Source, spelled: str) -> exp.Column:
    return exp.Column(this=quoted(spelled), table=quoted(source.name))


def bind(column: exp.Column, *, scope: Scope, context: Context, own_level: bool = False) -> bool:
    """Qualify `column` in place. False, without a finding, when nothing of that name is in reach.

    `own_level` looks at the innermost level only.
    """
    look = _at_level_named if column.table else _at_level_bare
    inner: frozenset[str] = frozenset()
    for level in scope.levels():
        found = look(column, level, inner, context)
        if found is not None or own_level:
            return bool(found)
        inner |= level.declared
    return False


def _at_level_named(column: exp.Column, level: Scope, inner: frozenset[str], context: Context) -> bool | None:
    """`alias.column` at one level: bound, not to be found at all, or None to go on outwards. `inner` are the relations
    further in: a qualified reference cannot get past one of the same name."""
    source = named(column, level, context)
    if source is None:
        return False if context.relation(column.table) in level.declared else None
    name = context.key(column.name)
    return name in source.columns and _write(column, source, name, inner, context)


def _at_level_bare(column: exp.Column, level: Scope, inner: frozenset[str], context: Context) -> bool | None:
    """A bare column at one level, likewise."""
    name = context.key(column.name)
    merged = level.merged.get(name)
    if merged is not None:
        if any(context.relation(part.table) in inner for part in merged.find_all(exp.Column)):
            return False
        column.replace(merged.copy())
        return True
    holders = level.holders(name)
    if len(holders) > 1:
        _ambiguous(column, [source.name for source in holders], context)
        return True
    return _write(column, holders[0], name, inner, context) if holders else None


def named(column: exp.Column, level: Scope, context: Context) -> Source | None:
    """The relation of `alias.column` or `alias.*` at one level; some engines also know `schema.table.column`."""
    source = level.source(context.relation(column.table))
    schema = column.args.get("db")
    if schema is None or source is None:
        return source
    table = source.table
    if table is None or context.key(table.schema) != context.key(schema.name):
        return None
    return source if context.relation(table.name) == source.key else None


def _write(column: exp.Column, source: Source, name: str, inner: frozenset[str], context: Context) -> bool:
    if name in source.ambiguous:
        _ambiguous(column, [source.name], context)
        return True
    if source.key in inner:
        return False
    column.set("this", _like(column.this, source.columns[name]))
    column.set("table", quoted(source.name))
    column.set("db", None)
    if source.table is not None:
        context.read(source.table, source.columns[name])
    return True


def _like(old: exp.Expr, name: str) -> exp.Identifier:
    new = quoted(name)
    new.meta.update(old.meta)
    return new


def _ambiguous(column: exp.Column, names: list[str], context: Context) -> None:
    context.refuse(
        column,
        code="ambiguous_column",
        message=f"The column {column.name!r} could be of several relations.",
        hint="Write " + " or ".join(f"{name}.{column.name}" for name in names[:3]) + ".",
    )


def refuse_unknown(column: exp.Column, *, scope: Scope, context: Context) -> None:
    """The finding for a column that is not in reach, with the nearest name that is."""
    if context.is_full:
        return
    wanted = context.relation(column.table) if column.table else ""
    visible: dict[str, str] = {}
    for level in scope.levels():
        for source in level.sources:
            if not wanted or source.key == wanted:
                for spelled in source.columns.values():
                    visible.setdefault(spelled, f"{source.name}.{spelled}")
    near = closest(column.name, visible)
    hint = f"Did you mean {visible[near]}?" if near else "Use one of: " + ", ".join(list(visible.values())[:12]) + "."
    written = f"{column.table}.{column.name}" if column.table else column.name
    context.refuse(
        column,
        code="unknown_column",
        message=f"There is no column {written[:130]!r} here among those you may use.",
        hint=hint if visible else "Name a column of a relation in FROM.",
    )
