"""A plan as a sqlglot tree, and the tree as SQL of the data source's dialect."""

from collections.abc import Sequence
from copy import copy

from sqlglot import exp

from nl2sql.dialects.registry import facts_of
from nl2sql.generation.composer.joins import Key, Step
from nl2sql.generation.composer.output_names import output_names
from nl2sql.generation.composer.plan import (
    AgainstAverage,
    AllOf,
    AnyOf,
    ColumnRef,
    Comparison,
    Exists,
    Filter,
    Output,
    Pattern,
    Plan,
    Shared,
    Sort,
)  # fmt: skip
from schema_index.schema import Dialect

_COMPARE: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "<>": exp.NEQ, ">": exp.GT, "<": exp.LT, ">=": exp.GTE, "<=": exp.LTE,
}  # fmt: skip
_FUNCTIONS: dict[str, type[exp.AggFunc]] = {"avg": exp.Avg, "max": exp.Max, "min": exp.Min, "sum": exp.Sum}


def render(plan: Plan, *, dialect: Dialect, default_schema: str) -> str:
    """One SELECT, every identifier quoted, tables outside `default_schema` qualified."""
    return _Writer(dialect, default_schema).select(plan).sql(dialect=dialect)


class _Writer:
    """`names` maps a table to its alias in the innermost statement that reads it; `used` are those of all of them."""

    def __init__(self, dialect: Dialect, default_schema: str) -> None:
        self.facts = facts_of(dialect)
        self.default_schema = default_schema
        self.names: dict[Key, str] = {}
        self.used: set[str] = set()

    def _inside(self) -> "_Writer":
        inner = copy(self)
        inner.names = dict(self.names)
        return inner

    def select(self, plan: Plan) -> exp.Select:
        query = self._from(plan.grain, plan.joins)
        for output, name in zip(plan.outputs, output_names(plan), strict=True):
            shown = self._output(output)
            query = query.select(exp.alias_(shown, name, quoted=True) if name else shown, copy=False)
        query = self._where(query, plan.filters)
        keys = [*map(self._column, plan.groups), *map(self._output, plan.periods)]
        query = query.group_by(*keys, copy=False)
        if plan.having is not None:
            operator, number = plan.having
            counted = _COMPARE[operator](this=_count_rows(), expression=exp.Literal.number(number))
            query = query.having(counted, copy=False)
        for sort in plan.sorts:
            query = query.order_by(self._sort(sort), copy=False)
        if plan.limit is not None:
            query = query.limit(plan.limit, copy=False)
        if plan.counted:
            return exp.Select().select(_count_rows()).from_(query.subquery("counted"))
        return query.distinct(copy=False) if plan.distinct else query

    def _from(self, source: Key, joins: Sequence[Step] = ()) -> exp.Select:
        query = exp.Select().from_(self._table(source))
        for step in joins:
            query = query.join(self._table(step.target), on=self._on(step), copy=False)
        return query

    def _where(self, query: exp.Select, filters: Sequence[Filter]) -> exp.Select:
        for one in filters:
            query = query.where(self._filter(one), copy=False)
        return query

    def _table(self, key: Key) -> exp.Expr:
        schema, name = key
        alias = name
        number = 2
        while alias in self.used:
            alias, number = f"{name}_{number}", number + 1
        self.used.add(alias)
        self.names[key] = alias
        table = exp.Table(
            this=exp.to_identifier(name, quoted=True),
            db=exp.to_identifier(schema, quoted=True) if schema != self.default_schema else None,
        )
        return exp.alias_(table, alias, table=True, quoted=True) if alias != name else table

    def _on(self, step: Step) -> exp.Expr:
        pairs = [
            exp.EQ(this=self._field(step.source, source), expression=self._field(step.target, target))
            for source, target in zip(step.source_columns, step.target_columns, strict=True)
        ]
        return exp.and_(*pairs)

    def _field(self, table: Key, column: str) -> exp.Column:
        return exp.column(
            exp.to_identifier(column, quoted=True), table=exp.to_identifier(self.names[table], quoted=True)
        )

    def _column(self, ref: ColumnRef) -> exp.Column:
        return self._field(ref.table, ref.name)

    def _output(self, output: Output) -> exp.Expr:
        if output.kind == "everything" and output.table is not None:
            return exp.Column(this=exp.Star(), table=exp.to_identifier(self.names[output.table], quoted=True))
        if output.column is None:
            return _count_rows()
        column = self._column(output.column)
        if output.kind == "count":
            return exp.Count(this=exp.Distinct(expressions=[column])) if output.distinct else exp.Count(this=column)
        if output.kind == "period":
            return self.facts.period(column, output.unit)
        if output.kind == "aggregate":
            return _FUNCTIONS[output.function](this=column)
        return column

    def _sort(self, sort: Sort) -> exp.Ordered:
        """NULL is never the greatest: PostgreSQL would list it first when descending."""
        return exp.Ordered(this=self._output(sort.output), desc=sort.descending, nulls_first=False)

    def _filter(self, condition: Filter) -> exp.Expr:
        match condition:
            case Comparison():
                operand: exp.Expr = (
                    exp.Literal.number(condition.operand)
                    if condition.numeric
                    else exp.Literal.string(condition.operand)
                )
                if condition.operand in ("true", "false") and condition.column.kind == "boolean":
                    operand = exp.Boolean(this=condition.operand == "true")
                return _COMPARE[condition.operator](this=self._column(condition.column), expression=operand)
            case Pattern():
                like = exp.ILike if self.facts.has_ilike else exp.Like
                node = like(this=self._column(condition.column), expression=exp.Literal.string(condition.pattern))
                return exp.not_(node) if condition.negated else node
            case AnyOf():
                return exp.paren(exp.or_(*map(self._filter, condition.filters)))
            case AllOf():
                both = exp.and_(*map(self._filter, condition.filters))
                return exp.not_(exp.paren(both)) if condition.negated else both
            case Exists():
                found = exp.Exists(this=self._related(condition))
                return exp.not_(found) if condition.negated else found
            case AgainstAverage() | Shared():
                return self._against_table(condition)

    def _against_table(self, condition: AgainstAverage | Shared) -> exp.Expr:
        """What is said of a column by other rows of its table."""
        outer, inner = self._column(condition.column), self._inside()
        query, column = inner._from(condition.column.table), inner._column(condition.column)
        if isinstance(condition, AgainstAverage):
            average = query.select(exp.Avg(this=column), copy=False).subquery()
            return _COMPARE[condition.operator](this=outer, expression=average)
        shared = inner._where(query.select(column, copy=False), condition.filters)
        return exp.In(this=outer, query=shared.subquery())

    def _related(self, condition: Exists) -> exp.Select:
        first, inner = condition.first, self._inside()
        query = inner._from(first.target, condition.joins).select(exp.Literal.number(1), copy=False)
        for there, here in zip(first.target_columns, first.source_columns, strict=True):
            same = exp.EQ(this=inner._field(first.target, there), expression=self._field(first.source, here))
            query = query.where(same, copy=False)
        return inner._where(query, condition.filters)


def _count_rows() -> exp.Count:
    return exp.Count(this=exp.Star())
