"""A question as the row of words, numbers, dates and quotations that decide what it asks. Pure.

Two questions with the same reading ask the same; what tells them apart in any way keeps them apart here: negations,
comparisons, units, spans of time, the order of words. Left out are only articles, courtesies and question words.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from nl2sql.reuse.words import (
    ALWAYS_RELATIVE,
    ARTICLES,
    BEFORE_ARTICLE,
    COMMANDS,
    DROPPED,
    INTERROGATIVES,
    LEADS,
    NOUN_COMMANDS,
    NUMBERS,
    OF_BEFORE,
    OF_THE_ASKER,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVE_BEFORE_A_SPAN,
    RELATIVES,
    SAME_IN_BOTH_NUMBERS,
    SPANS,
)

Kind = Literal["word", "name", "number", "date", "quoted", "symbol", "comma", "slot"]

COUNT = "number of"
"""The one word that "how many" and "the number of" become."""

SLOT = "\ue000{}\ue001"
"""Stands in a text for the value of a parameter; private use, so that no question holds it."""

MAX_MOVED = 10
"""Words of a phrase that may stand first or last: "in 2020, how many …"."""

_TOKEN = re.compile(
    r"\ue000(?P<slot>\d+)\ue001"
    r"|(?P<quoted>\"[^\"\n]{1,200}\"|\u201c[^\u201d\n]{1,200}\u201d|\u2018[^\u2019\n]{1,200}\u2019|(?<!\w)'[^'\n]{1,200}'(?!\w))"
    r"|(?P<date>(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-]))"
    r"|(?P<number>(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+|\d{1,18})(?:\.\d{1,18})?(?![\w]|[.,]\d))"
    r"|(?P<word>\w+(?:\.\w+)*)"
    r"|(?P<comma>,)"
    r"|(?P<symbol>[^\s?!.;:'\u2019\"\u201c\u201d\u2018])"
)
_CONTRACTIONS = (
    (re.compile(r"\bcan['\u2019]t\b", re.IGNORECASE), "can not"),
    (re.compile(r"\bcannot\b", re.IGNORECASE), "can not"),
    (re.compile(r"\bwon['\u2019]t\b", re.IGNORECASE), "will not"),
    (re.compile(r"n['\u2019]t\b"), " not"),
    (re.compile(r"\bi['\u2019]d\b", re.IGNORECASE), "i would"),
    (re.compile(r"\b(what|which|who|that|there)['\u2019]s\b", re.IGNORECASE), r"\1 is"),
    (re.compile(r"\b([a-z]+)['\u2019]s\b"), r"\1"),
)
_HYPHEN = re.compile(r"(?<=[^\W\d])-(?=[^\W\d])")


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what must agree; `is_plural` says that an ending was taken off it."""

    kind: Kind
    text: str
    is_plural: bool = False

    @property
    def is_plain(self) -> bool:
        return self.kind == "word"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`is_relative` when it speaks of a time by its distance from today; `stands_alone` is false of what only its
    asker, or the question before it, gives a meaning."""

    tokens: tuple[Token, ...]
    is_relative: bool
    stands_alone: bool


@lru_cache(maxsize=8_192)
def reading(question: str) -> Reading:
    """One that is asked is read once for each verified query that it is compared with, and those for each question."""
    kept = _counted(_without_function_words(_without_lead(_moved(_tokens(question)))))
    words = [token.text for token in kept]
    return Reading(
        tokens=tuple(kept),
        is_relative=_is_relative(words),
        stands_alone=not any(
            token.text in OF_THE_ASKER or token.text in OF_BEFORE for token in kept if token.kind == "word"
        ),
    )


def _tokens(question: str) -> list[Token]:
    text = unicodedata.normalize("NFKC", question)
    for pattern, written in _CONTRACTIONS:
        text = pattern.sub(written, text)
    text = _HYPHEN.sub(" ", text)
    shouted = text.isupper()
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        raw = match.group(kind) if kind else match.group()
        if kind == "word":
            found.append(_word(raw, is_first=not found, shouted=shouted))
        elif kind == "number":
            found.append(Token("number", number_text(raw.replace(",", ""))))
        elif kind == "quoted":
            found.append(Token("quoted", raw[1:-1]))
        elif kind in ("slot", "date", "comma", "symbol"):
            found.append(Token(kind, raw))  # type: ignore[arg-type]  # the names of the groups are kinds
    return found


def number_text(raw: str) -> str:
    """One spelling a number: 1000.0, 1000 and 1e3 are the same."""
    return format(Decimal(raw).normalize(), "f")


def _word(raw: str, *, is_first: bool, shouted: bool) -> Token:
    lower = raw.casefold()
    if raw.isupper() and not shouted and (len(raw) > 1 or raw not in ("A", "I") or not is_first):
        # "US" is no "us", "IT" no "it", grade "A" no article.
        return Token("name", raw)
    if raw[0].isupper() and not is_first and not shouted:
        return Token("name", lower)
    if lower in NUMBERS:
        return Token("number", NUMBERS[lower])
    singular = _singular(lower)
    return Token("word", singular, is_plural=singular != lower)


def _singular(word: str) -> str:
    if len(word) < 4 or not word.isalpha() or not word.isascii() or word in SAME_IN_BOTH_NUMBERS:
        return "have" if word == "has" else word
    if word.endswith(("ss", "us", "is", "as", "os")) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    return word[:-1]


def _moved(tokens: list[Token]) -> list[Token]:
    """ "In 2020, how many orders …" as "how many orders … in 2020"; then without commas."""
    commas = [place for place, token in enumerate(tokens) if token.kind == "comma"]
    if commas and tokens[0].is_plain and tokens[0].text in PREPOSITIONS and commas[0] <= MAX_MOVED:
        tokens = [*tokens[commas[0] + 1 :], *tokens[: commas[0]]]
    return [token for token in tokens if token.kind != "comma"]


def _without_lead(tokens: list[Token]) -> list[Token]:
    while tokens and tokens[0].is_plain:
        words = tuple(token.text for token in tokens[:6] if token.is_plain)
        lead = next((lead for lead in LEADS if words[: len(lead)] == lead), ())
        if lead:
            tokens = tokens[len(lead) :]
        elif _is_command(words[0], words[1] if len(words) > 1 else ""):
            tokens = _after_command(tokens[1:])
        else:
            break
    return tokens


def _is_command(word: str, follower: str) -> bool:
    if word in NOUN_COMMANDS:
        return follower in ARTICLES | PRONOUNS | {"all"}
    # A list price is a column.
    return word in INTERROGATIVES or (word in COMMANDS and follower != "price")


def _after_command(tokens: list[Token]) -> list[Token]:
    while tokens and tokens[0].is_plain and tokens[0].text in PRONOUNS | ARTICLES | {"all", "is", "are"}:
        tokens = tokens[1:]
    return tokens


def _without_function_words(tokens: list[Token]) -> list[Token]:
    kept: list[Token] = []
    for place, token in enumerate(tokens):
        before = tokens[place - 1].text if place else ""
        after = tokens[place + 1].text if place + 1 < len(tokens) else ""
        if token.is_plain and _is_left_out(token.text, before=before, after=after, is_first=not place):
            continue
        kept.append(token)
    return kept


def _is_left_out(word: str, *, before: str, after: str, is_first: bool) -> bool:
    if word in ("a", "an"):
        return is_first or before in BEFORE_ARTICLE
    if word in RELATIVES:
        return not is_first and before not in PREPOSITIONS and bool(after)
    if word == "of" and before == "number":
        # "The number of the room" is a column, "the number of rooms" a count.
        return after in ARTICLES
    return word in DROPPED


def _counted(tokens: list[Token]) -> list[Token]:
    counted: list[Token] = []
    place = 0
    while place < len(tokens):
        pair = tuple(token.text for token in tokens[place : place + 2] if token.is_plain)
        if pair in (("how", "many"), ("number", "of")) and not tokens[place].is_plural:
            counted.append(Token("word", COUNT))
            place += 2
        else:
            counted.append(tokens[place])
            place += 1
    return counted


def _is_relative(words: list[str]) -> bool:
    if any(word in ALWAYS_RELATIVE and words[place - 1 : place] != ["most"] for place, word in enumerate(words)):
        # "Most recent" is a place in an order.
        return True
    return any(
        word in RELATIVE_BEFORE_A_SPAN and SPANS.intersection(words[place + 1 : place + 4])
        for place, word in enumerate(words)
    )
