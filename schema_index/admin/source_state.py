"""What an admin sees of a source beside its fields: its last sync, what that changed, and what hangs on the source."""

from collections.abc import Iterable, Sequence

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from schema_index.models import (
    Chunk,
    ColumnValue,
    DataSource,
    Document,
    FaqEntry,
    JudgedQuestion,
    SchemaChange,
    Snapshot,
    SyncRun,
    SyncState,
)
from schema_index.syncing.proposed_schemas import proposed
from schema_index.syncing.sync_runs import latest_run

MAX_SHOWN = 50

NOTHING = "-"


@admin.display(description="last sync")
def last_sync(source: DataSource) -> str:
    run = latest_run(source.id)
    return NOTHING if run is None else run_in_words(run)


@admin.display(description="state")
def run_in_words(run: SyncRun) -> str:
    """In one line: the state, how far it is, and who asked for it."""
    progress = f"{run.done} of {run.total} tables" if run.total else "connecting"
    match run.state_now:
        case SyncState.QUEUED:
            return f"queued since {run.requested_at:%Y-%m-%d %H:%M:%S} UTC, for {run.requested_by}"
        case SyncState.RUNNING:
            at = f", at {run.current}" if run.current else ""
            return f"running: {progress}{at}, for {run.requested_by}"
        case SyncState.INTERRUPTED:
            return f"interrupted after {progress}: its process has died; sync again"
        case SyncState.FAILED:
            return f"failed: {run.error}"
    changed = sum(run.counts.get("changes", {}).values())
    broken = run.counts.get("broken", 0)
    breaks = f", {broken} verified queries broken" if broken else ""
    state = "refused" if run.state == SyncState.REFUSED else "done"
    changes = f"{changed or 'no'} {'change' if changed == 1 else 'changes'}"
    return f"{state}: {run.total} tables, {changes}{breaks}, for {run.requested_by}"


@admin.display(description="what it changed")
def last_changes(source: DataSource) -> str:
    """The changes of the last revision, the first fifty of them."""
    if source.snapshot is None:
        return NOTHING
    changes = SchemaChange.objects.filter(snapshot=source.snapshot).order_by("place")
    total = changes.count()
    at = source.snapshot.created_at
    lines = [f"{source.snapshot}, {at:%Y-%m-%d %H:%M} UTC", *map(str, changes[:MAX_SHOWN])]
    return in_lines(lines, more=total - MAX_SHOWN)


@admin.display(description="waits to be accepted")
def waiting(source: DataSource) -> str:
    """The changed schema that waits to be accepted, and what it would break."""
    found = proposed(source)
    if found is None:
        return NOTHING
    state = f"accepted by {found.accepted_by}, for the next sync" if found.accepted_by else "not in use"
    head = f"found {found.found_at:%Y-%m-%d %H:%M} UTC, {state}: {found.change_count} changes"
    breaks = [f'breaks "{one["subject"]}": {one["reason"]}' for one in found.broken]
    return in_lines((head, *found.changes, *breaks), more=0)


@admin.display(description="left out")
def left_out(source: DataSource) -> str:
    """What could not be read, with the reason."""
    if source.snapshot is None or not source.snapshot.unreadable:
        return NOTHING
    unreadable = source.snapshot.unreadable
    return in_lines(unreadable[:MAX_SHOWN], more=len(unreadable) - MAX_SHOWN)


def in_lines(lines: Iterable[str], *, more: int) -> str:
    """One line each, escaped; and how many more there are. The admin sets lists far to the right."""
    told = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))
    return format_html("{}<br>and {} more", told, more) if more > 0 else told


def what_goes_with(sources: Sequence[DataSource]) -> tuple[list[str], dict[str, int]]:
    """For the page that confirms a deletion: a line for each source, and the number of each kind of row."""
    counts = {
        "revisions of its schema": Snapshot.objects.filter(source__in=sources).count(),
        "judged questions": JudgedQuestion.objects.filter(source__in=sources).count(),
        "FAQ entries": FaqEntry.objects.filter(source__in=sources).count(),
        "documents": Document.objects.filter(source__in=sources).count(),
        "indexed texts with their vectors": Chunk.objects.filter(source__in=sources).count(),
        "stored values": ColumnValue.objects.filter(source__in=sources).count(),
        "syncs": SyncRun.objects.filter(source__in=sources).count(),
    }
    lines = [f"Data source: {source.name} ({source.slug}). The database itself is not touched." for source in sources]
    return lines, {"data sources": len(sources), **{name: count for name, count in counts.items() if count}}
