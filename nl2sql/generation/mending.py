"""What an endpoint's failure is called, and how to mend it, in the words of whoever chose the endpoint."""

from collections.abc import Mapping
from math import ceil

from nl2sql.generation.base import Usage
from nl2sql.generation.errors import LlmError, LlmMisconfigured, LlmTimeout, LlmUnavailable
from schema_index.outbound.model_endpoint import TRANSIENT, EndpointProblem, Kind

_MENDING: Mapping[Kind, str] = {
    "timeout": "The language model did not answer in time: ask again, use a faster model, or raise {timeout}.",
    "unreachable": "The model endpoint cannot be reached: check {url} and the network.",
    "busy": "The model endpoint is limiting requests: ask again in a moment.",
    "failing": "The model endpoint failed: ask again, or see its own logs.",
    "exhausted": "The account at the model endpoint is used up: check its plan and billing.",
    "key": "The model endpoint refused the key: check {key}.",
    "unknown": "The model endpoint knows no such model or path: check {model} and {url}.",
    "rejected": (
        "The model endpoint refused the request: check {model}, and {optional} where they are set; if its context is "
        "short, lower {prompt}."
    ),
    "unanswered": "The prompt was left in the folder that {url} names: put the model's answer beside it, then ask "
    "again.",
    "too_large": "The model endpoint refused the prompt as too large: lower {prompt}.",
}

_LONGEST_WAIT_S = 3_600
"""What an endpoint asks for is passed on no further than this."""

_INSTALLATION = {
    "timeout": "LLM_TIMEOUT_S",
    "url": "LLM_BASE_URL",
    "key": "LLM_API_KEY",
    "model": "LLM_MODEL",
    "optional": "LLM_TEMPERATURE, LLM_SEED and LLM_MAX_OUTPUT_TOKENS",
    "output": "LLM_MAX_OUTPUT_TOKENS",
    "prompt": "LLM_PROMPT_TOKENS",
}
_TENANT = {
    "timeout": "the timeout in the tenant's model settings",
    "url": "the address in the tenant's model settings",
    "key": "the key in the tenant's model settings",
    "model": "the model's name in the tenant's model settings",
    "optional": "temperature, seed and output tokens",
    "output": "the output tokens in the tenant's model settings",
    "prompt": "the prompt tokens in the tenant's model settings",
}


def place(name: str, *, is_own: bool) -> str:
    """Where a setting is changed; `is_own` says that a tenant chose the endpoint."""
    return (_TENANT if is_own else _INSTALLATION)[name]


def told(problem: EndpointProblem, *, usage: Usage, is_own: bool) -> LlmError:
    """`retry_after` in its details where the endpoint itself asked for a wait that was too long for one answer."""
    message = _MENDING[problem.kind].format_map(_TENANT if is_own else _INSTALLATION)
    if problem.kind == "timeout":
        return LlmTimeout(message, usage=usage)
    if problem.kind not in (*TRANSIENT, "unanswered"):
        return LlmMisconfigured(message, usage=usage)
    wait = min(ceil(problem.retry_after_s or 0), _LONGEST_WAIT_S)
    return LlmUnavailable(message, usage=usage, **({"retry_after": wait} if wait else {}))
