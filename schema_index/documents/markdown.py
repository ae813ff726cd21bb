"""Markdown as Markdown with `#` headings alone, and nothing hidden. Pure."""

import re

from schema_index.documents.document_text import DocumentText

_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})\s*$")
_NOT_A_TITLE = re.compile(r"^\s*$|^ {0,3}(?:[#>|*+-]|\d+[.)])|^ {4,}|^\t")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title[ \t]*:[ \t]*[\"']?(.*?)[\"']?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_FIRST_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_FRONT_WITHIN = 10_000


def read_markdown(text: str) -> DocumentText:
    """Front matter gives the title and goes; comments go; underlined headings become `#` headings."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    front = _FRONT_MATTER.match(text[:_FRONT_WITHIN])
    title = ""
    if front is not None:
        named = _FRONT_TITLE.search(front[1])
        title, text = (named[1] if named else ""), text[front.end() :]
    text = "\n".join(_with_hash_headings(_without_comments(text).split("\n")))
    first = _FIRST_HEADING.search(text)
    return DocumentText(title=title or (first[1] if first else ""), text=text)


def _without_comments(text: str) -> str:
    """`<!-- -->` is shown to no reader of the rendered page, so that no model may read it either."""
    kept, place = list[str](), 0
    while (start := text.find("<!--", place)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[place:start])
        place = end + 3
    return "".join([*kept, text[place:]])


def _with_hash_headings(lines: list[str]) -> list[str]:
    done: list[str] = []
    for line in lines:
        underline = _UNDERLINE.match(line)
        if underline and done and not _NOT_A_TITLE.match(done[-1]) and (len(done) == 1 or not done[-2].strip()):
            done[-1] = f"{'#' if underline[1][0] == '=' else '##'} {done[-1].strip()}"
        else:
            done.append(line)
    return done
