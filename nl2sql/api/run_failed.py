"""A run's own error as the error of a request, or of an agent's call."""

from typing import Any

from nl2sql.models import Run, RunStatus
from tenants.domain_error import DomainError


class RunFailed(DomainError):
    """A run ended in an error; its own code and message are passed on."""

    def __init__(self, run: Run) -> None:
        details: dict[str, Any] = {
            name: value for name, value in run.reply["error"].items() if name not in ("code", "detail", "diagnostic")
        }
        super().__init__(run.error_detail, **{**details, "run_id": str(run.id)})
        self.code = run.error_code  # type: ignore[misc]  # the one error whose code is known only when it is raised


def raise_if_failed(run: Run) -> None:
    if run.status == RunStatus.FAILED:
        raise RunFailed(run)
