"""What an admin sees of a source beside its fields: its last sync, what that changed, and what hangs on the source."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join

from schema_index.models import (
    Chunk,
    ColumnValue,
    DataSource,
    Document,
    FaqEntry,
    SchemaChange,
    Snapshot,
    SyncRun,
    SyncState,
)
from schema_index.sync_runs import latest_run

MAX_SHOWN = 50

NOTHING = "-"


def last_sync(source: DataSource) -> str:
    run = latest_run(source.id)
    return NOTHING if run is None else run_in_words(run)


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
    return (
        f"done: {run.total} tables, {changed or 'no'} {'change' if changed == 1 else 'changes'}, for {run.requested_by}"
    )


def last_changes(source: DataSource) -> str:
    """The changes of the last revision, the first fifty of them."""
    if source.snapshot is None:
        return NOTHING
    changes = SchemaChange.objects.filter(snapshot=source.snapshot).order_by("place")
    total = changes.count()
    more = format_html("<p>and {} more</p>", total - MAX_SHOWN) if total > MAX_SHOWN else ""
    lines = format_html_join("", "<li>{}</li>", ((str(change),) for change in changes[:MAX_SHOWN]))
    at = source.snapshot.created_at
    return format_html("<p>{} UTC</p><ul>{}</ul>{}", f"{source.snapshot}, {at:%Y-%m-%d %H:%M}", lines, more)


def left_out(source: DataSource) -> str:
    """What could not be read, with the reason."""
    if source.snapshot is None or not source.snapshot.unreadable:
        return NOTHING
    return format_html(
        "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line,) for line in source.snapshot.unreadable[:MAX_SHOWN]))
    )


def what_goes_with(sources: Sequence[DataSource]) -> tuple[list[str], dict[str, int]]:
    """For the page that confirms a deletion: a line for each source, and the number of each kind of row."""
    counts = {
        "revisions of its schema": Snapshot.objects.filter(source__in=sources).count(),
        "FAQ entries": FaqEntry.objects.filter(source__in=sources).count(),
        "documents": Document.objects.filter(source__in=sources).count(),
        "indexed texts with their vectors": Chunk.objects.filter(source__in=sources).count(),
        "stored values": ColumnValue.objects.filter(source__in=sources).count(),
        "syncs": SyncRun.objects.filter(source__in=sources).count(),
    }
    lines = [f"Data source: {source.name} ({source.slug}). The database itself is not touched." for source in sources]
    return lines, {"data sources": len(sources), **{name: count for name, count in counts.items() if count}}
