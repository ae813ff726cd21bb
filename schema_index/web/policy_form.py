"""A policy as a form: names one a line, as people list them."""

from typing import Any

from django import forms

from schema_index.access.column_access import LIMITS, Limit
from schema_index.access.policy import DEFAULT_MIN_GROUP, MAX_MIN_GROUP, TABLE_LISTS, TableList
from tenants.api.strict import CONTROL_CHARACTERS, has_control_characters

MAX_LINES = 200_000
"""Characters of one field: a thousand long names."""


class PolicyForm(forms.Form):
    row_rules = forms.CharField(label="Rows", help_text="One a line: sales.orders: region = attribute('region')")
    min_group = forms.IntegerField(
        label="Smallest group",
        min_value=2,
        max_value=MAX_MIN_GROUP,
        initial=DEFAULT_MIN_GROUP,
        help_text="Rows that a sum or count of such a column stands for, at least.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        written: dict[str, TableList | Limit] = {**TABLE_LISTS, **{limit.field: limit for limit in LIMITS.values()}}
        for name, words in written.items():
            self.fields[name] = forms.CharField(label=words.label, help_text=words.help)
        for name, field in self.fields.items():
            if name != "min_group":
                field.required = False
                assert isinstance(field, forms.CharField)
                field.max_length, field.strip = MAX_LINES, False
                field.widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "code"})

    def of_tables(self) -> list[forms.BoundField]:
        return [self[name] for name in TABLE_LISTS]

    def of_columns(self) -> list[forms.BoundField]:
        """The strictest first."""
        return [self[limit.field] for limit in reversed(LIMITS.values())]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, text in list(cleaned.items()):
            if isinstance(text, str) and has_control_characters(text):
                self.add_error(name, CONTROL_CHARACTERS)
        return cleaned
