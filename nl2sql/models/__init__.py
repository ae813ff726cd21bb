"""Questions, their runs and what happened on them; how well sets of questions were answered; verified queries."""

from nl2sql.models.accepted_state import AcceptedState
from nl2sql.models.cached_answer import CachedAnswer
from nl2sql.models.conversation import Conversation
from nl2sql.models.evaluation import Evaluation, EvaluationCase
from nl2sql.models.run import Run, RunEvent, RunStatus
from nl2sql.models.tenant_model import TenantModel
from nl2sql.models.verified_query import QueryOrigin, QueryState, Rating, RunFeedback, VerifiedQuery

__all__ = [
    "AcceptedState",
    "CachedAnswer",
    "Conversation",
    "Evaluation",
    "EvaluationCase",
    "QueryOrigin",
    "QueryState",
    "Rating",
    "Run",
    "RunEvent",
    "RunFeedback",
    "RunStatus",
    "TenantModel",
    "VerifiedQuery",
]
