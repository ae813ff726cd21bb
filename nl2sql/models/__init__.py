"""Questions, their runs and what happened on them."""

from nl2sql.models.conversation import Conversation
from nl2sql.models.run import Run, RunEvent, RunStatus

__all__ = ["Conversation", "Run", "RunEvent", "RunStatus"]
