"""What the demo tenants tell Querent about their words: an FAQ (`faq.toml`) and a few documents (`documents/*.md`, the
title first) each."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
TENANTS = ("bean-there", "northlight")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEntry:
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`text` is Markdown without the title line."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoKnowledge:
    """In the order of the files: FAQ as written, documents by file name."""

    faq: tuple[FaqEntry, ...]
    documents: tuple[Document, ...]


def load(tenant_slug: str) -> DemoKnowledge:
    """The knowledge of one of TENANTS; underscores may stand for hyphens. Raises LookupError for any other name."""
    slug = tenant_slug.replace("_", "-")
    if slug not in TENANTS:
        raise LookupError(f"There is no demo tenant of this name; there are: {', '.join(TENANTS)}.")
    folder = _HERE / slug.replace("-", "_")
    entries = tomllib.loads((folder / "faq.toml").read_text(encoding="utf-8"))["faq"]
    return DemoKnowledge(
        faq=tuple(FaqEntry(question=entry["question"], answer=entry["answer"]) for entry in entries),
        documents=tuple(_document(path) for path in sorted((folder / "documents").glob("*.md"))),
    )


def _document(path: Path) -> Document:
    title, _, text = path.read_text(encoding="utf-8").partition("\n")
    return Document(title=title.removeprefix("# ").strip(), text=text.strip())
