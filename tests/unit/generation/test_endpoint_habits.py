"""What a refusal teaches about an endpoint."""

import pytest

from nl2sql.generation.endpoint_habits import Habits, HabitsMemory, lower


@pytest.mark.parametrize(
    "detail",
    [
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        "This model does not support response format `json_schema`",
        "[{'loc': ['body', 'response_format', 'type'], 'msg': 'unexpected value'}]",
        "Unrecognized request argument supplied: response_format",
        "Structured outputs are not available",
    ],
)
def test_a_refused_format_leads_one_rung_down(detail: str) -> None:
    first = lower(Habits(), detail=detail, limited=False)
    assert first == Habits(rung="json_object")
    assert first is not None
    second = lower(first, detail=detail, limited=False)
    assert second == Habits(rung="fenced")
    assert second is not None
    assert lower(second, detail=detail, limited=False) is None


def test_any_other_refusal_leads_nowhere() -> None:
    assert lower(Habits(), detail="The model's maximum context length is 8192 tokens", limited=True) is None


def test_a_refused_limit_leads_to_its_newer_name_once() -> None:
    detail = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    renamed = Habits(limit_name="max_completion_tokens")
    assert lower(Habits(), detail=detail, limited=True) == renamed
    assert lower(renamed, detail=detail, limited=True) is None
    assert lower(Habits(), detail=detail, limited=False) is None


def test_memory_is_by_endpoint_and_model_and_bounded() -> None:
    memory = HabitsMemory()
    fenced = Habits(rung="fenced")
    memory.remember("http://a", "m", habits=fenced)
    assert memory.recall("http://a", "m") == fenced
    assert memory.recall("http://a", "n") == memory.recall("http://b", "m") == Habits()
    for number in range(256):
        memory.remember("http://b", str(number), habits=fenced)
    assert memory.recall("http://a", "m") == Habits()
    assert memory.recall("http://b", "0") == fenced
