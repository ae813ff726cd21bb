"""After a trial of what is new: accepted, or never compared with."""

from nl2sql.evaluation.accepted_states import accept as accept_state
from nl2sql.evaluation.evaluate import CANDIDATE
from nl2sql.evaluation.gate import GateReport
from nl2sql.models import Evaluation
from tenants import audit
from tenants.context import tenant_transaction


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
