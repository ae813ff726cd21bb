"""A run in the log: its ids on every line that is written while it is at work, and one line that tells how it ended."""

from contextlib import AbstractContextManager

import structlog

from nl2sql.models import Run

_log = structlog.stdlib.get_logger(__name__)


def run_lines(run: Run) -> AbstractContextManager[None]:
    return structlog.contextvars.bound_contextvars(**_ids(run))


def tell_end(run: Run) -> None:
    """Of a run that is over and says when; whoever asks on a command line sees the answer itself. No question,
    statement or row: whoever may read those looks the run up."""
    assert run.completed_at is not None
    ms = round((run.completed_at - run.created_at).total_seconds() * 1_000)
    _log.info("question ended", **_ids(run), status=run.status, code=run.error_code or None, ms=ms)


def _ids(run: Run) -> dict[str, str]:
    """By the request's, which may be empty, a run's lines are found beside those of the web process."""
    return {"run": str(run.id), "tenant": str(run.tenant_id), "request_id": run.request_id}
