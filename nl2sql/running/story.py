"""What a caller may see of a run so far."""

from dataclasses import dataclass
from uuid import UUID

from nl2sql.models import Run, RunEvent
from nl2sql.replies.stream_events import ENDS, Stored, StreamEvent, created, last_sequence, stream_events
from nl2sql.running.own_run import find, own_runs, why_withheld
from nl2sql.runs import reply_of
from tenants.context import tenant_transaction
from tenants.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`is_over` when no event will follow those of `events`."""

    run: Run
    events: tuple[StreamEvent, ...]
    is_over: bool


def story(principal: Principal, run_id: UUID, *, after: int) -> Story:
    """Events with a higher id than `after`; -1 for all. A run left behind is ended first. Raises NotFound."""
    with tenant_transaction(principal.tenant_id):
        # Before the run: one that ends in between is found over, with events that are read the next time.
        own = own_runs(principal).filter(id=run_id)
        rows = RunEvent.objects.filter(run__in=own, sequence__gte=last_sequence(max(after, 0)))
        stored = [
            Stored(sequence=sequence, kind=kind, payload=payload)
            for sequence, kind, payload in rows.values_list("sequence", "kind", "payload")
        ]
        run = find(principal, run_id)
        reply = reply_of(run)
        if any(one.kind == "sql" for one in stored) and why_withheld(principal, run):
            stored = [one for one in stored if one.kind != "sql"]
    told = [created(reply), *(event for one in stored for event in stream_events(one, reply=reply))]
    events = tuple(event for event in told if event.id > after)
    ended = not run.is_at_work and (not stored or stored[-1].kind in ENDS)
    return Story(run=run, events=events, is_over=ended)
