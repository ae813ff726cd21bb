"""The tenant's time zone and fiscal year: set over HTTP, read by the composer and by a model."""

from datetime import datetime
from zoneinfo import ZoneInfo

from nl2sql.calendar_spans import Calendar
from schema_index.models import DataSource
from tests.asking import ask
from tests.conftest import Configure, Member
from tests.scripted_model import ScriptedModel, answers

ADDRESS = "/api/v1/tenant/calendar"
TOKYO = {"time_zone": "Asia/Tokyo", "fiscal_year_start_month": 4}


def test_whoever_keeps_the_sources_sets_it_for_their_own_tenant(
    owner: Member, analyst: Member, outsider: Member
) -> None:
    assert owner.client.patch(ADDRESS, TOKYO).status_code == 200
    assert analyst.client.get(ADDRESS).json() == TOKYO
    assert outsider.client.get(ADDRESS).json() == {"time_zone": "UTC", "fiscal_year_start_month": 1}
    assert analyst.client.patch(ADDRESS, {"fiscal_year_start_month": 1}).json()["code"] == "insufficient_scope"
    for wrong in ({"fiscal_year_start_month": 13}, {"time_zone": "Mars/Base"}, {"first_month": 4}):
        answer = owner.client.patch(ADDRESS, wrong)
        assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (400, [*wrong])
    assert analyst.client.get(ADDRESS).json()["fiscal_year_start_month"] == 4


def test_questions_are_read_by_it(
    owner: Member, shop: DataSource, model: ScriptedModel, change_environment: Configure
) -> None:
    owner.client.patch(ADDRESS, TOKYO)
    calendar = Calendar(today=datetime.now(ZoneInfo("Asia/Tokyo")).date(), fiscal_month=4)
    first, end = calendar.span("year", -1, fiscal=True)
    question = "How many orders were ordered in the last fiscal year?"

    model.script([answers(sql="SELECT COUNT(*) AS orders FROM orders")])
    ask(owner, question)
    assert f"last fiscal year: {first} up to {end}" in model.requests[0].text
    assert "in the time zone Asia/Tokyo" in model.requests[0].text

    assert not change_environment(llm_base_url=None, llm_api_key=None).model_configured
    sql = ask(owner, question)["sql"]["text"]
    assert f">= '{first}'" in sql
    assert f"< '{end}'" in sql
