"""The question form; the same bounds as the API's."""

from django import forms

from nl2sql.models.verified_query import MAX_QUESTION
from tenants.api.strict import no_control_characters

PLACEHOLDER = "How many orders were placed last month?"


class AskForm(forms.Form):
    question = forms.CharField(
        max_length=MAX_QUESTION,
        widget=forms.Textarea(
            attrs={"rows": 2, "autofocus": True, "maxlength": MAX_QUESTION, "placeholder": PLACEHOLDER}
        ),
        error_messages={
            "required": "Write a question first.",
            "max_length": f"A question has at most {MAX_QUESTION:,} characters.",
        },
        validators=[no_control_characters],
    )
    data_source = forms.ChoiceField(required=False)
    conversation = forms.UUIDField(required=False)
    new_topic = forms.BooleanField(required=False)

    def __init__(self, *args: object, sources: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Form's many optional arguments, passed through
        field = self.fields["data_source"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = sources
