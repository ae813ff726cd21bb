"""SQL from a language model behind any OpenAI-compatible chat.completions address."""

import hashlib
import json
import math
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from openai import OpenAI

from nl2sql.generation.answer_format import instruction, read_answer, response_format
from nl2sql.generation.base import Generation, GenerationRequest, Refused, Usage
from nl2sql.generation.circuit import BREAKERS, CircuitKey
from nl2sql.generation.completion import Completion, read_completion
from nl2sql.generation.endpoint_habits import HabitsMemory, lower
from nl2sql.generation.errors import LlmBadResponse, LlmBudgetUsedUp, LlmUnavailable
from nl2sql.generation.extract import Unreadable, extract
from nl2sql.generation.mending import place, told
from nl2sql.generation.model_settings import ModelSettings
from nl2sql.generation.model_span import model_span, note_completion
from nl2sql.generation.retry import wait_before_retry
from nl2sql.prompt.budget import estimate
from nl2sql.prompt.build import Prompt, build
from nl2sql.prompt.template_files import template_version
from schema_index.outbound.model_endpoint import TRANSIENT, EndpointProblem, call, open_endpoint
from tenants.cancellation import NEVER, Cancellation
from tenants.quotas import QuotaExceeded

_READINGS = 2
"""Replies read for one answer: a second may mend a slip of form, a third rarely does."""
_RESERVED_TOKENS = 200
"""Of the budget, for the format instruction and the note about an unreadable answer."""
_MIN_TIMEOUT_S = 0.05

_UNLIMITED_OUTPUT_TOKENS = 4_000
"""Set aside for a reply where no limit is sent: statements and their reasons take a few hundred, models that think
aloud some thousands."""
_MESSAGE_TOKENS = 20
"""Roles and separators that an endpoint counts around the texts."""

_GREETING = Prompt(system="This only tries whether you can be reached: refuse, in one word.", user="Are you there?")

_MEMORY = HabitsMemory()


class OpenAICompatibleGenerator:
    """One instance may serve many questions and threads; connections live as long as one answer takes."""

    can_repair = True
    places_every_word = False

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings

    @property
    def name(self) -> str:
        return self._settings.model

    @property
    def fingerprint(self) -> str:
        settings = self._settings
        parts = [settings.base_url, settings.model, settings.temperature, settings.seed]
        parts += [settings.max_output_tokens, settings.token_budget, template_version()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def generate(self, request: GenerationRequest, *, cancellation: Cancellation = NEVER) -> Generation:
        """Raises LlmUnavailable, LlmMisconfigured, LlmTimeout, LlmBadResponse, LlmBudgetUsedUp, PromptTooLarge, or
        Cancelled."""
        settings = self._settings
        prompt = build(request, token_budget=settings.token_budget - _RESERVED_TOKENS)
        with opened(settings, cancellation=cancellation) as client:
            return _Conversation(settings, client, prompt, cancellation).answer()

    def greet(self) -> int:
        """The least call there is, counted like any other; the milliseconds it took. Raises as `generate` does."""
        settings = self._settings
        with opened(settings) as client:
            started = time.monotonic()
            _Conversation(settings, client, _GREETING, NEVER).complete()
            return round((time.monotonic() - started) * 1000)


@contextmanager
def opened(settings: ModelSettings, *, cancellation: Cancellation = NEVER) -> Iterator[OpenAI]:
    """Raises LlmMisconfigured for a key that cannot even be sent."""
    try:
        with open_endpoint(
            settings.base_url,
            api_key=settings.api_key,
            timeout_s=settings.timeout_s,
            address=settings.address,
            cancellation=cancellation,
        ) as client:
            yield client
    except EndpointProblem as problem:
        raise told(problem, usage=Usage(model=settings.model), is_own=settings.is_own) from problem


class _Conversation:
    """All calls that one answer takes, with what they spent."""

    def __init__(self, settings: ModelSettings, client: OpenAI, prompt: Prompt, cancellation: Cancellation) -> None:
        self._settings = settings
        self._client = client
        self._prompt = prompt
        self._cancellation = cancellation
        self._habits = _MEMORY.recall(settings.base_url, settings.model)
        self._circuit = CircuitKey.of(settings.base_url, settings.model, api_key=settings.api_key)
        self._usage = Usage(model=settings.model, cost=Decimal(0) if settings.price else None)
        self._ends_at = time.monotonic() + settings.deadline_s
        self._failures = 0

    def answer(self) -> Generation:
        problem = ""
        output = place("output", is_own=self._settings.is_own)
        for _ in range(_READINGS):
            completion = self.complete(problem)
            if completion.finish == "length":
                raise LlmBadResponse(
                    f"The model's answer was cut at its length limit: raise {output}.", usage=self._usage
                )
            read = self._read(completion)
            if not isinstance(read, Unreadable):
                return replace(read, usage=self._usage)
            problem = read.problem
        model = place("model", is_own=self._settings.is_own)
        raise LlmBadResponse(
            f"The language model's answer could not be read ({problem}): ask again, or choose a stronger {model}.",
            usage=self._usage,
        )

    def _read(self, completion: Completion) -> Generation | Unreadable:
        if completion.finish == "content_filter":
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

    def complete(self, problem: str = "") -> Completion:
        """One reply, after as many attempts as settings and deadline allow. `problem` says what was wrong with the one
        before."""
        while True:
            self._ask_the_breaker()
            try:
                completion = self._request(problem)
            except EndpointProblem as failure:
                self._after(failure)
                continue
            BREAKERS.succeeded(self._circuit)
            _MEMORY.remember(self._settings.base_url, self._settings.model, habits=self._habits)
            spent = Usage(
                model=self._settings.model,
                input_tokens=completion.input_tokens,
                output_tokens=completion.output_tokens,
                cost=self._cost(completion.input_tokens, completion.output_tokens) if completion.is_counted else None,
            )
            self._usage = self._usage.plus(spent)
            return completion

    def _ask_the_breaker(self) -> None:
        wait_s = BREAKERS.wait_s(self._circuit, rules=self._settings.breaker)
        if wait_s is not None:
            seconds = math.ceil(wait_s)
            raise LlmUnavailable(
                f"The model endpoint failed many times in a row and is left alone: ask again in {seconds} seconds.",
                usage=self._usage,
                retry_after=seconds,
            )

    def _after(self, failure: EndpointProblem) -> None:
        """Change what is sent, or wait, so that the next attempt makes sense; raises when none does."""
        if failure.kind in TRANSIENT:
            BREAKERS.failed(self._circuit, rules=self._settings.breaker)
        else:
            BREAKERS.succeeded(self._circuit)
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
            raise told(failure, usage=self._usage, is_own=self._settings.is_own) from failure
        self._cancellation.wait(wait_s)

    def _request(self, problem: str) -> Completion:
        """The most that the call may take is set aside, and what it took put in its place, however it ends."""
        left_s = max(self._ends_at - time.monotonic(), _MIN_TIMEOUT_S)
        timeout_s = min(self._settings.timeout_s, left_s)
        completions = self._client.chat.completions.with_raw_response
        body = self._body(problem)
        input_tokens = sum(estimate(message["content"]) + _MESSAGE_TOKENS for message in body["messages"])
        most = (input_tokens, self._settings.max_output_tokens or _UNLIMITED_OUTPUT_TOKENS)
        reservation = self._reserve(*most, hold_s=2 * timeout_s)
        taken = (input_tokens, 0)  # by a call that is not waited for
        try:
            with model_span(self._settings) as span:
                completion = read_completion(
                    call(lambda: completions.create(**body, timeout=timeout_s), cancellation=self._cancellation)
                )
                note_completion(span, completion)
            taken = (completion.input_tokens, completion.output_tokens) if completion.is_counted else most
            return completion
        except EndpointProblem as failure:
            if failure.kind != "timeout":
                taken = (0, 0)
            raise
        finally:
            cost = self._cost(*taken) if any(taken) else Decimal(0)
            self._settings.meter.settle(reservation, tokens=sum(taken), cost=cost)

    def _reserve(self, input_tokens: int, output_tokens: int, *, hold_s: float) -> UUID | None:
        cost = self._cost(input_tokens, output_tokens)
        try:
            return self._settings.meter.reserve(tokens=input_tokens + output_tokens, cost=cost, hold_s=hold_s)
        except QuotaExceeded as used_up:
            raise LlmBudgetUsedUp(used_up.message, usage=self._usage, **used_up.details) from used_up

    def _cost(self, input_tokens: int, output_tokens: int) -> Decimal | None:
        price = self._settings.price
        return None if price is None else price.of(input_tokens=input_tokens, output_tokens=output_tokens)

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
