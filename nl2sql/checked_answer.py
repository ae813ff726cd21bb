"""A statement that ran, its checks and its receipt, as the end of a run."""

from dataclasses import replace

from nl2sql.events import Answered
from nl2sql.evidence import Asked, facts_of
from nl2sql.generation.base import Draft, GenerationRequest, Usage
from nl2sql.trust.receipt import checks_of, receipt_of
from nl2sql.validation.verdict import Accepted
from schema_index.connectors.base import ResultSet


def checked_answer(
    asked: Asked, request: GenerationRequest, *, draft: Draft, accepted: Accepted, result: ResultSet | None
) -> Answered:
    """What was spent and whether it was repaired is for the caller to add. No transaction is open."""
    vouched = draft.vouched
    if vouched is not None:
        asked = replace(asked, every_word_placed=True)
    facts = facts_of(asked, request, accepted=accepted, result=result)
    checks = checks_of(
        every_word_placed=asked.every_word_placed, result=result, accepted=accepted, facts=facts, vouched=vouched
    )
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
            # Neither the composer nor a person's statement was written from these texts.
            definitions=() if asked.every_word_placed else request.knowledge,
            catalogue_revision=asked.revision,
            synced_at=asked.synced_at,
            verified_by=vouched.by if vouched else "",
        ),
    )
