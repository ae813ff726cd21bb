"""SQL laid out and coloured on the server, with classes that the page's own stylesheet colours."""

from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.sql import SqlLexer

from nl2sql.replies.reply import pretty_sql


def highlighted_sql(sql: str, *, dialect: str) -> SafeString:
    html = highlight(pretty_sql(sql, dialect=dialect), SqlLexer(), HtmlFormatter(nowrap=True))
    return mark_safe(html)  # noqa: S308  Pygments escapes every token's text
