"""SQL in templates."""

from django import template
from django.utils.safestring import SafeString

from nl2sql.replies.reply import pretty_sql
from nl2sql.web.highlight import highlighted_sql

register = template.Library()


@register.filter
def sql(text: str, dialect: str) -> SafeString:
    return highlighted_sql(text, dialect=dialect)


@register.filter
def pretty(text: str, dialect: str) -> str:
    return pretty_sql(text, dialect=dialect)
