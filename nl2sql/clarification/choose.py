"""A question back answered: its question goes on with what was chosen, which may be proposed as a definition."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from nl2sql.generation.base import Clarified
from nl2sql.models import Run, RunStatus
from nl2sql.replies.reply import said_choice
from nl2sql.running.ask_request import AskRequest
from nl2sql.running.own_run import find
from schema_index.knowledge import knowledge
from schema_index.models import DataSource
from tenants.context import tenant_scope, tenant_transaction
from tenants.domain_error import Invalid
from tenants.principal import Principal
from tenants.roles import Permission

MAX_CHOICE = 500
MAX_TITLE = 500
"""Characters of a definition's title."""

MAX_ASKED_BACK = 3
"""Times that one question is asked back about; whoever reaches that asks it anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """`run_id` asked back. `choice` is a number from 1, the text of one of its choices, or words of the asker's own."""

    run_id: UUID
    choice: int | str
    remember: bool = False


def ask_request(principal: Principal, fields: Mapping[str, Any]) -> AskRequest:
    """What `AskSerializer` lets through as a request: a question, or a choice that goes on with one."""
    if "clarifies" not in fields:
        return AskRequest(**fields)
    rest = {
        name: value for name, value in fields.items() if name not in ("clarifies", "choice", "remember", "new_topic")
    }
    chosen = Chosen(run_id=fields["clarifies"], choice=fields["choice"], remember=fields.get("remember", False))
    return choose(principal, chosen, **rest)


def choose(principal: Principal, chosen: Chosen, **options: Any) -> AskRequest:
    """The original question, in its conversation and of its source, with the choice; `options` are fields of the
    request such as `mode`. To remember it proposes a definition, which a curator accepts or rejects.

    Raises NotFound, Invalid, or KnowledgeInvalid.
    """
    principal.require(Permission.ASK)
    run = find(principal, chosen.run_id)
    asked = run.reply.get("clarification")
    if run.status != RunStatus.NEEDS_CLARIFICATION or asked is None:
        raise Invalid("That run asks nothing back, or may not be shown any more: ask the whole question.")
    choice = _offered(asked["choices"], chosen.choice)
    if choice is None and (chosen.remember or not isinstance(chosen.choice, str)):
        raise Invalid(f"Choose one of its {len(asked['choices'])} choices, by number or text.")
    with tenant_transaction(principal.tenant_id):
        if len(_chain(run)) >= MAX_ASKED_BACK - 1:
            raise Invalid("This question was asked back about often enough: ask it in the reading that you mean.")
        if choice is not None and chosen.remember:
            _propose(run, asked["question"], choice)
    return AskRequest(
        question=run.question,
        data_source=run.source_slug,
        conversation_id=run.conversation_id,
        clarifies_id=run.id,
        choice=said_choice(choice) if choice is not None else str(chosen.choice)[:MAX_CHOICE],
        **options,
    )


def clarified(run: Run) -> tuple[Clarified, ...]:
    """What was asked back about the run's question, and chosen, the first first. A transaction of its own.

    Raises Invalid where what was shown then may not be shown any more: the choice was made among that.
    """
    if run.clarifies_id is None:
        return ()
    with tenant_scope(run.tenant_id):
        steps = _chain(run)
    if not steps or any(asked.access_digest != run.access_digest for asked, _ in steps):
        raise Invalid("What this source shows you has changed since you chose: ask the whole question.")
    return tuple(
        Clarified(question=asked.reply["clarification"]["question"], answer=choice) for asked, choice in reversed(steps)
    )


def _chain(run: Run) -> list[tuple[Run, str]]:
    """The runs that asked back before this one, the latest first, each with what was chosen. Needs an open scope."""
    steps: list[tuple[Run, str]] = []
    current = run
    while current.clarifies_id is not None and len(steps) < MAX_ASKED_BACK:
        asked = Run.objects.filter(id=current.clarifies_id, actor=run.actor, source_id=run.source_id).first()
        if asked is None:
            break
        steps.append((asked, current.choice))
        current = asked
    return steps


def _offered(choices: list[dict[str, str]], choice: int | str) -> dict[str, str] | None:
    if isinstance(choice, int):
        return choices[choice - 1] if 0 < choice <= len(choices) else None
    wanted = choice.strip().casefold()
    # Agents and terminals show a choice with its reading.
    return next((one for one in choices if wanted in (one["text"].casefold(), said_choice(one).casefold())), None)


def _propose(run: Run, question: str, choice: Mapping[str, str]) -> None:
    """Titled by question and choice, so that two people who choose differently propose two definitions."""
    room = MAX_TITLE - len(question) - 1
    title = f"{question} {choice['text'][: max(room, 40)]}"[:MAX_TITLE]
    text = f"{said_choice(choice)}\n\nChosen when this was asked: {run.question}"
    source = DataSource.objects.filter(slug=run.source_slug).first()
    knowledge.propose_faq(question=title, answer=text, actor=run.actor, source=source)
