"""Proposes, reviews, verifies and rejects questions with their statements. Everything here needs an open scope."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from nl2sql.evaluation.accepted_states import first_in_use
from nl2sql.models import QueryOrigin, QueryState, Run, RunEvent, RunStatus, VerifiedQuery
from nl2sql.models.verified_query import UNEXPLAINED
from nl2sql.reuse.reuse import Verified, parameters
from nl2sql.validation.judge import UNRUN
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted, Rejected
from schema_index import judged_questions
from schema_index.catalogue import indexed_catalogue
from schema_index.judged_questions import Judged
from schema_index.knowledge import references
from schema_index.models import DataSource, JudgedQuestion, SubjectKind
from schema_index.schema import DatabaseSchema
from tenants import audit
from tenants.actors import usernames
from tenants.context import current_tenant_id
from tenants.domain_error import DomainError, existing

MAX_KNOWN = 2_000
"""Verified queries of one source that a question is compared with, the latest verified first."""

JUDGED_ORIGIN = "verified query"


class VerifiedQueryInvalid(DomainError):
    """A field is not usable: `message` says which and why."""

    code = "invalid_request"


class StatementBlocked(DomainError):
    """The guard refuses the statement over the source as it is now: mend the statement."""

    code = "sql_blocked"


class AlreadyVerified(DomainError):
    """Another statement of the same question is verified: reject one of the two."""

    code = "already_exists"


def find(query_id: UUID) -> VerifiedQuery:
    one = VerifiedQuery.objects.select_related("source").filter(id=query_id).first()
    return existing(one, "There is no such verified query.")


def propose(
    *,
    source: DataSource,
    question: str,
    sql: str,
    origin: QueryOrigin,
    actor: str,
    run_id: UUID | None = None,
) -> VerifiedQuery:
    """A new proposal, or the query that says the same already, as it stands.

    Raises VerifiedQueryInvalid, StatementBlocked or DataSourceNotSynced.
    """
    question, sql = question.strip(), sql.strip()
    known = VerifiedQuery.objects.select_related("source").filter(source=source, question=question, sql=sql).first()
    if known is not None:
        return known
    query = VerifiedQuery(
        tenant_id=current_tenant_id(),
        source=source,
        question=question,
        sql=sql,
        origin=origin,
        author=actor,
        run_id=run_id,
    )
    store(query, actor=actor)
    return query


def propose_from_run(run: Run, *, actor: str) -> VerifiedQuery | None:
    """What the run drafted, before a policy was put into it; None where it has no answer or reused one."""
    source = DataSource.objects.filter(id=run.source_id).first() if run.source_id else None
    if run.status != RunStatus.COMPLETED or source is None or (run.reply.get("trust") or {}).get("verified"):
        return None
    draft = RunEvent.objects.filter(run=run, kind="drafted").order_by("sequence").last()
    if draft is None:
        return None
    try:
        return propose(
            source=source,
            question=run.question,
            sql=draft.payload["sql"],
            origin=QueryOrigin.FEEDBACK,
            actor=actor,
            run_id=run.id,
        )
    except (StatementBlocked, VerifiedQueryInvalid):
        # The schema has changed since, or the text is too long to keep: the thumb counts all the same.
        return None


def store(query: VerifiedQuery, *, actor: str) -> None:
    """Saves a new or changed text; a text that changed has to be decided on again. Raises like `propose`."""
    accepted = check(query.source, query.sql)
    query.parameters = parameters(query.question, sql=query.sql, dialect=query.source.dialect)
    query.state, query.curator, query.decided_at = QueryState.PROPOSED, "", None
    query.stale_reason, query.stale_at = "", None
    try:
        query.full_clean(exclude=["tenant"], validate_constraints=False)
    except ValidationError as error:
        wrong = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in sorted(error.message_dict.items()))
        raise VerifiedQueryInvalid(wrong) from None
    same = VerifiedQuery.objects.filter(source=query.source, question=query.question, sql=query.sql)
    if same.exclude(id=query.id).exists():
        raise AlreadyVerified("This question stands with this statement already.")
    query.save()
    refer(query, accepted)
    _forget_judged(query)
    _record("proposed", query, actor)


def check(source: DataSource, sql: str) -> Accepted:
    """The guard over all that the source shows to anybody. Raises StatementBlocked or DataSourceNotSynced."""
    return check_over(indexed_catalogue(source).schema, sql)


def check_over(schema: DatabaseSchema, sql: str) -> Accepted:
    """The same over another schema. Raises StatementBlocked."""
    verdict = validate(sql, schema=schema, row_limit=UNRUN)
    if isinstance(verdict, Rejected):
        first = verdict.violations[0]
        raise StatementBlocked(f"The statement was blocked: {first.message}", rule=first.code, hint=first.hint)
    return verdict


def decide(query: VerifiedQuery, *, state: QueryState, actor: str, explain: Callable[[VerifiedQuery], None]) -> None:
    """A curator's word: reviewed, verified, rejected, or proposed again.

    `explain` has the database look at what is verified, after the commit; until then it takes no part. Raises like
    `check`, and AlreadyVerified.
    """
    if state == QueryState.VERIFIED:
        others = VerifiedQuery.objects.filter(source=query.source, question=query.question, state=QueryState.VERIFIED)
        if others.exclude(id=query.id).exists():
            raise AlreadyVerified("Another statement of this question is verified: reject one of the two.")
        accepted = check(query.source, query.sql)
        first_in_use()
        refer(query, accepted)
        judged = Judged(question=query.question, tables=accepted.tables, origin=JUDGED_ORIGIN)
        judged_questions.save_all([judged], source=query.source, actor=actor)
    else:
        _forget_judged(query)
    query.state = state
    now = timezone.now()
    query.curator, query.decided_at = ("", None) if state == QueryState.PROPOSED else (actor, now)
    query.stale_reason, query.stale_at = (UNEXPLAINED, now) if state == QueryState.VERIFIED else ("", None)
    query.save(update_fields=["state", "curator", "decided_at", "stale_reason", "stale_at", "updated_at"])
    _record(state, query, actor)
    if state == QueryState.VERIFIED:
        explain(query)


def remove(query: VerifiedQuery, *, actor: str) -> None:
    references.forget(kind=SubjectKind.VERIFIED_QUERY, subject_id=query.id)
    _forget_judged(query)
    _record("deleted", query, actor)
    query.delete()


def refer(query: VerifiedQuery, accepted: Accepted) -> None:
    """What the statement names, so that a change of any of it finds the query."""
    references.update(
        kind=SubjectKind.VERIFIED_QUERY,
        subject_id=query.id,
        source_id=query.source_id,
        text="\n".join((*accepted.tables, *accepted.columns)),
    )


def in_use(source_id: UUID) -> "QuerySet[VerifiedQuery]":
    """Verified and not stale."""
    return VerifiedQuery.objects.filter(source_id=source_id, state=QueryState.VERIFIED, stale_at=None)


def known(source: DataSource) -> tuple[Verified, ...]:
    fields = ("id", "question", "sql", "curator", "decided_at")
    rows = list(in_use(source.id).order_by("-decided_at", "-id").values_list(*fields)[:MAX_KNOWN])
    # Keys and commands under the name that audit events bear.
    names = usernames({row[3] for row in rows})
    return tuple(
        Verified(
            id=query_id,
            question=question,
            sql=sql,
            dialect=source.dialect,
            by=names.get(curator, curator),
            at=decided_at.isoformat() if decided_at else "",
        )
        for query_id, question, sql, curator, decided_at in rows
    )


def _record(what: str, query: VerifiedQuery, actor: str) -> None:
    audit.record(f"verified_query.{what}", actor=actor, subject=str(query.id), source=query.source.slug)


def _forget_judged(query: VerifiedQuery) -> None:
    JudgedQuestion.objects.filter(source_id=query.source_id, question=query.question, origin=JUDGED_ORIGIN).delete()
