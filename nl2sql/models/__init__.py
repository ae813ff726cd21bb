"""Questions, their runs and what happened on them; and how well sets of questions were answered."""

from nl2sql.models.conversation import Conversation
from nl2sql.models.evaluation import Evaluation, EvaluationCase
from nl2sql.models.run import Run, RunEvent, RunStatus

__all__ = ["Conversation", "Evaluation", "EvaluationCase", "Run", "RunEvent", "RunStatus"]
