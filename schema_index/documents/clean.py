"""Text without what nobody sees: stored knowledge says to its readers what it says to a model. Pure."""

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029\v\f]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
SHOWS_NOTHING = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
"""Fillers, joiners and variation selectors that are no format characters by category (Unicode TR36, TR39)."""
_SHOWS_NOTHING = re.compile(SHOWS_NOTHING)
_MANY_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st"}
)


def clean_text(text: str) -> str:
    """Without control, bidi, zero-width, private and unassigned characters; line ends and spaces in one form each."""
    text = _SPACES.sub(" ", _LINE_ENDS.sub("\n", text)).translate(_LIGATURES)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SHOWS_NOTHING.sub("", text))
    if not text.isprintable():
        text = "".join(
            character
            for character in text
            if character in "\n\t" or unicodedata.category(character) not in _DROPPED_CATEGORIES
        )
    return _MANY_BLANK_LINES.sub("\n\n", text).strip()


def clean_line(text: str) -> str:
    """Cleaned, in one line with single spaces."""
    return " ".join(clean_text(text).split())
