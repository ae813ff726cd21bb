"""Text to tokens, and English inflection by rule: enough to see that "cities" and "city" are one word."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

TokenKind = Literal["word", "number", "date", "quoted", "comma", "stop", "symbol", "possessive", "other"]

MAX_TOKENS = 80
"""Longer questions are refused: no reading of so many words is certain."""

MEMORISED = 8192
"""Words and names whose reading is kept: those of a few hundred tables."""

_TOKEN = re.compile(
    r"""
    (?P<quoted>"[^"]{1,120}"|\u201c[^\u201d]{1,120}\u201d|\u2018[^\u2019]{1,120}\u2019|`[^`]{1,120}`|(?<![^\W_])'[^'\n]{1,120}'(?![^\W_]))
  | (?P<date>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?![\d-])
  | (?P<number>(?<![\w-])-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?![^\W_])|(?<=-)[0-9]+(?![^\W_]))
  | (?P<possessive>['\u2019]s\b|(?<=s)['\u2019](?=\s))
  | (?P<word>[^\W_]+)
  | (?P<comma>,)
  | (?P<stop>[.?!;:]+)
  | (?P<symbol>>=|<=|<>|!=|[<>=])
  | (?P<space>[\s_()]+|(?<=[^\W_])['\u2019](?=[^\W_])|(?<=[^\W_])-|-(?!\d)|-(?<=[^\s]-))
  | (?P<other>.)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """`norm` is folded (case and accents); `stem` is `norm` in the singular. A quoted token holds its text unquoted."""

    kind: TokenKind
    text: str
    norm: str
    stem: str


def fold(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def tokenise(text: str) -> tuple[Token, ...]:
    """Every visible character of `text` ends in a token, so that nothing can be lost between the lines."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind is None or kind == "space":
            continue
        raw = match.group()[1:-1] if kind == "quoted" else match.group()
        norm = fold(raw)
        stem = singular(norm) if kind == "word" else norm
        tokens.append(Token(kind=kind, text=raw, norm=norm, stem=stem))  # type: ignore[arg-type]  # a group's name
    return tuple(tokens)


def value_words(text: str) -> tuple[str, ...]:
    """The words of a stored value, as the words of a question are spelled."""
    return tuple(re.findall(r"[^\W_]+", fold(text)))


_IRREGULAR = {
    "people": "person", "persons": "person", "children": "child", "men": "man", "women": "woman", "feet": "foot",
    "mice": "mouse", "geese": "goose", "teeth": "tooth", "lenses": "lens", "lens": "lens", "media": "medium",
    "criteria": "criterion", "indices": "index", "analyses": "analysis", "crises": "crisis", "premises": "premise",
    "movies": "movie", "series": "series", "species": "species", "status": "status", "statuses": "status",
    "courses": "course", "caches": "cache", "buses": "bus", "gases": "gas", "aliases": "alias",
    "diagnoses": "diagnosis",
    "bases": "base", "news": "news", "calories": "calorie", "cookies": "cookie", "ties": "tie", "staffs": "staff",
    "wives": "wife", "lives": "life", "knives": "knife", "shelves": "shelf", "leaves": "leave", "halves": "half",
    "aircrafts": "aircraft", "potatoes": "potato", "tomatoes": "tomato", "heroes": "hero", "has": "has",
    "is": "is", "was": "was", "this": "this", "its": "its", "his": "his", "does": "does", "yes": "yes", "us": "us",
    "ids": "id", "nos": "no",
}  # fmt: skip


@lru_cache(maxsize=MEMORISED)
def singular(word: str) -> str:
    """The singular of a folded noun; words that are singular already come back as they are."""
    known = _IRREGULAR.get(word)
    if known is not None:
        return known
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def verb_roots(word: str) -> frozenset[str]:
    """Spellings a verb form may come from: "published" → publish; "placed" → place; "stopped" → stop."""
    roots = {word}
    for ending in ("ed", "ing", "er", "ment"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            root = word[: -len(ending)]
            roots |= {root, root + "e"}
            if root[-1] == root[-2]:
                roots.add(root[:-1])
            if ending == "ed" and root.endswith("i"):
                roots.add(root[:-1] + "y")
    return frozenset(roots)


def roots_of(words: Iterable[str]) -> frozenset[str]:
    return frozenset(root for word in words for root in verb_roots(word))


_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_A-Za-z]+")


@lru_cache(maxsize=MEMORISED)
def name_words(name: str) -> tuple[str, ...]:
    """The folded words of a table's or column's name: snake case, camel case and digits end a word."""
    return tuple(fold(word) for word in _CAMEL.findall(name))
