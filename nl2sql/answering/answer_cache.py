"""Answers kept for whoever asks the same in the same state: what was found and what was written, never rows.

A key holds everything that could alter the answer, so nothing stale is ever found; what a key no longer leads to is
swept. Each function opens its own scope.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from pydantic import TypeAdapter, ValidationError

from nl2sql.events import Answered, CannotAnswer, Ending
from nl2sql.generation.base import Draft, Refused, Usage
from nl2sql.models import CachedAnswer
from nl2sql.replies.stored_json import storable
from nl2sql.task import Task
from schema_index.knowledge.state import knowledge_state
from schema_index.retrieval.types import Retrieved
from tenants.context import tenant_transaction

KEPT_FOR = timedelta(days=2)
"""The day of the question is part of the key: past midnight, wherever the tenant is, no question leads here."""

FORMAT = 1
"""Raised when what is kept under a key changes its shape."""

OF_TASK = (
    *("tenant_id", "source_id", "role", "revision", "top_k", "candidates", "mode", "language"),
    *("today", "time_zone", "fiscal_month", "access"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    retrieved: Retrieved
    written: Draft | Refused


_JSON = TypeAdapter(Kept)


def look_up(task: Task) -> tuple[str, Kept | None]:
    """The key of the answer, and what is kept under it. Empty where the answer is not kept: the task or the setting
    forbids it, the writer does, the question does not stand by itself, or the knowledge is in motion."""
    is_kept = task.access and settings.ENVIRONMENT.answer_cache_size and task.generator.fingerprint
    if not is_kept or task.history or task.clarified:
        return "", None
    with tenant_transaction(task.tenant_id):
        knowledge = knowledge_state(task.source_id, embedder=task.embedder, threshold=task.threshold)
        if knowledge is None:
            return "", None
        key = answer_key(task, knowledge=knowledge)
        return key, _recalled(key)


def answer_key(task: Task, *, knowledge: str) -> str:
    """64 hexadecimal digits. Blanks around and between the words of a question mean nothing; all else does.

    `knowledge` is the digest of what is found beside the schema.
    """
    parts = {
        **{name: getattr(task, name) for name in OF_TASK},
        "question": _plain(task.question),
        "max_rows": task.limits.max_rows,
        "generator": task.generator.fingerprint,
        "verified": [(one.id, one.question, one.sql) for one in task.verified],
        "knowledge": knowledge,
        "format": FORMAT,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _recalled(key: str) -> Kept | None:
    found = CachedAnswer.objects.filter(key=key).first()
    if found is None:
        return None
    try:
        kept = _JSON.validate_python(found.answer)
    except ValidationError:
        # Written by another version.
        found.delete()
        return None
    CachedAnswer.objects.filter(id=found.id).update(used_at=timezone.now())
    return kept


def keep(task: Task, *, key: str, retrieved: Retrieved, ending: Ending) -> None:
    """Where the ending is one to keep: a statement that no check wants mended, or a refusal that names what is
    missing. The least lately used go where there are more than the setting allows."""
    written = _worth_keeping(ending)
    limit = settings.ENVIRONMENT.answer_cache_size
    if written is None or limit == 0:
        return
    answer = storable(_JSON.dump_python(Kept(retrieved=retrieved, written=written), mode="json"))
    with tenant_transaction(task.tenant_id):
        CachedAnswer.objects.bulk_create(
            [
                CachedAnswer(
                    tenant_id=task.tenant_id,
                    source_id=task.source_id,
                    key=key,
                    question=storable(_plain(task.question)),
                    answer=answer,
                    used_at=timezone.now(),
                )
            ],
            ignore_conflicts=True,  # somebody asked the same at the same time
        )
        _trim(limit)


def forget(tenant_id: UUID, *, key: str) -> None:
    with tenant_transaction(tenant_id):
        CachedAnswer.objects.filter(key=key).delete()


def forget_question(tenant_id: UUID, *, source_id: UUID, question: str) -> None:
    """Whoever asked it, in whatever state: somebody says that the answer is wrong."""
    with tenant_transaction(tenant_id):
        CachedAnswer.objects.filter(source_id=source_id, question=storable(_plain(question))).delete()


def sweep() -> int:
    """What is too old goes, and what a smaller setting has no place for; how many. Needs an open scope."""
    gone, _ = CachedAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return gone + _trim(settings.ENVIRONMENT.answer_cache_size)


def _trim(limit: int) -> int:
    surplus = CachedAnswer.objects.order_by("-used_at", "id").values("id")[limit:]
    return CachedAnswer.objects.filter(id__in=surplus).delete()[0]


def _worth_keeping(ending: Ending) -> Draft | Refused | None:
    if isinstance(ending, Answered):
        is_doubtful = any(check.repair for check in ending.checks)
        # A verified query is found again without a model, and may lose its voucher meanwhile.
        return None if is_doubtful or ending.draft.vouched else replace(ending.draft, usage=Usage())
    if isinstance(ending, CannotAnswer) and ending.refused.missing:
        return replace(ending.refused, usage=Usage())
    return None


def _plain(question: str) -> str:
    return " ".join(question.split())
