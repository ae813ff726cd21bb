"""What reading a file gives, or why it cannot be read. Pure."""

from dataclasses import dataclass

from tenants.domain_error import DomainError

MAX_TEXT = 1_000_000
"""Characters of one document, some 500 pages: a longer text is refused, not cut."""

MAX_TITLE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentText:
    """`text` is Markdown: its lines that begin with `#` are headings. `title` may be empty."""

    title: str
    text: str


class DocumentUnreadable(DomainError):
    """The file holds no text that could be read, or more than the bounds allow: `message` says which."""

    code = "document_unreadable"
