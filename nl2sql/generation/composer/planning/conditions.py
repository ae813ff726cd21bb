"""Conditions of a reading to filters of a plan."""

from collections.abc import Sequence
from datetime import date

from nl2sql.calendar_spans import Calendar
from nl2sql.generation.composer.plan import (
    NUMERIC,
    TEMPORAL,
    AgainstAverage,
    AllOf,
    AnyOf,
    CannotPlan,
    ColumnRef,
    Comparison,
    Filter,
    OfColumn,
    Pattern,
    Scene,
)
from nl2sql.generation.composer.planning.columns import Columns
from nl2sql.generation.composer.reading import Condition
from nl2sql.generation.composer.time_spans import TimeSpan

_OPPOSITE = {"=": "<>", "<>": "=", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}
_PATTERNS = {"starts": "{}%", "ends": "%{}", "contains": "%{}%"}


class Conditions:
    def __init__(self, columns: Columns, *, calendar: Calendar, verbs: tuple[str, ...]) -> None:
        self.columns = columns
        self.calendar = calendar
        self.verbs = verbs
        self.notes: list[str] = []

    def filter(self, condition: Condition, scene: Scene) -> OfColumn:
        readers = {
            "value": self._value,
            "compare": self._compare,
            "between": self._between,
            "like": self._like,
            "span": self._span,
            "flag": self._flag,
            "average": self._average,
        }
        reader = readers.get(condition.kind)
        if reader is None:
            raise CannotPlan(f"'{condition.text}' is not a restriction", condition.text)
        return reader(condition, scene)

    def _average(self, condition: Condition, scene: Scene) -> OfColumn:
        return AgainstAverage(column=self._measure(condition, scene), operator=condition.operator)

    def _value(self, condition: Condition, scene: Scene) -> OfColumn:
        operator = "<>" if condition.negated else "="
        if condition.values:
            column, text = self.columns.value_column(condition, scene)
            self.notes.append(f"'{condition.text}' is {column.table[1]}.{column.name} = '{text}'")
            return Comparison(column=column, operator=operator, operand=text, numeric=False)
        column = self._named_column(condition, scene)
        if column.kind != "text":
            raise CannotPlan(f"'{condition.text}' is text and {column.name} is not", condition.text)
        return Comparison(column=column, operator=operator, operand=condition.operand, numeric=False)

    def _flag(self, condition: Condition, scene: Scene) -> OfColumn:
        column = self._named_column(condition, scene)
        operand = "false" if condition.negated else "true"
        return Comparison(column=column, operator="=", operand=operand, numeric=False)

    def _named_column(self, condition: Condition, scene: Scene) -> ColumnRef:
        if condition.noun is not None:
            return self.columns.resolve(condition.noun, scene)
        keys = self.columns.focus_of(condition.focus) or frozenset({scene.root})
        labels = [label for key in sorted(keys) for label in self.columns.label(key)]
        if not condition.labelled or len(labels) != 1:
            raise CannotPlan(f"no column is said to hold '{condition.text}'", condition.text)
        return labels[0]

    def _measure(self, condition: Condition, scene: Scene) -> ColumnRef:
        noun = condition.noun
        assert noun is not None, "the grammar gives comparisons a noun"
        if noun.names:
            column = self.columns.resolve(noun, scene)
            if column.kind not in NUMERIC and condition.operator not in ("=", "<>"):
                raise CannotPlan(f"{column.name} holds no numbers", noun.text)
            return column
        measures = tuple(noun.text.split("|"))
        measured = self.columns.measured(measures, scene, condition.focus)
        if measured is None or measured.kind not in NUMERIC:
            raise CannotPlan(f"no column measures '{measures[0]}'", measures[0])
        return measured

    def _compare(self, condition: Condition, scene: Scene) -> OfColumn:
        column = self._measure(condition, scene)
        operator = _OPPOSITE[condition.operator] if condition.negated else condition.operator
        if operator not in ("=", "<>") and self.columns.is_foreign(column):
            raise CannotPlan(f"{column.name} is a key, not a measure", condition.text)
        if column.kind not in (*NUMERIC, "text"):
            raise CannotPlan(f"{column.name} holds no numbers", condition.text)
        numeric = column.kind != "text"
        return Comparison(column=column, operator=operator, operand=condition.operand, numeric=numeric)

    def _between(self, condition: Condition, scene: Scene) -> OfColumn:
        column = self._measure(condition, scene)
        if column.kind not in NUMERIC:
            raise CannotPlan(f"{column.name} holds no numbers", condition.text)
        low = Comparison(column=column, operator=">=", operand=condition.operand, numeric=True)
        high = Comparison(column=column, operator="<=", operand=condition.high, numeric=True)
        return AllOf(filters=(low, high), negated=condition.negated)

    def _like(self, condition: Condition, scene: Scene) -> OfColumn:
        column = self._named_column(condition, scene)
        if column.kind != "text":
            raise CannotPlan(f"{column.name} holds no text", condition.text)
        if any(char in condition.operand for char in "%_\\"):
            raise CannotPlan(f"'{condition.operand}' holds a pattern character", condition.operand)
        pattern = _PATTERNS[condition.like].format(condition.operand)
        return Pattern(column=column, pattern=pattern, negated=condition.negated)

    def _span(self, condition: Condition, scene: Scene) -> OfColumn:
        span = condition.span
        assert span is not None, "the grammar gives time conditions a span"
        if condition.noun is not None:
            column = self.columns.resolve(condition.noun, scene)
        else:
            years = span.unit == "year" and span.start is not None
            column = self.columns.date_column(scene, condition.focus, self.verbs, years=years)
        if column.kind in NUMERIC:
            return self._years(condition, column, span)
        if column.kind not in TEMPORAL:
            raise CannotPlan(f"{column.name} holds no dates", condition.text or column.name)
        return self._days(condition, column, span)

    def _years(self, condition: Condition, column: ColumnRef, span: TimeSpan) -> OfColumn:
        def bound(operator: str, one: TimeSpan) -> Comparison:
            if one.unit != "year" or one.start is None:
                raise CannotPlan(f"{column.name} holds years only", span.text)
            return Comparison(column=column, operator=operator, operand=str(one.start.year), numeric=True)

        if condition.high_span is not None:
            return AllOf(filters=(bound(">=", span), bound("<=", condition.high_span)), negated=condition.negated)
        return bound("<>" if condition.negated and condition.operator == "=" else condition.operator, span)

    def _days(self, condition: Condition, column: ColumnRef, span: TimeSpan) -> OfColumn:
        first, end = span.days(self.calendar)
        if condition.high_span is not None:
            end = condition.high_span.days(self.calendar)[1]
        self.notes.append(f"{span.text}: {column.table[1]}.{column.name} from {first} to before {end}")

        def bound(operator: str, day: date) -> Comparison:
            return Comparison(column=column, operator=operator, operand=day.isoformat(), numeric=False)

        if condition.operator in ("=", "between"):
            return AllOf(filters=(bound(">=", first), bound("<", end)), negated=condition.negated)
        bounds = {">=": (">=", first), ">": (">=", end), "<": ("<", first), "<=": ("<", end)}
        if condition.operator not in bounds:
            raise CannotPlan(f"'{span.text}' cannot be compared so", span.text)
        return bound(*bounds[condition.operator])


def either(filters: Sequence[OfColumn]) -> Filter:
    return filters[0] if len(filters) == 1 else AnyOf(filters=tuple(filters))
