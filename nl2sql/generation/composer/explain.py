"""A plan in words: what the statement answers, so that the asker can see whether it was what they meant."""

from nl2sql.generation.composer.plan import (
    FUNCTIONS,
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
)  # fmt: skip
from nl2sql.generation.composer.words import name_words

_OPERATORS = {"=": "is", "<>": "is not", ">": "is above", "<": "is below", ">=": "is at least", "<=": "is at most"}


def explain(plan: Plan) -> str:
    shown = _listed([_output(output, plan) for output in plan.outputs])
    if plan.counted:
        shown = f"number of {shown}"
    parts = [f"distinct {shown}" if plan.distinct else shown]
    if plan.filters:
        parts.append("where " + " and ".join(_filter(one) for one in plan.filters))
    if plan.groups or plan.periods:
        keys = [*(_column(ref) for ref in plan.groups), *(_output(period, plan) for period in plan.periods)]
        parts.append("for each " + _listed(keys))
    if plan.having is not None:
        parts.append(f"where the number of {_name(plan.grain[1])} {_OPERATORS[plan.having[0]]} {plan.having[1]}")
    if plan.sorts:
        ways = [(sort.output, "descending" if sort.descending else "ascending") for sort in plan.sorts]
        parts.append("ordered by " + _listed([f"{_output(output, plan)} {way}" for output, way in ways]))
    if plan.limit is not None:
        parts.append("the first row" if plan.limit == 1 else f"the first {plan.limit} rows")
    sentence = ", ".join(parts)
    return sentence[0].upper() + sentence[1:] + "."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _name(name: str) -> str:
    return " ".join(name_words(name)) or name


def _column(ref: ColumnRef) -> str:
    return f"{_name(ref.table[1])} {_name(ref.name)}"


def _output(output: Output, plan: Plan) -> str:
    if output.kind == "everything":
        return f"all columns of {_name((output.table or plan.grain)[1])}"
    if output.column is None:
        return f"number of {_name(plan.grain[1])}"
    if output.kind == "count":
        return f"number of {'distinct ' if output.distinct else ''}{_column(output.column)}"
    if output.kind == "period":
        return f"{output.unit} of {_column(output.column)}"
    return f"{FUNCTIONS[output.function]} {_column(output.column)}" if output.function else _column(output.column)


def _filter(condition: Filter) -> str:
    match condition:
        case Comparison():
            operand = condition.operand if condition.numeric else f"'{condition.operand}'"
            return f"{_column(condition.column)} {_OPERATORS[condition.operator]} {operand}"
        case Pattern():
            return f"{_column(condition.column)} {'not ' if condition.negated else ''}like '{condition.pattern}'"
        case AgainstAverage():
            return f"{_column(condition.column)} {_OPERATORS[condition.operator]} its average"
        case AnyOf():
            return "(" + " or ".join(_filter(one) for one in condition.filters) + ")"
        case AllOf():
            both = " and ".join(_filter(one) for one in condition.filters)
            return f"not ({both})" if condition.negated else both
        case Exists() | Shared():
            return _elsewhere(condition)


def _elsewhere(condition: Exists | Shared) -> str:
    inner = " and ".join(_filter(one) for one in condition.filters)
    if isinstance(condition, Shared):
        return f"{_column(condition.column)} is also that of a row where {inner}"
    related = _name((condition.joins[-1] if condition.joins else condition.first).target[1])
    found = "there is no related" if condition.negated else "there is a related"
    return f"{found} {related}" + (f" with {inner}" if inner else "")
