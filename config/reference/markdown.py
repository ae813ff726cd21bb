"""A table as Markdown. Pure."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """One line a row; bars and line ends within a cell do not break it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("|" + "|".join(f" {_cell(one)} " if one != "---" else one for one in line) + "|" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
