"""The language-model generator against a real HTTP server that follows a script."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from nl2sql.generation.base import Choice, Clarify, Draft, Feedback, GenerationRequest, Refused, Usage
from nl2sql.generation.errors import LlmBadResponse, LlmError, LlmMisconfigured, LlmTimeout, LlmUnavailable
from nl2sql.generation.model_settings import ModelSettings
from nl2sql.generation.openai_compatible import OpenAICompatibleGenerator
from nl2sql.prompt.build import PromptTooLarge
from schema_index.retrieval.types import TableHit
from schema_index.schema import Column, DatabaseSchema, Table
from tenants.cancellation import Cancellation, Cancelled
from tests.scripted_model import (
    BROKEN,
    CLARIFIES,
    CUT_OFF,
    EMPTY,
    LIMITED,
    MALFORMED,
    REFUSES,
    SLOW,
    TWO_STATEMENTS,
    WRITES,
    WRONG_KEY,
    Recorded,
    Reply,
    ScriptedModel,
    answers,
    fails,
    says,
)

SECRET = "sk-secret"
ORDERS = Table(
    schema="main",
    name="orders",
    columns=(Column(name="id", type="INTEGER", kind="integer"), Column(name="total", type="REAL", kind="number")),
    primary_key=("id",),
)
REQUEST = GenerationRequest(
    question="How many orders are there?",
    schema=DatabaseSchema.of("sqlite", "main", [ORDERS]),
    tables=(TableHit(schema="main", name="orders", similarity=0.7, reason="similar"),),
    today=date(2026, 11, 20),
    max_rows=100,
)
GOOD = answers(sql="SELECT count(*) FROM orders", interpreted_as="Number of all orders", assumptions=["none left out"])
ONE_CALL = Usage(model="scripted", input_tokens=100, output_tokens=10)
DRAFT = Draft(
    sql="SELECT count(*) FROM orders",
    generator="scripted",
    interpreted_as="Number of all orders",
    assumptions=("none left out",),
    usage=ONE_CALL,
)


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as server:
        yield server


def generator(server: ScriptedModel, **changes: Any) -> OpenAICompatibleGenerator:
    settings = ModelSettings(base_url=server.url, api_key=SECRET, model="scripted", timeout_s=5, first_wait_s=0.01)
    return OpenAICompatibleGenerator(replace(settings, **changes))


def formats(model: ScriptedModel) -> list[str]:
    return [request.body.get("response_format", {}).get("type", "none") for request in model.requests]


def test_a_good_answer_is_a_draft(model: ScriptedModel) -> None:
    model.script([GOOD])
    assert generator(model).generate(REQUEST) == DRAFT
    [request] = model.requests
    assert sorted(request.body) == ["messages", "model", "response_format"]
    assert request.body["response_format"]["type"] == "json_schema"
    assert request.body["response_format"]["json_schema"]["strict"] is True
    assert [message["role"] for message in request.body["messages"]] == ["system", "user"]
    assert "CREATE TABLE orders" in request.text
    assert "How many orders are there?" in request.text
    assert request.headers["authorization"] == f"Bearer {SECRET}"


def test_only_what_is_configured_is_sent(model: ScriptedModel) -> None:
    model.script([GOOD])
    generator(model, temperature=0.0, seed=7, max_output_tokens=900).generate(REQUEST)
    body = model.requests[0].body
    assert (body["temperature"], body["seed"], body["max_tokens"]) == (0.0, 7, 900)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (
            CLARIFIES,
            Clarify(
                question="Gross or net revenue?", choices=(Choice(text="gross"), Choice(text="net")), usage=ONE_CALL
            ),
        ),
        (
            REFUSES,
            Refused(
                message="There is no weather in this database.",
                missing=("weather",),
                available=("orders",),
                usage=ONE_CALL,
            ),
        ),
        (says(None, refusal="I can't help with that."), Refused(message="I can't help with that.", usage=ONE_CALL)),
        (
            says("", finish_reason="content_filter"),
            Refused(
                message="The model's provider declined this question by its content filter: rephrase it.",
                usage=ONE_CALL,
            ),
        ),
    ],
)
def test_an_answer_that_is_no_sql_is_a_value(model: ScriptedModel, reply: Reply, outcome: object) -> None:
    model.script([reply])
    assert generator(model).generate(REQUEST) == outcome


@pytest.mark.parametrize(
    ("reply", "sql"), [(WRITES, "DELETE FROM orders"), (TWO_STATEMENTS, "SELECT 1; DROP TABLE orders")]
)
def test_hostile_sql_is_handed_on_for_the_guard_to_judge(model: ScriptedModel, reply: Reply, sql: str) -> None:
    model.script([reply])
    draft = generator(model).generate(REQUEST)
    assert isinstance(draft, Draft)
    assert draft.sql == sql


def test_a_failed_attempt_is_told(model: ScriptedModel) -> None:
    model.script([GOOD])
    feedback = Feedback(sql="SELECT sum(totl) FROM orders", problem="no column totl", hints=("did you mean total?",))
    generator(model).generate(replace(REQUEST, feedback=feedback))
    for text in ("SELECT sum(totl) FROM orders", "no column totl", "did you mean total?"):
        assert text in model.requests[0].text


@pytest.mark.parametrize(
    ("understood", "tried"),
    [
        (["json_schema", "json_object"], ["json_schema"]),
        (["json_object"], ["json_schema", "json_object"]),
        ([], ["json_schema", "json_object", "none"]),
    ],
)
def test_the_ladder_is_climbed_down_once_per_endpoint(understood: list[str], tried: list[str]) -> None:
    with ScriptedModel(formats=understood, default=GOOD) as model:
        assert generator(model).generate(REQUEST) == DRAFT
        assert formats(model) == tried
        assert generator(model).generate(REQUEST) == DRAFT
        assert formats(model) == [*tried, tried[-1]]
        other = generator(model, model="other").generate(REQUEST)
        assert isinstance(other, Draft)
        assert formats(model) == [*tried, tried[-1], *tried]


def test_the_last_rung_asks_for_a_fenced_block_and_reads_it() -> None:
    text = f"Here you are:\n```json\n{json.dumps({'outcome': 'sql', 'sql': 'SELECT 1'})}\n```\nGood luck!"
    with ScriptedModel(formats=[], default=says(text)) as model:
        assert generator(model).generate(REQUEST) == Draft(sql="SELECT 1", generator="scripted", usage=ONE_CALL)
        assert "one fenced block" in model.requests[-1].text


def test_an_endpoint_that_knows_only_the_newer_limit_gets_that() -> None:
    with ScriptedModel(newer_limit=True, default=GOOD) as model:
        for _ in range(2):
            assert generator(model, max_output_tokens=500).generate(REQUEST) == DRAFT
        limits = [
            (request.body.get("max_tokens"), request.body.get("max_completion_tokens")) for request in model.requests
        ]
        assert limits == [(500, None), (None, 500), (None, 500)]


def test_an_unreadable_answer_gets_one_more_try_that_says_why(model: ScriptedModel) -> None:
    model.script([MALFORMED, GOOD])
    usage = Usage(model="scripted", input_tokens=200, output_tokens=20)
    assert generator(model).generate(REQUEST) == replace(DRAFT, usage=usage)
    assert "could not be read: its JSON was not complete and valid" in model.requests[1].text


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (MALFORMED, "its JSON was not complete and valid"),
        (EMPTY, "it was empty"),
        (says(None), "it was empty"),
        (says("I think you want all orders."), "it held no JSON object"),
        (says('{"outcome": "guess"}'), "these fields were missing or of the wrong type: outcome"),
        (answers(outcome="sql"), '"sql" was empty or far too long though the outcome was "sql"'),
        (Reply(body="<html>welcome</html>"), "it was empty"),
        (Reply(body={"error": {"message": "upstream"}}), "it was empty"),
        (Reply(body={"choices": []}), "it was empty"),
    ],
)
def test_two_unreadable_answers_are_a_bad_response(model: ScriptedModel, reply: Reply, problem: str) -> None:
    model.script([reply, reply, GOOD])
    with pytest.raises(LlmBadResponse) as raised:
        generator(model).generate(REQUEST)
    assert raised.value.message == (
        f"The language model's answer could not be read ({problem}): ask again, or choose a stronger LLM_MODEL."
    )
    assert len(model.requests) == 2


def test_tokens_of_a_bad_response_are_not_lost(model: ScriptedModel) -> None:
    model.script([MALFORMED, MALFORMED])
    with pytest.raises(LlmBadResponse) as raised:
        generator(model).generate(REQUEST)
    assert raised.value.usage == Usage(model="scripted", input_tokens=200, output_tokens=20)


def test_an_answer_cut_at_its_limit_says_which_limit(model: ScriptedModel) -> None:
    model.script([says('{"outcome": "sql", "sql": "SELECT', finish_reason="length")])
    with pytest.raises(LlmBadResponse, match="raise LLM_MAX_OUTPUT_TOKENS"):
        generator(model).generate(REQUEST)


def test_unreported_usage_is_zero(model: ScriptedModel) -> None:
    assert isinstance(GOOD.body, dict)
    model.script([Reply(body={"choices": GOOD.body["choices"]})])
    assert generator(model).generate(REQUEST) == replace(DRAFT, usage=Usage(model="scripted"))


@pytest.mark.parametrize("passing", [LIMITED, BROKEN, fails(503), fails(408), CUT_OFF], ids=str)
def test_what_passes_is_tried_again(model: ScriptedModel, passing: Reply) -> None:
    model.script([passing, passing, GOOD])
    assert generator(model).generate(REQUEST) == DRAFT
    assert len(model.requests) == 3


def test_retry_after_is_waited_for(model: ScriptedModel) -> None:
    model.script([fails(429, headers={"Retry-After": "1"}), GOOD])
    started = time.monotonic()
    assert generator(model).generate(REQUEST) == DRAFT
    assert 1 <= time.monotonic() - started < 3


def test_a_retry_after_beyond_patience_is_told_at_once(model: ScriptedModel) -> None:
    model.script([fails(429, headers={"Retry-After": "3600"}), GOOD])
    with pytest.raises(LlmUnavailable, match="limiting requests"):
        generator(model).generate(REQUEST)
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        (BROKEN, LlmUnavailable, "The model endpoint failed: ask again, or see its own logs."),
        (LIMITED, LlmUnavailable, "The model endpoint is limiting requests: ask again in a moment."),
        (CUT_OFF, LlmUnavailable, "The model endpoint cannot be reached: check LLM_BASE_URL and the network."),
    ],
)
def test_attempts_are_bounded(model: ScriptedModel, reply: Reply, error: type[LlmError], message: str) -> None:
    model.script([reply] * 9)
    with pytest.raises(error) as raised:
        generator(model, max_attempts=3).generate(REQUEST)
    assert (type(raised.value), raised.value.message, raised.value.retryable) == (error, message, True)
    assert len(model.requests) == 3


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (WRONG_KEY, "The model endpoint refused the key: check LLM_API_KEY."),
        (fails(403), "The model endpoint refused the key: check LLM_API_KEY."),
        (fails(404), "The model endpoint knows no such model or path: check LLM_MODEL and LLM_BASE_URL."),
        (fails(413), "The model endpoint refused the prompt as too large: lower LLM_PROMPT_TOKENS."),
        (
            fails(429, code="insufficient_quota"),
            "The account at the model endpoint is used up: check its plan and billing.",
        ),
        (
            fails(400, message="Unknown parameter"),
            "The model endpoint refused the request: check LLM_MODEL, and LLM_TEMPERATURE, LLM_SEED and "
            "LLM_MAX_OUTPUT_TOKENS where they are set; if its context is short, lower LLM_PROMPT_TOKENS.",
        ),
    ],
)
def test_what_no_second_try_mends_is_told_at_once(model: ScriptedModel, reply: Reply, message: str) -> None:
    model.script([reply, GOOD])
    with pytest.raises(LlmMisconfigured) as raised:
        generator(model).generate(REQUEST)
    assert (raised.value.code, raised.value.message) == ("llm_unavailable", message)
    assert not raised.value.retryable
    assert len(model.requests) == 1


def test_silence_ends_at_the_timeout(model: ScriptedModel) -> None:
    model.script([SLOW, SLOW])
    started = time.monotonic()
    with pytest.raises(LlmTimeout) as raised:
        generator(model, timeout_s=0.2, max_attempts=2).generate(REQUEST)
    assert raised.value.code == "llm_timeout"
    assert len(model.requests) == 2
    assert time.monotonic() - started < 3


def test_the_deadline_bounds_all_attempts_together(model: ScriptedModel) -> None:
    model.script([SLOW] * 6)
    started = time.monotonic()
    with pytest.raises(LlmTimeout):
        generator(model, timeout_s=0.3, max_attempts=6, deadline_s=0.5).generate(REQUEST)
    assert len(model.requests) == 2
    assert time.monotonic() - started < 3


def test_a_call_that_is_stopped_ends_at_once_and_the_endpoint_sees_it(model: ScriptedModel) -> None:
    stop = Cancellation()

    def stopped_meanwhile(_: Recorded) -> Reply:
        stop.cancel()
        return SLOW

    # The second request goes over the connection of the first.
    model.script([MALFORMED, stopped_meanwhile])
    started = time.monotonic()

    with pytest.raises(Cancelled):
        generator(model).generate(REQUEST, cancellation=stop)

    # Hundredths of a second on an idle machine.
    assert time.monotonic() - started < 5
    assert model.hung_up.wait(5)
    with pytest.raises(Cancelled):
        generator(model).generate(REQUEST, cancellation=stop)
    assert len(model.requests) == 2


def test_a_wait_between_attempts_that_is_stopped_ends_at_once(model: ScriptedModel) -> None:
    model.script([fails(429, headers={"Retry-After": "19"})])
    started = time.monotonic()

    with pytest.raises(Cancelled) as raised:
        generator(model).generate(REQUEST, cancellation=Cancellation(deadline_ms=300))

    assert (raised.value.code, len(model.requests)) == ("deadline_exceeded", 1)
    assert time.monotonic() - started < 5


def test_nobody_listening_is_unavailable() -> None:
    with ScriptedModel() as model:
        writer = generator(model, max_attempts=2)
    with pytest.raises(LlmUnavailable, match="check LLM_BASE_URL"):
        writer.generate(REQUEST)


def test_a_key_that_no_header_can_carry_is_told_before_any_request(model: ScriptedModel) -> None:
    with pytest.raises(LlmMisconfigured, match="check LLM_API_KEY"):
        generator(model, api_key="sk-\nñ").generate(REQUEST)
    assert model.requests == []


def test_a_local_server_needs_no_key(model: ScriptedModel) -> None:
    model.script([GOOD])
    assert generator(model, api_key="").generate(REQUEST) == DRAFT


def test_a_question_beyond_the_budget_is_told_before_any_request(model: ScriptedModel) -> None:
    with pytest.raises(PromptTooLarge):
        generator(model, token_budget=1_000).generate(replace(REQUEST, question="why? " * 400))
    assert model.requests == []


def test_settings_do_not_show_the_key() -> None:
    assert SECRET not in repr(ModelSettings(base_url="http://x", api_key=SECRET, model="m"))
