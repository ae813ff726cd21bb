"""What templates of the page need besides Django's own."""

from datetime import datetime

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

register = template.Library()

OUTCOMES = {
    "queued": "waiting its turn",
    "running": "at work",
    "completed": "answered",
    "needs_clarification": "asked back",
    "cannot_answer": "no answer",
    "failed": "failed",
    "cancelled": "stopped",
}

STEPS = {
    "retrieve": "Finding the tables",
    "generate": "Writing the SQL",
    "validate": "Proving it safe",
    "execute": "Running it",
    "check": "Checking the answer",
    "summarise": "Putting it into words",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of icons.svg. It says nothing to screen readers: words stand beside it or in a label."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("page/icons.svg"), name
    )


@register.filter
def outcome(status: str) -> str:
    """How a run ended, in a word or two."""
    return OUTCOMES.get(status, status.replace("_", " "))


@register.filter
def step_title(name: str) -> str:
    return STEPS.get(name, name)


@register.filter
def spaced(name: str) -> str:
    """`table_added` as people say it."""
    return name.replace("_", " ")


@register.filter
def thousands(number: int) -> str:
    return f"{number:,}"


@register.filter
def ago(when: datetime) -> str:
    """In the largest unit alone: who wants the minute looks at the time itself."""
    since = timesince(when, depth=1)
    return "just now" if since.startswith("0") else f"{since} ago"
