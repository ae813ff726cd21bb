"""Which questions can really be answered: composed and let through by the guard, for this very person. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from nl2sql.generation.base import Draft, GenerationRequest
from nl2sql.generation.composer.compose import compose
from nl2sql.validation.judge import UNRUN, judge
from nl2sql.validation.verdict import Accepted
from schema_index.access.policy import Access
from tenants.attributes import AttributeValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What somebody may see, and what is known of them."""

    access: Access
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)

    def may_run(self, sql: str) -> bool:
        return isinstance(judge(sql, access=self.access, attributes=self.attributes), Accepted)


def prove(questions: Iterable[str], *, asker: Asker, today: date, limit: int, tries: int) -> Iterator[str]:
    """The first `limit` that can be answered, of at most `tries`."""
    tried = islice(dict.fromkeys(questions), tries)
    return islice((question for question in tried if _answerable(question, asker=asker, today=today)), limit)


def _answerable(question: str, *, asker: Asker, today: date) -> bool:
    access = asker.access
    draft = compose(
        GenerationRequest(
            question=question,
            schema=access.visible,
            tables=(),
            limited=access.limited,
            today=today,
            max_rows=UNRUN,
        )
    )
    return isinstance(draft, Draft) and asker.may_run(draft.sql)
