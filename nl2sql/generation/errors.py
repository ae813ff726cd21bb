"""How a language model fails as a component; an answer it declines to give is a value, `Refused`, and no error."""

from nl2sql.generation.base import Usage
from tenants.domain_error import DomainError


class LlmError(DomainError):
    """`usage` holds the tokens that were spent all the same."""

    def __init__(self, message: str, *, usage: Usage | None = None, **details: object) -> None:
        super().__init__(message, **details)
        self.usage = usage or Usage()


class LlmUnavailable(LlmError):
    """The endpoint cannot be reached, limits requests or fails: asking again later may help."""

    code = "llm_unavailable"
    retryable = True


class LlmMisconfigured(LlmError):
    """The endpoint refuses the key, the model or the request: asking again does not help, mending the settings does."""

    code = "llm_unavailable"


class LlmTimeout(LlmError):
    """No reply within the deadline: ask again, use a faster model, or raise LLM_TIMEOUT_S."""

    code = "llm_timeout"
    retryable = True


class LlmBadResponse(LlmError):
    """Replies came, but none could be read as an answer: a stronger model, or a larger output limit, mends that."""

    code = "llm_bad_response"
    retryable = True


class LlmBudgetUsedUp(LlmError):
    """The tenant's tokens or money for models are used up: wait as long as `retry_after` says, or have them raised."""

    code = "quota_exceeded"
    retryable = True
