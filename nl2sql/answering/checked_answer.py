"""A statement that ran, its checks and its receipt, as the end of a run."""

from nl2sql.answering.evidence import facts_of
from nl2sql.events import Answered
from nl2sql.follow_up.difference import difference
from nl2sql.follow_up.fragment import is_fragment
from nl2sql.generation.base import Draft, Exchange, GenerationRequest, Usage
from nl2sql.task import Task
from nl2sql.trust.agreement import agreement
from nl2sql.trust.receipt import FollowUp, checks_of, receipt_of
from nl2sql.trust.statement import read_statement
from nl2sql.validation.verdict import Accepted
from schema_index.connectors.base import ResultSet


def checked_answer(
    task: Task, request: GenerationRequest, *, draft: Draft, accepted: Accepted, result: ResultSet | None
) -> Answered:
    """What was spent and whether it was repaired is for the caller to add. No transaction is open."""
    vouched = draft.vouched
    placed = vouched is not None or (task.generator.places_every_word and not draft.is_given)
    follows = continued(request, draft)
    facts = facts_of(task, request, every_word_placed=placed, accepted=accepted, result=result, follows=follows)
    checks = checks_of(every_word_placed=placed, result=result, accepted=accepted, facts=facts, vouched=vouched)
    if draft.agreed is not None:
        # Of a kept answer: the others were not kept.
        checks = (*checks, agreement(draft.agreed[0], of=draft.agreed[1]))
    return Answered(
        draft=draft,
        accepted=accepted,
        result=result,
        checks=checks,
        repaired=False,
        usage=Usage(),
        receipt=receipt_of(
            accepted,
            facts=facts,
            checks=checks,
            definitions=draft.definitions,
            follow_up=None
            if follows is None
            else FollowUp(
                of=follows.run_id,
                difference=difference(
                    read_statement(follows.sql, schema=request.schema), facts.statement, row_limit=request.max_rows
                ),
            ),
            catalogue_revision=task.revision,
            synced_at=task.synced_at,
            verified_by=vouched.by if vouched else "",
            edited=draft.is_given,
        ),
    )


def continued(request: GenerationRequest, draft: Draft) -> Exchange | None:
    """The earlier exchange that the statement goes on from: the one that its writer names, else for what is no question
    by itself the latest. A person's statement continues nothing."""
    if draft.vouched is not None or draft.is_given or not request.history:
        return None
    return draft.follows or (request.history[-1] if is_fragment(request.question) else None)
