"""Stores what happens in a run: whenever something slow begins, and when the run ends."""

import json
from typing import Any

from django.db import IntegrityError, connection

from nl2sql.events import Blocked, Event, StepName, StepStarted
from nl2sql.metrics import observe_event
from nl2sql.models import Run
from nl2sql.replies.event_payload import event_payload
from nl2sql.replies.stored_json import storable
from nl2sql.running.rate_limit import BLOCKED
from tenants import audit
from tenants.context import tenant_transaction
from tenants.outage import through_outage

SLOW: frozenset[StepName] = frozenset({"generate", "execute"})
"""Steps that wait for others; the rest are over in milliseconds, and a transaction takes as long."""


# With the digest, a policy of today can be compared with.
_STORE = """
WITH seen AS (UPDATE nl2sql_run SET access_digest = %(digest)s WHERE id = %(run)s AND access_digest <> %(digest)s)
INSERT INTO nl2sql_runevent (id, tenant_id, run_id, sequence, kind, payload, at)
SELECT gen_random_uuid(), %(tenant)s, %(run)s, one.sequence, one.kind, one.payload, statement_timestamp()
FROM jsonb_to_recordset(%(rows)s::jsonb) AS one (sequence integer, kind text, payload jsonb)
"""


class Superseded(Exception):
    """Another process has ended this run meanwhile: what is done here counts no more."""


class Recorder:
    """What happens between two slow things is stored together: a reader sees it no later, and it is one transaction."""

    def __init__(self, run: Run) -> None:
        self.events: list[Event] = []
        self._run = run
        self._stored = 0

    def add(self, event: Event) -> None:
        """Raises Superseded."""
        self.events.append(event)
        observe_event(event)
        if not isinstance(event, StepStarted) or event.name not in SLOW:
            return
        self._stored = through_outage(self._store_now)

    def _store_now(self) -> int:
        with tenant_transaction(self._run.tenant_id):
            return self.store()

    def store(self) -> int:
        """What is not stored yet; how many events are, once the open scope is committed. Raises Superseded."""
        rows = [_row(event, number) for number, event in enumerate(self.events[self._stored :], start=self._stored + 1)]
        run = self._run
        values: dict[str, Any] = {"tenant": run.tenant_id, "run": run.id, "digest": run.access_digest}
        try:
            with connection.cursor() as cursor:
                cursor.execute(_STORE, {**values, "rows": json.dumps(rows)})
        except IntegrityError as error:
            raise Superseded from error
        for event in self.events[self._stored :]:
            if isinstance(event, Blocked):
                rules = sorted({violation.code for violation in event.violations})
                audit.record(BLOCKED, actor=self._run.actor, subject=str(self._run.id), rules=rules)
        return len(self.events)


def _row(event: Event, number: int) -> dict[str, Any]:
    kind, payload = event_payload(event)
    return {"sequence": number, "kind": kind, "payload": storable(payload)}
