"""What the knowledge doors make of a request: what was sent, which entries it is about."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from schema_index.api.knowledge_serializers import DocumentSerializer, DocumentUploadSerializer, FaqSerializer
from schema_index.documents.formats import BY_NAME, MARKDOWN
from schema_index.documents.read import MAX_BYTES, read_document
from schema_index.knowledge import knowledge
from schema_index.knowledge.access import withheld_subjects
from schema_index.models import Document, FaqEntry, ReviewState
from schema_index.sources import pick
from tenants.api.cursor import Page
from tenants.api.newest_first import newest_first
from tenants.api.parser import PayloadTooLarge
from tenants.api.strict import Fields, read_body
from tenants.principal import Principal
from tenants.roles import Permission


def faq_fields(request: Request, *, partial: bool) -> Fields:
    """What a writer sent, by the names of the entry's attributes, and `data_source`."""
    return read_body(request, FaqSerializer, partial=partial)


def document_fields(request: Request, *, partial: bool) -> Fields:
    """As `faq_fields`. A file or text is read here, while no transaction is open. Raises DocumentUnreadable."""
    if (request.content_type or "").startswith("multipart/"):
        fields = read_body(request, DocumentUploadSerializer, partial=partial)
        file = fields.pop("file", None)
        if file is None:
            return fields
        if file.size > MAX_BYTES:
            raise PayloadTooLarge(MAX_BYTES)
        found = read_document(file.read(), name=file.name)
    else:
        fields = read_body(request, DocumentSerializer, partial=partial)
        if "text" not in fields:
            if "format" in fields:
                raise serializers.ValidationError({"format": ["It is the format of `text`, which was not sent."]})
            return fields
        kind = BY_NAME[fields.pop("format", MARKDOWN.name)]
        found = read_document(fields["text"].encode(), name="", kind=kind)
    # A part that was not sent stays as it is; a whole document has the title that stands in it.
    title = fields.get("title") or ("" if partial else found.title)
    if not title and not partial:
        raise serializers.ValidationError({"title": ["There is none in the text: send one."]})
    return {**fields, "text": found.text, **({"title": title} if title else {})}


def page_of_entries(model: type[Any], query: Fields) -> Page[FaqEntry | Document]:
    """One page of what the validated `query` asks for, newest first."""
    names = {"review_state": "review_state", "data_source": "source__slug", "metadata": "metadata__contains"}
    wanted = {field: query[name] for name, field in names.items() if name in query}
    entries = model.objects.filter(deleted_at__isnull=not query["deleted"], **wanted)
    return newest_first(entries.select_related("source"), query)


def store(entry: FaqEntry | Document, fields: Fields, principal: Principal) -> FaqEntry | Document:
    if "data_source" in fields:
        slug = fields["data_source"]
        entry.source = pick(slug) if slug else None
    for name, value in fields.items():
        if name != "data_source":
            setattr(entry, name, value)
    knowledge.store(entry, actor=principal.actor)
    return entry


def withheld(entries: Sequence[FaqEntry | Document], principal: Principal) -> frozenset[UUID]:
    """What names something hidden from the reader, and what others have proposed and no curator accepted; whoever
    writes knowledge reads all of it."""
    if Permission.MANAGE_KNOWLEDGE in principal.permissions:
        return frozenset()
    undecided = {
        one.id for one in entries if one.review_state != ReviewState.REVIEWED and one.author != principal.actor
    }
    return withheld_subjects((entry.id for entry in entries), role=principal.role) | undecided
