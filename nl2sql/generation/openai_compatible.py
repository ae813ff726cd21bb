"""SQL from a language model behind any OpenAI-compatible chat.completions address."""

import random
import time
from dataclasses import dataclass, field, replace
from typing import Any

from openai import OpenAI

from nl2sql.generation.answer_format import instruction, read_answer, response_format
from nl2sql.generation.base import Generation, GenerationRequest, Refused, Usage
from nl2sql.generation.completion import Completion, read_completion
from nl2sql.generation.endpoint_habits import HabitsMemory, lower
from nl2sql.generation.errors import LlmBadResponse, LlmError, LlmMisconfigured, LlmTimeout, LlmUnavailable
from nl2sql.generation.extract import Unreadable, extract
from nl2sql.generation.retry import wait_before_retry
from nl2sql.prompt.build import Prompt, build
from schema_index.model_endpoint import TRANSIENT, EndpointProblem, Kind, call, open_endpoint
from tenants.cancellation import NEVER, Cancellation

_READINGS = 2
"""Replies read for one answer: a second may mend a slip of form, a third rarely does."""
_RESERVED_TOKENS = 200
"""Of the budget, for the format instruction and the note about an unreadable answer."""
_MIN_TIMEOUT_S = 0.05

_MEMORY = HabitsMemory()

_MENDING: dict[Kind, str] = {
    "timeout": "The language model did not answer in time: ask again, use a faster model, or raise LLM_TIMEOUT_S.",
    "unreachable": "The model endpoint cannot be reached: check LLM_BASE_URL and the network.",
    "busy": "The model endpoint is limiting requests: ask again in a moment.",
    "failing": "The model endpoint failed: ask again, or see its own logs.",
    "exhausted": "The account at the model endpoint is used up: check its plan and billing.",
    "key": "The model endpoint refused the key: check LLM_API_KEY.",
    "unknown": "The model endpoint knows no such model or path: check LLM_MODEL and LLM_BASE_URL.",
    "rejected": (
        "The model endpoint refused the request: check LLM_MODEL, and LLM_TEMPERATURE, LLM_SEED and "
        "LLM_MAX_OUTPUT_TOKENS where they are set; if its context is short, lower LLM_PROMPT_TOKENS."
    ),
    "unanswered": (
        "The prompt was left in the folder that LLM_BASE_URL names: put the model's answer beside it, then ask again."
    ),
    "too_large": "The model endpoint refused the prompt as too large: lower LLM_PROMPT_TOKENS.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """`timeout_s` bounds one call, `deadline_s` all calls and waits of one answer. None is not sent at all.

    `max_attempts` bounds the failures that are forgiven, plus one; `token_budget` bounds each prompt.
    """

    base_url: str
    api_key: str = field(repr=False)
    model: str
    timeout_s: float = 60.0
    max_attempts: int = 3
    temperature: float | None = None
    seed: int | None = None
    max_output_tokens: int | None = None
    token_budget: int = 6_000
    deadline_s: float = 120.0
    first_wait_s: float = 0.5


class OpenAICompatibleGenerator:
    """One instance may serve many questions and threads; connections live as long as one answer takes."""

    can_repair = True
    places_every_word = False

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings

    @property
    def name(self) -> str:
        return self._settings.model

    def generate(self, request: GenerationRequest, *, cancellation: Cancellation = NEVER) -> Generation:
        """Raises LlmUnavailable, LlmMisconfigured, LlmTimeout, LlmBadResponse, PromptTooLarge, or Cancelled."""
        settings = self._settings
        prompt = build(request, token_budget=settings.token_budget - _RESERVED_TOKENS)
        try:
            with open_endpoint(
                settings.base_url,
                api_key=settings.api_key,
                timeout_s=settings.timeout_s,
                cancellation=cancellation,
            ) as client:
                return _Conversation(settings, client, prompt, cancellation).answer()
        except EndpointProblem as problem:  # a key that cannot even be sent
            raise _told(problem, usage=Usage(model=settings.model)) from problem


class _Conversation:
    """All calls that one answer takes, with what they spent."""

    def __init__(self, settings: ModelSettings, client: OpenAI, prompt: Prompt, cancellation: Cancellation) -> None:
        self._settings = settings
        self._client = client
        self._prompt = prompt
        self._cancellation = cancellation
        self._habits = _MEMORY.recall(settings.base_url, settings.model)
        self._usage = Usage(model=settings.model)
        self._ends_at = time.monotonic() + settings.deadline_s
        self._failures = 0

    def answer(self) -> Generation:
        problem = ""
        for _ in range(_READINGS):
            completion = self._complete(problem)
            if completion.finish == "length":
                raise LlmBadResponse(
                    "The model's answer was cut at its length limit: raise LLM_MAX_OUTPUT_TOKENS.", usage=self._usage
                )
            read = self._read(completion)
            if not isinstance(read, Unreadable):
                return replace(read, usage=self._usage)
            problem = read.problem
        raise LlmBadResponse(
            f"The language model's answer could not be read ({problem}): ask again, or choose a stronger LLM_MODEL.",
            usage=self._usage,
        )

    def _read(self, completion: Completion) -> Generation | Unreadable:
        if completion.finish == "filtered":
            return Refused(message="The model's provider declined this question by its content filter: rephrase it.")
        if completion.refusal:
            return Refused(message=completion.refusal)
        fields = extract(completion.text)
        if isinstance(fields, Unreadable):
            return fields
        prompt = self._prompt
        return read_answer(
            fields, generator=self._settings.model, definitions=prompt.definitions, exchanges=prompt.exchanges
        )

    def _complete(self, problem: str) -> Completion:
        """One reply, after as many attempts as settings and deadline allow."""
        while True:
            try:
                completion = self._request(problem)
            except EndpointProblem as failure:
                self._after(failure)
                continue
            _MEMORY.remember(self._settings.base_url, self._settings.model, habits=self._habits)
            self._usage = replace(
                self._usage,
                input_tokens=self._usage.input_tokens + completion.input_tokens,
                output_tokens=self._usage.output_tokens + completion.output_tokens,
            )
            return completion

    def _after(self, failure: EndpointProblem) -> None:
        """Change what is sent, or wait, so that the next attempt makes sense; raises when none does."""
        if failure.status in (400, 422):
            limited = self._settings.max_output_tokens is not None
            habits = lower(self._habits, detail=failure.detail, limited=limited)
            if habits is not None:
                self._habits = habits
                return
        self._failures += 1
        wait_s = wait_before_retry(
            failure,
            failures=self._failures,
            max_attempts=self._settings.max_attempts,
            first_wait_s=self._settings.first_wait_s,
            left_s=self._ends_at - time.monotonic(),
            jitter=random.random(),  # noqa: S311  spreads callers, guards nothing
        )
        if wait_s is None:
            raise _told(failure, usage=self._usage) from failure
        self._cancellation.wait(wait_s)

    def _request(self, problem: str) -> Completion:
        left_s = max(self._ends_at - time.monotonic(), _MIN_TIMEOUT_S)
        timeout_s = min(self._settings.timeout_s, left_s)
        completions = self._client.chat.completions.with_raw_response
        body = self._body(problem)
        return read_completion(
            call(lambda: completions.create(**body, timeout=timeout_s), cancellation=self._cancellation)
        )

    def _body(self, problem: str) -> dict[str, Any]:
        settings, habits = self._settings, self._habits
        messages = [
            {"role": "system", "content": self._prompt.system + instruction(habits.rung)},
            {"role": "user", "content": self._prompt.user + _note(problem)},
        ]
        optional = {
            "response_format": response_format(habits.rung),
            "temperature": settings.temperature,
            "seed": settings.seed,
            habits.limit_name: settings.max_output_tokens,
        }
        return {
            "model": settings.model,
            "messages": messages,
            **{name: value for name, value in optional.items() if value is not None},
        }


def _note(problem: str) -> str:
    if not problem:
        return ""
    return f"\nYour last answer could not be read: {problem}. Answer again, with the one JSON object described above.\n"


def _told(problem: EndpointProblem, *, usage: Usage) -> LlmError:
    message = _MENDING[problem.kind]
    if problem.kind == "timeout":
        return LlmTimeout(message, usage=usage)
    return (LlmUnavailable if problem.kind in (*TRANSIENT, "unanswered") else LlmMisconfigured)(message, usage=usage)
