"""Conditions of a reading to filters of a plan."""

from datetime import date

from nl2sql.calendar_spans import Calendar
from nl2sql.generation.composer.plan import AgainstAverage, AllOf, AnyOf, ColumnRef, Comparison, Filter, Pattern, fail
from nl2sql.generation.composer.planning.columns import Columns, Scene
from nl2sql.generation.composer.reading import Condition
from nl2sql.generation.composer.time_spans import TimeSpan

_NUMERIC = ("integer", "number")
_TEMPORAL = ("date", "timestamp")
_OPPOSITE = {"=": "<>", "<>": "=", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}


class Conditions:
    def __init__(self, columns: Columns, *, calendar: Calendar, verbs: tuple[str, ...]) -> None:
        self.columns = columns
        self.calendar = calendar
        self.verbs = verbs
        self.notes: list[str] = []

    def filter(self, condition: Condition, scene: Scene) -> tuple[ColumnRef, Filter]:
        """The column restricted, and the filter."""
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
            raise fail("unsure", f"'{condition.text}' is not a restriction", condition.text)
        return reader(condition, scene)

    def _average(self, condition: Condition, scene: Scene) -> tuple[ColumnRef, Filter]:
        column = self._measure(condition, scene)
        return column, AgainstAverage(column=column, operator=condition.operator)

    def _value(self, condition: Condition, scene: Scene) -> tuple[ColumnRef, Filter]:
        operator = "<>" if condition.negated else "="
        if condition.values:
            column, text = self.columns.value_column(
                condition.values, text=condition.text, noun=condition.noun, focus=condition.focus, scene=scene,
                labelled=condition.labelled, prep=condition.prep,
            )  # fmt: skip
            self.notes.append(f"'{condition.text}' is {column.table[1]}.{column.column.name} = '{text}'")
            return column, Comparison(column=column, operator=operator, operand=text, numeric=False)
        column = self._named_column(condition, scene)
        if column.column.kind != "text":
            raise fail("unsure", f"'{condition.text}' is text and {column.column.name} is not", condition.text)
        return column, Comparison(column=column, operator=operator, operand=condition.operand, numeric=False)

    def _flag(self, condition: Condition, scene: Scene) -> tuple[ColumnRef, Filter]:
        column = self._named_column(condition, scene)
        operand = "false" if condition.negated else "true"
        return column, Comparison(column=column, operator="=", operand=operand, numeric=False)

    def _named_column(self, condition: Condition, scene: Scene) -> ColumnRef:
        if condition.noun is not None:
            return self.columns.resolve(condition.noun, scene)
        keys = self.columns.focus_of(condition.focus) or frozenset({scene.root})
        labels = [label for key in sorted(keys) for label in self.columns.label(key)]
        if not condition.labelled or len(labels) != 1:
            raise fail("unplaced", f"no column is said to hold '{condition.text}'", condition.text)
        return labels[0]

    def _measure(self, condition: Condition, scene: Scene) -> ColumnRef:
        noun = condition.noun
        assert noun is not None, "the grammar gives comparisons a noun"
        if noun.names:
            column = self.columns.resolve(noun, scene)
        else:
            measured = self.columns.measured(tuple(noun.text.split("|")), scene, condition.focus)
            if measured is None or measured.column.kind not in _NUMERIC:
                raise fail("unplaced", f"no column measures '{noun.text.split('|')[0]}'", noun.text.split("|")[0])
            column = measured
        if column.column.kind not in _NUMERIC and condition.operator not in ("=", "<>"):
            raise fail("unsure", f"{column.column.name} holds no numbers", noun.text)
        return column

    def _compare(self, condition: Condition, scene: Scene) -> tuple[ColumnRef, Filter]:
        column = self._measure(condition, scene)
        operator = _OPPOSITE[condition.operator] if condition.negated else condition.operator
        if operator not in ("=", "<>") and self.columns.is_foreign(column):
            raise fail("unsure", f"{column.column.name} is a key, not a measure", condition.text)
        if column.column.kind not in ("integer", "number", "text"):
            raise fail("unsure", f"{column.column.name} holds no numbers", condition.text)
        numeric = column.column.kind != "text"
        return column, Comparison(column=column, operator=operator, operand=condition.operand, numeric=numeric)

    def _between(self, condition: Condition, scene: Scene) -> tuple[ColumnRef, Filter]:
        column = self._measure(condition, scene)
        if column.column.kind not in _NUMERIC:
            raise fail("unsure", f"{column.column.name} holds no numbers", condition.text)
        low = Comparison(column=column, operator=">=", operand=condition.operand, numeric=True)
        high = Comparison(column=column, operator="<=", operand=condition.high, numeric=True)
        return column, AllOf(filters=(low, high), negated=condition.negated)

    def _like(self, condition: Condition, scene: Scene) -> tuple[ColumnRef, Filter]:
        column = self._named_column(condition, scene)
        if column.column.kind != "text":
            raise fail("unsure", f"{column.column.name} holds no text", condition.text)
        if any(char in condition.operand for char in "%_\\"):
            raise fail("unsure", f"'{condition.operand}' holds a pattern character", condition.operand)
        text = condition.operand
        pattern = {"starts": f"{text}%", "ends": f"%{text}", "contains": f"%{text}%"}[condition.like]
        return column, Pattern(column=column, pattern=pattern, negated=condition.negated)

    def _span(self, condition: Condition, scene: Scene) -> tuple[ColumnRef, Filter]:
        span = condition.span
        assert span is not None, "the grammar gives time conditions a span"
        if condition.noun is not None:
            column = self.columns.resolve(condition.noun, scene)
        else:
            years = span.unit == "year" and span.start is not None
            column = self.columns.date_column(scene, condition.focus, self.verbs, years=years)
        if column.column.kind in _NUMERIC:
            return column, self._years(condition, column, span)
        if column.column.kind not in _TEMPORAL:
            raise fail("unsure", f"{column.column.name} holds no dates", condition.text or column.column.name)
        return column, self._days(condition, column, span)

    def _years(self, condition: Condition, column: ColumnRef, span: TimeSpan) -> Filter:
        if span.unit != "year" or span.start is None:
            raise fail("unsure", f"{column.column.name} holds years only", span.text)
        year = Comparison(column=column, operator=condition.operator, operand=str(span.start.year), numeric=True)
        if condition.operator != "between":
            operator = "<>" if condition.negated and condition.operator == "=" else condition.operator
            return Comparison(column=column, operator=operator, operand=year.operand, numeric=True)
        high = condition.high_span
        if high is None or high.unit != "year" or high.start is None:
            raise fail("unsure", f"{column.column.name} holds years only", span.text)
        upper = Comparison(column=column, operator="<=", operand=str(high.start.year), numeric=True)
        lower = Comparison(column=column, operator=">=", operand=str(span.start.year), numeric=True)
        return AllOf(filters=(lower, upper), negated=condition.negated)

    def _days(self, condition: Condition, column: ColumnRef, span: TimeSpan) -> Filter:
        first, end = span.days(self.calendar)
        if condition.operator == "between" and condition.high_span is not None:
            end = condition.high_span.days(self.calendar)[1]

        def bound(operator: str, day: date) -> Comparison:
            return Comparison(column=column, operator=operator, operand=day.isoformat(), numeric=False)

        self.notes.append(f"{span.text}: {column.table[1]}.{column.column.name} from {first} to before {end}")
        match condition.operator:
            case "=" | "between":
                return AllOf(filters=(bound(">=", first), bound("<", end)), negated=condition.negated)
            case ">=":
                return bound(">=", first)
            case ">":
                return bound(">=", end)
            case "<":
                return bound("<", first)
            case "<=":
                return bound("<", end)
        raise fail("unsure", f"'{span.text}' cannot be compared so", span.text)


def either(filters: list[Filter]) -> Filter:
    return filters[0] if len(filters) == 1 else AnyOf(filters=tuple(filters))
