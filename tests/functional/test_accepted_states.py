"""Another model, prompt or threshold of the installation: tried on verified queries, told, and kept from use."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from prometheus_client import REGISTRY

from config.startup import refuse_untried_state
from nl2sql.evaluation.accepted_states import FIRST, NO_CONCERN, NOTHING_VERIFIED, sentence, take_into_use, untried
from nl2sql.evaluation.configuration_words import differences
from nl2sql.evaluation.installation_state import UNTOLD, installation_state
from nl2sql.model_access import tenant_models
from nl2sql.models import AcceptedState, Evaluation, TenantModel
from nl2sql.tasks import tell_untried
from schema_index.embedding.spaces import active_space
from schema_index.models import DataSource, EmbeddingSpace
from tenants.context import tenant_transaction
from tenants.models import AuditEvent
from tests.conftest import Configure, Member
from tests.pages import operating
from tests.scripted_model import ScriptedModel, answers
from tests.stored import all_rows
from tests.verified import verify

COUNT = "How many customers are there?"
RIGHT = answers(sql="SELECT count(*) AS n FROM customers")
WRONG = answers(sql="SELECT count(*) AS n FROM orders")
OTHER = "the model other instead of scripted"


@pytest.fixture
def verified(shop: DataSource, model: ScriptedModel, outsider: Member) -> DataSource:
    """One verified query of Acme, under the scripted model; the outsider's tenant has none."""
    verify(shop, COUNT, "SELECT count(*) FROM customers")
    return shop


def evaluated(*options: str) -> int:
    """The exit code."""
    try:
        call_command("evaluate", "verified", "--all-tenants", *options)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def reasons(tenant_id: Any) -> list[str]:
    with tenant_transaction(tenant_id):
        return list(AcceptedState.objects.values_list("reason", flat=True))


@pytest.mark.django_db  # a start closes the connection
def test_another_model_is_refused_until_it_breaks_nothing_or_somebody_accepts_it(
    verified: DataSource,
    model: ScriptedModel,
    outsider: Member,
    change_environment: Configure,
    capsys: pytest.CaptureFixture[str],
) -> None:
    change_environment(evaluation_gate="refuse")
    model.script([RIGHT])
    assert evaluated() == 0
    refuse_untried_state()
    assert reasons(verified.tenant_id) == [FIRST]
    assert reasons(outsider.tenant.id) == [FIRST]

    change_environment(llm_model="other")
    assert untried(verified.tenant_id) == (OTHER,)
    with pytest.raises(SystemExit) as refused:
        refuse_untried_state()
    told = (
        f"What is new was not tried on the verified queries of acme ({OTHER}): run `manage.py evaluate verified --gate"
    )
    assert str(refused.value).startswith(told)
    assert reasons(outsider.tenant.id) == [NOTHING_VERIFIED, FIRST], "nothing of it could break"
    capsys.readouterr()
    with pytest.raises(SystemExit):
        call_command("doctor", "--json")
    doctor = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (finding,) = [one for one in doctor if one["part"] == "acme: settings"]
    assert (finding["state"], finding["detail"][:70]) == (
        "failed",
        f"New, and not accepted by its verified queries: {OTHER}"[:70],
    )

    # It breaks the query: refused, and never what a later state is compared with.
    for settings in ({}, {"retrieval_top_k": 7}):
        change_environment(**settings)
        model.script([WRONG])
        assert evaluated("--gate") == 4
        assert f'breaks 1 and mends 0: "{COUNT}" is wrong. It is refused' in capsys.readouterr().out
        assert untried(verified.tenant_id) != ()

    # Mended, it is accepted; so is the one before, and whatever somebody wants all the same.
    model.script([RIGHT])
    assert evaluated("--gate") == 0
    refuse_untried_state()
    change_environment(llm_model="third", retrieval_threshold=0.9)
    model.script([WRONG])
    assert evaluated("--gate", "--accept") == 0
    assert "Accepted all the same." in capsys.readouterr().out
    refuse_untried_state()
    assert evaluated("--gate") == 0, "nothing is new, and nothing is asked"
    change_environment(llm_model="scripted", retrieval_threshold=None, retrieval_top_k=10)
    refuse_untried_state()
    assert reasons(verified.tenant_id)[0] == FIRST
    assert len(all_rows(Evaluation, verified.tenant_id, configuration__candidate=True)) == 2
    assert len(all_rows(AuditEvent, verified.tenant_id, action="state.accepted", actor="system:command")) == 2
    for wrong in (["verified", "--accept"], ["shop.jsonl", "--gate"]):
        with pytest.raises(CommandError):
            call_command("evaluate", *wrong, "--all-tenants")


def test_reported_only_it_is_used_and_told(
    verified: DataSource, owner: Member, outsider: Member, change_environment: Configure
) -> None:
    change_environment(retrieval_threshold=0.9)
    refuse_untried_state()
    tell_untried()
    assert REGISTRY.get_sample_value("querent_untried_tenants") == 1
    assert take_into_use() == {"acme": ("the threshold",)}
    assert reasons(outsider.tenant.id) == [FIRST]
    many = {f"tenant-{number}": ("the threshold",) for number in range(7)}
    assert "tenant-4 (the threshold) and 2 more: run" in sentence(many)

    client = operating(owner.tenant)
    page = client.get("/admin/nl2sql/evaluation/").content.decode()
    assert "New, and not accepted by the verified queries: the threshold." in page
    assert FIRST in client.get("/admin/nl2sql/acceptedstate/").content.decode()

    # A first trial has nothing to compare with: what is not right is told, and would be refused.
    assert evaluated("--gate", "--limit", "1") == 0
    assert take_into_use() == {}
    tell_untried()
    assert REGISTRY.get_sample_value("querent_untried_tenants") == 0


def test_what_a_tenant_has_of_its_own_no_setting_of_the_installation_changes(
    verified: DataSource, model: ScriptedModel, change_environment: Configure
) -> None:
    with tenant_transaction(verified.tenant_id):
        TenantModel.objects.create(
            tenant_id=verified.tenant_id, base_url=model.url, model="chosen", prompt_tokens=5_000, actor="user:1"
        )
        active_space()
        EmbeddingSpace.objects.update(threshold=0.3)
    change_environment(llm_model="other", llm_prompt_tokens=4_000, retrieval_threshold=0.9)
    assert take_into_use() == {}
    assert reasons(verified.tenant_id) == [NO_CONCERN, FIRST]
    change_environment(llm_candidates=3, llm_base_url=None)
    assert untried(verified.tenant_id) == ("the number of candidates 3 instead of 1",)

    # The prompt is everybody's, but for whom the composer writes.
    before = {**installation_state(), "prompt_version": "v1-00000000"}
    with tenant_transaction(verified.tenant_id):
        AcceptedState.objects.all().delete()
        AcceptedState.objects.create(
            tenant_id=verified.tenant_id, fingerprint="earlier", state=before, reason=FIRST, actor="system:gate"
        )
    ((new,),) = [untried(verified.tenant_id)]
    assert new.startswith("the prompt v")
    assert new.endswith(" instead of v1-00000000")
    change_environment(llm_api_key=None)
    with tenant_transaction(verified.tenant_id):
        tenant_models.remove(actor="user:1")
        AcceptedState.objects.update(state={**before, "generator": "the composer"})
    assert untried(verified.tenant_id) == ()
    assert differences(before, {**before, "endpoint": "x"}, untold=UNTOLD) == ("the model's address",)
