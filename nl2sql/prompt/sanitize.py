"""Stored text on its way into a prompt: nothing invisible, nothing endless, nothing that leaves its fence. Pure."""

import re
import unicodedata

_INVISIBLE = re.compile(
    # Letters and marks that show nothing (Unicode TR36, TR39): fillers, joiners, variation selectors. They can carry a
    # hidden message past a reader. Controls, bidi, zero-width and tag characters go by category.
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029\v\f]")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_FENCE = re.compile(r"[<\uff1c\ufe64\u2039\u3008](?=[\s/\\]*data\b)", re.IGNORECASE)
_NOT_OPENING = "("
_CUT = "…"


def clean(text: str, *, max_characters: int) -> str:
    """`text` without control, bidi, zero-width and other invisible characters, in at most `max_characters`.

    Line ends become line feeds, tabs spaces. A cut text ends in an ellipsis.
    """
    # What is dropped cannot fill the bound from below: look at a bounded part only.
    text = _LINE_ENDS.sub("\n", text[: max_characters * 4]).replace("\t", " ")
    text = _INVISIBLE.sub("", text)
    kept = "".join(
        character
        for character in text
        if character == "\n" or unicodedata.category(character) not in _DROPPED_CATEGORIES
    ).strip()
    return kept if len(kept) <= max_characters else kept[: max_characters - 1].rstrip() + _CUT


def one_line(text: str, *, max_characters: int) -> str:
    """Cleaned, with every run of white space one space: safe behind `--` in a script."""
    return clean(" ".join(clean(text, max_characters=max_characters * 2).split()), max_characters=max_characters)


def fenced(text: str, *, kind: str) -> str:
    """`text` between data tags which nothing inside can close or imitate. `kind` is ours, never stored text."""
    return f'<data kind="{kind}">\n{_FENCE.sub(_NOT_OPENING, text)}\n</data>\n'
