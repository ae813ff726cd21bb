"""Which queued runs workers are told of now: the broker holds a few questions of each tenant, the rest stand in the
database until one of these ends. So a tenant with a thousand waiting keeps nobody else waiting.

A message can be lost, with the broker's memory or with the worker that had fetched it: of a run that nobody took,
workers are told again. A run is claimed once, so a message that comes twice does no harm.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from tenants.context import current_tenant_id

LOST_AFTER = timedelta(seconds=15)
"""Longer than most messages wait, and short beside the deadline of a question. With all workers busy for longer, each
run costs one idle message for each such span."""

_TAKE = """
WITH next AS (
    SELECT id FROM nl2sql_run
    WHERE tenant_id = %(tenant)s AND status = 'queued' AND deadline_at > statement_timestamp() AND sent_at IS NULL
    ORDER BY created_at
    LIMIT greatest(0, %(at_once)s - (
        SELECT count(*) FROM nl2sql_run
        WHERE tenant_id = %(tenant)s AND status IN ('queued', 'running') AND sent_at IS NOT NULL
    ))
    FOR UPDATE SKIP LOCKED
), lost AS (
    SELECT id FROM nl2sql_run
    WHERE tenant_id = %(tenant)s AND status = 'queued' AND deadline_at > statement_timestamp()
        AND sent_at < statement_timestamp() - make_interval(secs => %(lost_s)s)
    FOR UPDATE SKIP LOCKED
)
UPDATE nl2sql_run SET sent_at = statement_timestamp() WHERE id IN (SELECT id FROM next UNION ALL SELECT id FROM lost)
RETURNING id
"""


def take_turns() -> list[UUID]:
    """Runs of the open scope's tenant: oldest first as many as have room, and those whose message was lost. One
    statement, and of several callers each gets others; two at the same moment may go a few beyond
    `QUESTIONS_AT_ONCE`."""
    values: dict[str, Any] = {"tenant": current_tenant_id(), "lost_s": LOST_AFTER.total_seconds(), "at_once": at_once()}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        return [run_id for (run_id,) in cursor.fetchall()]


def at_once() -> int:
    """Threads of this process are few: one of them is left to others."""
    environment = settings.ENVIRONMENT
    own = max(1, environment.ask_workers - 1) if environment.embedded_worker else environment.questions_at_once
    return min(own, environment.questions_at_once)
