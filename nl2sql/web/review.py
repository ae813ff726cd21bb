"""The curators' queue: what was proposed or became stale, with the reason, to be accepted, mended or rejected."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from nl2sql.curation import verified_queries
from nl2sql.models import QueryState
from nl2sql.tasks import request_check
from nl2sql.web.review_queue import waiting_entries, waiting_queries
from schema_index.knowledge import knowledge
from schema_index.models import Document, FaqEntry, ReviewState
from tenants.api.strict import CONTROL_CHARACTERS, has_control_characters
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.principal import Principal
from tenants.roles import Permission
from tenants.web.page import page
from tenants.web.told import told

DONE = {
    "accept": "Accepted: it is used from now on.",
    "reject": "Rejected: it is not used.",
    "save": "Saved, and accepted.",
}

FAQ: dict[str, Any] = {"model": FaqEntry, "fields": ("question", "answer")}
DOCUMENTS: dict[str, Any] = {"model": Document, "fields": ("title", "text")}
"""Whose entries an address is about."""

EntryT = TypeVar("EntryT", FaqEntry, Document)


class NotAText(DomainError):
    """What was sent holds characters that no person types: `message` says so."""

    code = "invalid_request"


@page("GET", needs=Permission.MANAGE_KNOWLEDGE)
def queue(request: HttpRequest, principal: Principal) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        context = {
            "queries": waiting_queries(),
            "faq": waiting_entries(FaqEntry),
            "documents": waiting_entries(Document),
        }
    return render(request, "nl2sql/review.html", context)


@page("POST", needs=Permission.MANAGE_KNOWLEDGE)
def decide_query(request: HttpRequest, principal: Principal, query_id: UUID) -> HttpResponse:
    def act(decision: str) -> None:
        query = verified_queries.find(query_id)
        if decision == "save":
            query.question, query.sql = _text(request, "question"), _text(request, "sql")
            verified_queries.store(query, actor=principal.actor)
        state = QueryState.REJECTED if decision == "reject" else QueryState.VERIFIED
        if decision != "reject" and query.stale_at is not None:
            # Whoever accepts it has looked: it is checked anew, as a changed text is.
            verified_queries.store(query, actor=principal.actor)
        verified_queries.decide(query, state=state, actor=principal.actor, explain=request_check)

    return _decided(request, principal, act)


@page("POST", needs=Permission.MANAGE_KNOWLEDGE)
def decide_entry(
    request: HttpRequest, principal: Principal, entry_id: UUID, model: type[EntryT], fields: tuple[str, ...]
) -> HttpResponse:
    """`fields` are what can be edited of the model's entries; both come with the address."""

    def act(decision: str) -> None:
        entry = knowledge.find(model, entry_id)
        if decision == "reject":
            knowledge.review(entry, state=ReviewState.REJECTED, actor=principal.actor)
            return
        if decision == "save":
            for name in fields:
                setattr(entry, name, request.POST.get(name, ""))
        knowledge.review(entry, state=ReviewState.REVIEWED, actor=principal.actor)

    return _decided(request, principal, act)


def _decided(request: HttpRequest, principal: Principal, act: Callable[[str], None]) -> HttpResponse:
    decision = request.POST.get("decision", "")
    if decision in DONE:
        with told(request, done=DONE[decision]), tenant_transaction(principal.tenant_id):
            act(decision)
    return redirect("review")


def _text(request: HttpRequest, name: str) -> str:
    text = request.POST.get(name, "").replace("\r\n", "\n").strip()
    if has_control_characters(text):
        raise NotAText(CONTROL_CHARACTERS)
    return text
