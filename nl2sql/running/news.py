"""Tells those who wait for runs of other processes when something has happened in one.

Looked for, and not heard from the database: notifications need a session of one's own, which a transaction pooler does
not give.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Subquery

from nl2sql.models import Run, RunEvent
from nl2sql.models.run import AT_WORK
from nl2sql.running.lookout import Lookout
from tenants.context import tenant_transaction

LOOK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """`last` is the sequence of the run's newest event, 0 for none."""

    last: int
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    run_id: UUID
    tell: Callable[[News], None]


@contextmanager
def news_of(tenant_id: UUID, run_id: UUID, *, tell: Callable[[News], None]) -> Iterator[None]:
    """While the block lasts, `tell` is called by another thread again and again with how far the run is: it must be
    quick, and see itself whether that is new."""
    with _NEWS.taking_part(tenant_id, _Reader(run_id=run_id, tell=tell)):
        yield


def _look(tenant_id: UUID, readers: Sequence[_Reader]) -> None:
    with tenant_transaction(tenant_id):
        newest = RunEvent.objects.filter(run=OuterRef("pk")).order_by("-sequence").values("sequence")[:1]
        runs = Run.objects.filter(id__in={one.run_id for one in readers}).annotate(last=Subquery(newest))
        found = {
            run_id: News(last=last or 0, is_over=status not in AT_WORK)
            for run_id, status, last in runs.values_list("id", "status", "last")
        }
    for one in readers:
        if one.run_id in found:
            one.tell(found[one.run_id])


_NEWS = Lookout("run-news", _look, pause_s=LOOK_S)
