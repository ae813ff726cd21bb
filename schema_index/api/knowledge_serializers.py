"""What clients of the knowledge doors send and get."""

import json
from typing import Any

from rest_framework import serializers

from schema_index.documents.clean import SHOWS_NOTHING, clean_text
from schema_index.documents.document_text import MAX_TEXT, MAX_TITLE
from schema_index.documents.formats import FORMATS, IN_WORDS, MARKDOWN
from schema_index.documents.read import MAX_BYTES
from schema_index.knowledge.knowledge import MAX_ANSWER
from schema_index.knowledge.metadata import MAX_FACTS, metadata_fault
from schema_index.models import Document, FaqEntry, ReviewState
from tenants.api.cursor import PageSerializer
from tenants.api.links import LinksField
from tenants.api.strict import StrictSerializer, TextField

MAX_METADATA_TEXT = 10_000
"""Characters of metadata written as JSON in a query or form; valid metadata has half of it."""

TEXT_FORMATS = [one.name for one in FORMATS if one.is_text]


class MetadataField(serializers.Field[Any, Any, Any, Any]):
    """An object of texts, numbers and booleans; where a form or query carries it, as JSON."""

    default_error_messages = {"invalid": "{fault}"}

    def __init__(self, *, as_text: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.as_text = as_text

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str) and self.as_text:
            try:
                data = json.loads(data[: MAX_METADATA_TEXT + 1])
            except (ValueError, RecursionError):
                data = None
        fault = metadata_fault(data)
        if fault is not None:
            self.fail("invalid", fault=fault)
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class EntrySerializer(StrictSerializer):
    data_source = serializers.SlugField(
        required=False, allow_null=True, default=None, max_length=63, help_text="Slug; null for the whole tenant."
    )
    metadata = MetadataField(
        required=False, default=dict, help_text=f"At most {MAX_FACTS} texts, numbers or booleans, to filter by."
    )
    review_state = serializers.ChoiceField(
        choices=ReviewState.values,
        default=ReviewState.PROPOSED.value,
        help_text="Only what is `reviewed` is found by questions.",
    )


class VisibleTextField(TextField):
    """What nobody sees is not kept: something must be left."""

    seen = rf"(?!{SHOWS_NOTHING})[\p{{L}}\p{{M}}\p{{N}}\p{{P}}\p{{S}}]"

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not clean_text(text):
            self.fail("blank")
        return text


class FaqSerializer(EntrySerializer):
    question = VisibleTextField(max_length=500)
    answer = VisibleTextField(max_length=MAX_ANSWER)


class DocumentSerializer(EntrySerializer):
    title = VisibleTextField(required=False, max_length=MAX_TITLE, help_text="Otherwise the first heading's.")
    text = TextField(max_length=MAX_TEXT, trim_whitespace=False)
    format = serializers.ChoiceField(choices=TEXT_FORMATS, default=MARKDOWN.name, help_text="Of `text`.")


class DocumentUploadSerializer(EntrySerializer):
    title = VisibleTextField(required=False, max_length=MAX_TITLE, help_text="Otherwise the file's own.")
    file = serializers.FileField(max_length=255, help_text=f"{IN_WORDS}, by its name; {MAX_BYTES:,} bytes at most.")
    metadata = MetadataField(as_text=True, required=False, default=dict, help_text="A JSON object, as text.")


class KnowledgeQuerySerializer(PageSerializer):
    data_source = serializers.SlugField(required=False, max_length=63, help_text="Only of this source.")
    review_state = serializers.ChoiceField(required=False, choices=ReviewState.values)
    metadata = MetadataField(
        as_text=True, required=False, help_text='A JSON object that the metadata must hold: {"team": "finance"}.'
    )
    deleted = serializers.BooleanField(required=False, default=False, help_text="What was deleted, instead.")


def entry_address(entry: FaqEntry | Document) -> str:
    return f"/api/v1/knowledge/{'faq' if isinstance(entry, FaqEntry) else 'documents'}/{entry.id}"


class EntryReplySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    data_source = serializers.CharField(source="source.slug", allow_null=True)
    metadata = serializers.DictField()
    review_state = serializers.ChoiceField(choices=ReviewState.values)
    reviewer = serializers.CharField(help_text="Who accepted or rejected it; empty of a proposal.")
    reviewed_at = serializers.DateTimeField(allow_null=True)
    author = serializers.CharField(help_text="Who wrote its present text.")
    content_hash = serializers.CharField(help_text="SHA-256 of title and text.")
    origin_uri = serializers.CharField(help_text="Where it was imported from; empty otherwise.")
    origin_hash = serializers.CharField(help_text="SHA-256 of the file there.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField(allow_null=True)
    links = LinksField(entry_address)


class FaqReplySerializer(EntryReplySerializer):
    question = serializers.CharField()
    answer = serializers.CharField()


class DocumentItemSerializer(EntryReplySerializer):
    # Without the text: a page of documents would be as large as all of them.
    title = serializers.CharField()
    characters = serializers.IntegerField()


class DocumentReplySerializer(DocumentItemSerializer):
    text = serializers.CharField()
