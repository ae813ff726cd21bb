"""What the knowledge doors do with a request: who may, what was sent, one call, one reply."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from schema_index.api.knowledge_pages import page_of
from schema_index.api.knowledge_serializers import (
    DocumentSerializer,
    DocumentUploadSerializer,
    FaqSerializer,
    KnowledgeQuerySerializer,
    entry_address,
)
from schema_index.documents.formats import BY_NAME, MARKDOWN
from schema_index.documents.read import MAX_BYTES, read_document
from schema_index.knowledge import knowledge
from schema_index.knowledge.access import withheld_subjects
from schema_index.knowledge.knowledge import KnowledgeNotFound
from schema_index.models import Document, FaqEntry, ReviewState
from schema_index.sources import pick
from tenants.api.parser import PayloadTooLarge
from tenants.api.permissions import principal_of
from tenants.api.strict import NoParameters, refuse_parameters
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission

EntryT = TypeVar("EntryT", FaqEntry, Document)
Fields = dict[str, Any]


def page(request: Request, model: type[EntryT], render: Callable[[EntryT], Any]) -> Response:
    principal = _reader(request)
    query = KnowledgeQuerySerializer(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    with tenant_transaction(principal.tenant_id):
        found, cursor = page_of(model._default_manager.all(), query.validated_data)
        withheld = _withheld(found, principal)
        shown = [entry for entry in found if entry.id not in withheld]
        return Response({"items": [render(entry) for entry in shown], "next": cursor})


def one(request: Request, model: type[EntryT], entry_id: UUID, render: Callable[[EntryT], Any]) -> Response:
    principal = _reader(request)
    refuse_parameters(request)
    with tenant_transaction(principal.tenant_id):
        entry = knowledge.find(model, entry_id)
        if _withheld([entry], principal):
            raise KnowledgeNotFound("There is no such entry.")
        return Response(render(entry))


def created(request: Request, entry: EntryT, fields: Fields, render: Callable[[EntryT], Any]) -> Response:
    principal = principal_of(request)
    with tenant_transaction(principal.tenant_id):
        entry.tenant_id = principal.tenant_id
        _store(entry, fields, principal)
        return Response(render(entry), status=201, headers={"Location": entry_address(entry)})


def changed(
    request: Request, model: type[EntryT], entry_id: UUID, fields: Fields, render: Callable[[EntryT], Any]
) -> Response:
    principal = principal_of(request)
    with tenant_transaction(principal.tenant_id):
        entry = knowledge.find(model, entry_id)
        _store(entry, fields, principal)
        return Response(render(entry))


def deleted(request: Request, model: type[EntryT], entry_id: UUID) -> Response:
    principal = _writer(request)
    with tenant_transaction(principal.tenant_id):
        knowledge.delete(knowledge.find(model, entry_id), actor=principal.actor)
    return Response(status=204)


def restored(request: Request, model: type[EntryT], entry_id: UUID, render: Callable[[EntryT], Any]) -> Response:
    principal = _writer(request)
    NoParameters(data=request.data).is_valid(raise_exception=True)
    with tenant_transaction(principal.tenant_id):
        entry = knowledge.find(model, entry_id, deleted=True)
        knowledge.restore(entry, actor=principal.actor)
        return Response(render(entry))


def faq_fields(request: Request, *, partial: bool = False) -> Fields:
    """What was sent, by the names of the entry's attributes, and `data_source`."""
    _writer(request)
    return _validated(FaqSerializer(data=request.data, partial=partial))


def document_fields(request: Request, *, partial: bool = False) -> Fields:
    """As `faq_fields`. A file or text is read here, while no transaction is open. Raises DocumentUnreadable."""
    _writer(request)
    if (request.content_type or "").startswith("multipart/"):
        fields = _validated(DocumentUploadSerializer(data=request.data, partial=partial))
        file = fields.pop("file", None)
        if file is None:
            return fields
        if file.size > MAX_BYTES:
            raise PayloadTooLarge(MAX_BYTES)
        found = read_document(file.read(), name=file.name)
    else:
        fields = _validated(DocumentSerializer(data=request.data, partial=partial))
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


def _validated(serializer: serializers.Serializer[Any]) -> Fields:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _store(entry: FaqEntry | Document, fields: Fields, principal: Principal) -> None:
    if "data_source" in fields:
        slug = fields["data_source"]
        entry.source = pick(slug) if slug else None
    for name, value in fields.items():
        if name != "data_source":
            setattr(entry, name, value)
    knowledge.store(entry, actor=principal.actor)


def _reader(request: Request) -> Principal:
    """Whoever may write may read what they wrote."""
    principal = principal_of(request)
    if Permission.MANAGE_KNOWLEDGE not in principal.permissions:
        principal.require(Permission.READ_SCHEMA)
    return principal


def _withheld(entries: Iterable[FaqEntry | Document], principal: Principal) -> frozenset[UUID]:
    """What names something hidden from the reader, and what others have proposed and no curator accepted; whoever
    writes knowledge reads all of it."""
    if Permission.MANAGE_KNOWLEDGE in principal.permissions:
        return frozenset()
    found = list(entries)
    undecided = {one.id for one in found if one.review_state != ReviewState.REVIEWED and one.author != principal.actor}
    return withheld_subjects((entry.id for entry in found), role=principal.role) | undecided


def _writer(request: Request) -> Principal:
    principal = principal_of(request)
    principal.require(Permission.MANAGE_KNOWLEDGE)
    refuse_parameters(request)
    return principal
