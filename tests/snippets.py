"""The snippets of the documents, as a reader sees them: language, text, place, and why one is not run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from markdown_it import MarkdownIt

from config.environment import BASE_DIR

NOT_RUN = re.compile(r"<!-- not run: (.+?) -->")

LANGUAGES = frozenset({"sh", "python", "json", "sql", "mysql", "html", "js", "yaml", "ini", "hcl", "http", "text"})
"""`text` is no code: what a command prints, or a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    path: Path
    line: int
    language: str
    text: str
    not_run: str | None = None
    """The reason, from a comment just above: `<!-- not run: … -->`."""
    prints: str | None = None
    """What the document shows just below as the output; `…` stands for anything."""

    @property
    def place(self) -> str:
        return f"{self.path.relative_to(BASE_DIR)}:{self.line}"


def documents() -> list[Path]:
    """All that people write; the reference is written from the code."""
    return sorted(
        [
            *(BASE_DIR / f"{name}.md" for name in ("README", "CONTRIBUTING", "ARCHITECTURE", "SECURITY")),
            *(path for path in (BASE_DIR / "docs").rglob("*.md") if path.parent.name != "reference"),
        ]
    )


def snippets(path: Path) -> Iterator[Snippet]:
    """In the order of the document. An indented block counts as one without a language."""
    reason: str | None = None
    last: Snippet | None = None
    for token in MarkdownIt().parse(path.read_text(encoding="utf-8")):
        if token.type in ("fence", "code_block"):
            assert token.map is not None
            found = Snippet(
                path=path, line=token.map[0] + 1, language=token.info.strip(), text=token.content, not_run=reason
            )
            if last is not None and last.language in ("sh", "python") and found.language == "text":
                yield replace(last, prints=found.text)
                last = None
            else:
                yield from () if last is None else (last,)
                last = found
            reason = None
        elif token.type == "html_block":
            told = NOT_RUN.search(token.content)
            reason = told[1] if told else reason
        elif last is not None:
            yield last
            last = None
    if last is not None:
        yield last


def is_printed(output: str, *, shown: str) -> bool:
    """Whether the output holds what the document shows of it. Spaces at line ends count for nothing."""
    lines = [re.escape(line.rstrip()).replace("…", ".*") for line in shown.strip("\n").splitlines()]
    pattern = "\n".join("(?:.*\n)*?.*" if line.strip() == ".*" else line for line in lines)
    return re.search(f"^{pattern}$", "\n".join(line.rstrip() for line in output.splitlines()), re.MULTILINE) is not None
