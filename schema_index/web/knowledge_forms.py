"""FAQ entries and documents as a curator writes them; a document also as a file, which is read at once."""

from typing import Any, ClassVar

from django import forms

from schema_index.documents.document_text import MAX_TEXT, MAX_TITLE, DocumentUnreadable
from schema_index.documents.formats import IN_WORDS, SUFFIXES
from schema_index.documents.read import MAX_BYTES, read_upload
from schema_index.knowledge.knowledge import MAX_ANSWER
from schema_index.models import Document, FaqEntry, ReviewState
from tenants.api.strict import CONTROL_CHARACTERS, has_control_characters

STATES = [
    (ReviewState.REVIEWED.value, "In use: questions find it"),
    (ReviewState.PROPOSED.value, "A proposal: it waits in the review"),
    (ReviewState.REJECTED.value, "Rejected: never used"),
]


class EntryForm(forms.Form):
    """`texts` names the entry's own fields."""

    texts: ClassVar[tuple[str, ...]] = ()

    data_source = forms.ChoiceField(
        required=False, label="About", help_text="Of one data source: only questions to it find this."
    )
    review_state = forms.ChoiceField(choices=STATES, initial=ReviewState.REVIEWED.value, label="State")

    def __init__(
        self, *args: Any, entry: FaqEntry | Document | None, sources: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        if entry is not None:
            own = {name: getattr(entry, name) for name in self.texts}
            source = entry.source.slug if entry.source else ""
            kwargs["initial"] = {**own, "data_source": source, "review_state": entry.review_state}
        super().__init__(*args, **kwargs)
        field = self.fields["data_source"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "All data sources"), *sources]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.texts:
            cleaned[name] = text = cleaned.get(name, "").replace("\r\n", "\n")
            if has_control_characters(text):
                self.add_error(name, CONTROL_CHARACTERS)
        return cleaned


class FaqForm(EntryForm):
    texts = ("question", "answer")

    question = forms.CharField(max_length=500, help_text="As people would ask it: “What is an active customer?”")
    answer = forms.CharField(
        max_length=MAX_ANSWER,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="The definition. Where it names tables and columns, a change of these is told.",
    )
    field_order = ("question", "answer", "data_source", "review_state")


class DocumentForm(EntryForm):
    texts = ("title", "text")

    file = forms.FileField(
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(sorted(SUFFIXES))}),
        help_text=f"{IN_WORDS}, {MAX_BYTES // 1_000_000} MB at most. Its text is read at once.",
    )
    title = forms.CharField(max_length=MAX_TITLE, required=False, help_text="Empty: the one in the file, or its name.")
    text = forms.CharField(
        max_length=MAX_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Markdown or plain text. Each section is found by itself, so give sections headings.",
    )
    field_order = ("file", "title", "text", "data_source", "review_state")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        file = cleaned.get("file")
        if file is not None:
            self._read(file, cleaned)
        elif not cleaned.get("text", "").strip() and not self.errors:
            self.add_error("text", "Write the text, or choose a file.")
        elif not cleaned.get("title", "").strip() and not self.errors:
            self.add_error("title", "A text needs a title.")
        return cleaned

    def _read(self, file: Any, cleaned: dict[str, Any]) -> None:
        """The file's text takes the place of what stands in the box."""
        try:
            found = read_upload(file)
        except DocumentUnreadable as error:
            self.add_error("file", error.message)
            return
        cleaned["text"] = found.text
        cleaned["title"] = cleaned.get("title", "").strip() or found.title
