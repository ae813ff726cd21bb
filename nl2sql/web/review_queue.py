"""What waits for a curator. Everything here needs an open scope."""

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q, QuerySet

from nl2sql.models import QueryOrigin, QueryState, RunFeedback, VerifiedQuery
from nl2sql.models.verified_query import BEING_CHECKED
from schema_index.knowledge.references import stale_ids, stale_reasons
from schema_index.models import Document, FaqEntry, ReviewState, SubjectKind
from tenants.web.people import names_of

OPEN_STATES = (QueryState.PROPOSED, QueryState.REVIEWED)

SHOWN = 50
"""Of each kind, oldest first: whoever worked through them sees the next."""

EntryT = TypeVar("EntryT", FaqEntry, Document)

_WHY = {
    QueryOrigin.FEEDBACK: "{who} said that this answer is right",
    QueryOrigin.ADMIN: "Written by {who}",
    QueryOrigin.API: "Proposed over the API by {who}",
    QueryOrigin.IMPORT: "Imported by {who}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`thing` is the query or entry; `why` says why it waits, `said` what somebody wrote about it."""

    thing: object
    why: str
    said: str = ""
    is_stale: bool = False


def waiting() -> int:
    """How many verified queries, FAQ entries and documents are proposed or stale."""
    return queries().count() + entries(FaqEntry).count() + entries(Document).count()


def queries() -> "QuerySet[VerifiedQuery]":
    """Without those that wait for their database and for nobody's word."""
    stale = Q(state=QueryState.VERIFIED, stale_at__isnull=False) & ~Q(stale_reason__in=BEING_CHECKED)
    return VerifiedQuery.objects.filter(Q(state__in=OPEN_STATES) | stale)


def entries(model: type[EntryT]) -> "QuerySet[EntryT]":
    kind = SubjectKind.FAQ if model is FaqEntry else SubjectKind.DOCUMENT
    stale = Q(id__in=stale_ids(kind), review_state=ReviewState.REVIEWED)
    return model.objects.filter(Q(review_state=ReviewState.PROPOSED) | stale, deleted_at=None)


def waiting_queries() -> list[Waiting]:
    found = list(queries().select_related("source").order_by("created_at")[:SHOWN])
    names = names_of(one.author for one in found)
    said = dict(
        RunFeedback.objects.filter(run_id__in=[one.run_id for one in found if one.run_id])
        .exclude(reason="")
        .values_list("run_id", "reason")
    )
    return [
        Waiting(
            thing=one,
            why=one.stale_reason.rstrip(".") or _WHY[QueryOrigin(one.origin)].format(who=names[one.author]),
            said=said.get(one.run_id, "") if one.run_id else "",
            is_stale=bool(one.stale_reason),
        )
        for one in found
    ]


def waiting_entries(model: type[EntryT]) -> list[Waiting]:
    found = list(entries(model).select_related("source").order_by("updated_at")[:SHOWN])
    names, stale = names_of(one.author for one in found), stale_reasons(one.id for one in found)
    return [
        Waiting(
            thing=one,
            why=stale.get(one.id, "").rstrip(".") or f"Proposed by {names[one.author] or 'somebody'}",
            is_stale=one.id in stale,
        )
        for one in found
    ]
