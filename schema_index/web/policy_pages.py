"""Who sees what: each role's policy of each source, what it lets see, and how it is changed."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from schema_index.access import policies
from schema_index.access.column_access import LIMITS, ColumnAccess
from schema_index.access.policy import Policy, policy_to_json
from schema_index.access.policy_lines import lines_of, policy_of
from schema_index.access.policy_preview import PreviewedTable, policy_preview
from schema_index.catalogue import catalogue_for_role, catalogue_under
from schema_index.models import EVERYONE, AccessPolicy, DataSource
from schema_index.sources import DataSourceNotSynced, pick
from schema_index.web.policy_form import PolicyForm
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.principal import Principal
from tenants.roles import RANK, Permission
from tenants.web.page import page
from tenants.web.people import names_of

MAX_SOURCES = 50
MAX_PREVIEWED = 300
"""Tables on one page."""

ROLES = {"everyone": EVERYONE, **{role.value: role.value for role in RANK}}
"""As addresses and the API name them."""

DONE = {"save": "Saved: it holds from now on.", "withdraw": "Withdrawn."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What holds for one role: `saved` is None where it has no policy of its own, and `words` say what holds then."""

    role: str
    saved: AccessPolicy | None
    by: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """`limited` are (what they may be, its tag, names) of columns that are not open."""

    table: PreviewedTable
    limited: tuple[tuple[ColumnAccess, str, tuple[str, ...]], ...]


@page("GET", needs=Permission.MANAGE_SOURCES)
def listed(request: HttpRequest, principal: Principal) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        found = [(one, _held(one)) for one in DataSource.objects.order_by("name")[:MAX_SOURCES]]
    return render(request, "catalogue/policies.html", {"sources": found})


@page("GET", "POST", needs=Permission.MANAGE_SOURCES)
def policy_page(request: HttpRequest, principal: Principal, slug: str, role: str) -> HttpResponse:
    """`action` is "preview", which saves nothing, "save", or "withdraw"."""
    if role not in ROLES:
        raise Http404("There is no such role.")
    action = request.POST.get("action", "")
    sent = PolicyForm(request.POST) if action in ("preview", "save") else None
    draft, problem = None, ""
    with tenant_transaction(principal.tenant_id):
        source = pick(slug)
        try:
            draft = _draft(sent, source)
            if action == "withdraw" or (action == "save" and draft is not None):
                document = None if draft is None else policy_to_json(draft)
                policies.save(source, role=ROLES[role], document=document, actor=principal.actor)
                messages.success(request, DONE[action])
                return redirect("policy", slug=slug, role=role)
        except DomainError as error:
            problem = error.message
        held = _held(source)
        tables = _tables(source, ROLES[role], draft)
        form = sent or PolicyForm(initial=lines_of(policies.policy_for(source, role=ROLES[role])))
    context = {
        **{"source": source, "held": held, "role": role, "now": next(one for one in held if one.role == role)},
        **{"form": form, "is_open": sent is not None, "is_preview": draft is not None, "problem": problem},
        **{"is_synced": tables is not None, "tables": (tables or ())[:MAX_PREVIEWED]},
        "more": max(0, len(tables or ()) - MAX_PREVIEWED),
    }
    return render(request, "catalogue/policy.html", context, status=422 if problem or form.errors else 200)


def _draft(sent: PolicyForm | None, source: DataSource) -> Policy | None:
    """What was written, where it can be a policy of this source. Raises PolicyInvalid or DataSourceNotSynced."""
    if sent is None or not sent.is_valid():
        return None
    return policies.check(source, policy_to_json(policy_of(sent.cleaned_data)))


def _held(source: DataSource) -> list[Held]:
    saved = {name: policies.current(source, role=role) for name, role in ROLES.items()}
    own = {name: one for name, one in saved.items() if one is not None and one.document is not None}
    names = names_of(one.actor for one in own.values())
    return [
        Held(role=name, saved=own.get(name), by=names.get(own[name].actor, "") if name in own else "", words=words)
        for name, words in ((name, _words(name, has_common="everyone" in own)) for name in ROLES)
    ]


def _words(role: str, *, has_common: bool) -> str:
    return "what holds for everyone" if role != "everyone" and has_common else "all of it is seen"


def _tables(source: DataSource, role: str, draft: Policy | None) -> tuple[ShownTable, ...] | None:
    """What the role sees today, or would under the draft. None where nothing of the source was read yet."""
    try:
        found = catalogue_for_role(source, role) if draft is None else catalogue_under(source, draft)
    except DataSourceNotSynced:
        return None
    return tuple(_shown(policy_preview(found.access)))


def _shown(tables: Iterable[PreviewedTable]) -> Iterable[ShownTable]:
    for table in tables:
        limited = (
            (access, limit.tag, tuple(one.name for one in table.columns if one.access == access))
            for access, limit in LIMITS.items()
        )
        yield ShownTable(table=table, limited=tuple(one for one in limited if one[2]))
