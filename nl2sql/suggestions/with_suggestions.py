"""A run's events with what can be asked next, just before the end."""

from collections.abc import Iterator

from nl2sql.events import Answered, CannotAnswer, Event, Found, Suggested
from nl2sql.suggestions.suggest import next_questions
from nl2sql.task import Task


def with_suggestions(events: Iterator[Event], task: Task) -> Iterator[Event]:
    """After an answer, about the tables that it read; after a refusal, about those that came closest."""
    found: tuple[str, ...] = ()
    for event in events:
        if isinstance(event, Found):
            found = tuple(hit.qualified_name for hit in event.retrieved.tables)
        if isinstance(event, Answered | CannotAnswer):
            about = event.accepted.tables if isinstance(event, Answered) else found
            questions = next_questions(task.catalogue, attributes=task.attributes, tables=about, asked=task.question)
            if questions:
                yield Suggested(questions=questions)
        yield event
