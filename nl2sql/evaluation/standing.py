"""Where a tenant stands with its sets: what an evaluation broke, and what changed since and was never evaluated."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from nl2sql.evaluation.accepted_states import accept as accept_state
from nl2sql.evaluation.configuration import configuration_in_force
from nl2sql.evaluation.configuration_words import NAMES, differences
from nl2sql.evaluation.evaluate import CANDIDATE, compare, earlier
from nl2sql.evaluation.gate import GateReport, decide
from nl2sql.models import Evaluation
from tenants import audit
from tenants.context import tenant_transaction
from tenants.principal import Principal

MAX_SETS = 50
MAX_EARLIER = 50
"""Evaluations that are looked at for one under other settings."""

TRIED = Q(configuration__contains={CANDIDATE: True})
"""Evaluations of a model that was never taken into use: they say nothing of what is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Of a set's last evaluation. `unmeasured` names what changed since; `report` is the gate's, None of a first."""

    evaluation: Evaluation
    unmeasured: tuple[str, ...]
    report: GateReport | None


def gate_report(tenant_id: UUID, evaluation: Evaluation) -> GateReport | None:
    """Against the last one under other settings, so that asking again under the same ones hides nothing; where there
    is none, the last one at all. None of a first evaluation."""
    with tenant_transaction(tenant_id):
        tried = earlier(evaluation).exclude(TRIED)[:MAX_EARLIER]
        known = [(one, differences(one.configuration, evaluation.configuration)) for one in tried]
    if not known:
        return None
    before, changed = next((pair for pair in known if pair[1]), known[0])
    mode = settings.ENVIRONMENT.evaluation_gate
    return decide(compare(before, evaluation), change=", ".join(changed) or "nothing that is known", mode=mode)


def settle(evaluation: Evaluation, report: GateReport, *, accept: bool, actor: str) -> bool:
    """Whether what was evaluated may be taken into use: where the gate lets it, or somebody wants it all the same. An
    evaluation of what may not is none that later ones are compared with."""
    with tenant_transaction(evaluation.tenant_id):
        if report.is_refused and not accept:
            evaluation.configuration = {**evaluation.configuration, CANDIDATE: True}
            evaluation.save(update_fields=["configuration"])
            return False
        accept_state(actor=actor, reason=report.message)
        audit.record("state.accepted", actor=actor, subject=str(evaluation.id), breaks=report.breaks)
    return True


def standings(principal: Principal) -> Iterator[Standing]:
    """One for each set and source, by name; at most MAX_SETS. `principal` is in the role that evaluates."""
    with tenant_transaction(principal.tenant_id):
        latest = list(
            Evaluation.objects.exclude(TRIED)
            .filter(ended_at__isnull=False)
            .order_by("set_name", "source_slug", "-started_at")
            .distinct("set_name", "source_slug")[:MAX_SETS]
        )
    for evaluation in latest:
        yield Standing(
            evaluation=evaluation,
            unmeasured=differences(evaluation.configuration, _in_force(principal, evaluation.configuration)),
            report=gate_report(principal.tenant_id, evaluation),
        )


def _in_force(principal: Principal, measured: dict[str, Any]) -> dict[str, Any]:
    """What is no setting of the installation, but of the evaluation alone, stays as it was."""
    now = configuration_in_force(principal, sources=measured["sources"])
    return {**{name: measured.get(name) for name in NAMES}, **now}
