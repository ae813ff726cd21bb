"""HTML as Markdown: headings, paragraphs, lists, tables, and nothing that a browser would not show. Pure.

The standard library's parser reads it as a stream and builds no tree that hostile nesting could overflow.
"""

import re
from html.parser import HTMLParser

from schema_index.documents.document_text import DocumentText

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LEFT_OUT = frozenset(
    {
        *("script", "style", "template", "noscript", "svg", "math", "iframe", "object", "audio", "video", "canvas"),
        *("head", "select", "datalist", "textarea", "button", "nav"),
    }
)
"""What no reader sees, and what every page of a site repeats."""

_OF_THE_HEAD = frozenset({"title", "script", "style", "template", "noscript"})
_VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track"),
        "wbr",
    }
)
_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "fieldset"),
        *("figcaption", "figure", "footer", "form", "header", "html", "li", "main", "ol", "p", "pre", "section"),
        *("summary", "table", "tbody", "tfoot", "thead", "tr", "ul", *_HEADINGS),
    }
)
_CLOSED_BY_ITSELF = frozenset({"li", "td", "th", "tr", "dt", "dd", "option"})
_HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:font-size|opacity)\s*:\s*0(?:\.0+)?(?![\d.])",
    re.IGNORECASE,
)
_LOOKS_LIKE_HEADING = re.compile(r"^(#{1,6}\s)", re.MULTILINE)
_SPACE = re.compile(r"\s+")


def read_html(text: str) -> DocumentText:
    """The title is that of the page, else its first heading of the first level."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return DocumentText(title=reader.title or reader.first_heading, text=reader.markdown())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.first_heading = ""
        self._written: list[str] = []
        self._line: list[str] = []
        self._open: list[tuple[str, bool]] = []
        """Elements around the present place, and whether each hides what is in it, by itself or by those around."""
        self._in_title = False
        self._preformatted = 0

    def markdown(self) -> str:
        self._end_line()
        return "".join(self._written)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title" and not self.title
        if tag in _VOID:
            self._void(tag)
            return
        if self._open and _ends(self._open[-1][0], before=tag):
            self._pop()
        hidden = self._is_hidden() or tag in _LEFT_OUT or _hides(dict(attrs))
        self._open.append((tag, hidden))
        if hidden:
            return
        if tag in _BLOCKS:
            self._end_line()
        if tag == "pre":
            self._preformatted += 1
            self._written.append("```\n")
        elif tag == "li":
            self._line.append("- ")
        elif tag in ("td", "th") and self._line:
            self._line.append(" | ")

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if tag in _VOID or all(name != tag for name, _ in self._open):
            return
        while self._open[-1][0] != tag:
            self._pop()
        self._pop()

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title = " ".join(data.split())
        elif not self._is_hidden():
            self._line.append(data if self._preformatted else _SPACE.sub(" ", data))

    def _void(self, tag: str) -> None:
        if self._is_hidden():
            return
        if tag == "hr":
            self._end_line()
        elif tag == "br":
            self._line.append("\n")

    def _pop(self) -> None:
        tag, hidden = self._open.pop()
        if hidden:
            return
        if tag in _HEADINGS:
            self._heading(_HEADINGS[tag])
        elif tag == "pre":
            self._line.append("\n")
            self._end_line()
            self._preformatted -= 1
            self._written.append("```\n\n")
        elif tag in _BLOCKS:
            self._end_line()

    def _heading(self, level: int) -> None:
        text = " ".join("".join(self._line).split())
        self._line = []
        if text:
            self._written.append(f"\n{'#' * level} {text}\n\n")
            if level == 1 and not self.first_heading:
                self.first_heading = text

    def _end_line(self) -> None:
        """What was gathered becomes a paragraph, a list item or a row of a table."""
        text, self._line = "".join(self._line), []
        if self._preformatted:
            self._written.append(text)
        elif text.strip():
            lines = "\n".join(" ".join(line.split()) for line in text.strip().split("\n"))
            tight = lines.startswith("- ") or " | " in lines
            self._written.append(_LOOKS_LIKE_HEADING.sub(r"\\\1", lines) + ("\n" if tight else "\n\n"))

    def _is_hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def _ends(element: str, *, before: str) -> bool:
    """Whether an element whose end tag may be left out ends where another one begins (HTML standard, 13.1.2.4)."""
    if element == "head":
        return before not in _OF_THE_HEAD
    return (element == "p" and before in _BLOCKS) or (element == before and element in _CLOSED_BY_ITSELF)


def _hides(attributes: dict[str, str | None]) -> bool:
    return (
        "hidden" in attributes
        or (attributes.get("aria-hidden") or "").lower() == "true"
        or _HIDING_STYLE.search(attributes.get("style") or "") is not None
    )
