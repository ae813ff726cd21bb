"""The question's words cut into chunks, each with all that it may mean: phrase, table, column, value, number, date."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from nl2sql.generation.composer.lexicon import MAX_PHRASE_WORDS, NUMBER_WORDS, Phrase, phrases_at
from nl2sql.generation.composer.time_spans import TimeSpan, spans_at
from nl2sql.generation.composer.vocabulary import MAX_NAME_WORDS, PART_COST, ColumnName, TableName, Vocabulary
from nl2sql.generation.composer.words import Token, singular, value_words, verb_roots
from schema_index.retrieval.types import StoredValue

MAX_CHUNK_WORDS = 12
UNKNOWN_COST = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Neighbouring tokens read as one. `text` is what the asker wrote.

    `weak`: its values are everyday words here ("a", "order"), to be taken as values only where a column is named.
    `summed`: the columns that the other words of "total amount" or "amount of" name.
    """

    text: str
    phrases: tuple[Phrase, ...] = ()
    tables: tuple[TableName, ...] = ()
    columns: tuple[ColumnName, ...] = ()
    values: tuple[StoredValue, ...] = ()
    number: str = ""
    literal: str | None = None
    span: TimeSpan | None = None
    tokens: tuple[Token, ...] = ()
    weak: bool = False
    summed: tuple[ColumnName, ...] = ()

    def data(self, tag: str) -> str | None:
        return next((phrase.data for phrase in self.phrases if phrase.tag == tag), None)

    def has(self, *tags: str) -> bool:
        return any(phrase.tag in tags for phrase in self.phrases)

    @property
    def known(self) -> bool:
        return bool(self.phrases or self.tables or self.columns or self.values or self.number or self.span) or (
            self.literal is not None
        )


def chunk(tokens: tuple[Token, ...], *, vocabulary: Vocabulary, values: tuple[StoredValue, ...]) -> tuple[Chunk, ...]:
    """The cut with the fewest chunks, unknown words counting most; one chunk for each unknown word."""
    spans, stored = spans_at(tokens), _values_at(tokens, values)
    found = [
        dict(_pieces_at(tokens, start, vocabulary, stored.get(start, {}), spans.get(start, {})))
        for start in range(len(tokens))
    ]
    best: list[tuple[float, int]] = [(0.0, 0)] * (len(tokens) + 1)
    for start in range(len(tokens) - 1, -1, -1):
        options = [(UNKNOWN_COST + best[start + 1][0], start + 1)]
        for end, piece in found[start].items():
            options.append((_cost(piece, end - start) + best[end][0], end))
        best[start] = min(options, key=lambda option: (option[0], -option[1]))
    chunks: list[Chunk] = []
    start = 0
    while start < len(tokens):
        token, end = tokens[start], best[start][1]
        chunks.append(found[start].get(end) or Chunk(text=token.text, tokens=(token,)))
        start = end
    return tuple(chunks)


def _cost(piece: Chunk, length: int) -> float:
    if piece.tables or piece.columns or piece.values:
        costs = [*(name.cost for name in piece.tables), *(name.cost for name in piece.columns)]
        return 1.0 - 0.02 * length + (0.1 * min(costs) if costs and not piece.values else 0.0)
    return 1.0 - 0.01 * length


def _values_at(tokens: tuple[Token, ...], values: tuple[StoredValue, ...]) -> dict[int, dict[int, list[StoredValue]]]:
    """start → end → the values whose words the tokens between are."""
    flat = [
        (singular(word), at) for at, token in enumerate(tokens) for word in value_words(token.norm) or (token.norm,)
    ]
    begins = [at for at, (_, token) in enumerate(flat) if not at or flat[at - 1][1] != token]
    found: dict[int, dict[int, list[StoredValue]]] = defaultdict(lambda: defaultdict(list))
    for value in values:
        words = [singular(word) for word in value_words(value.text)]
        for at in begins if 0 < len(words) <= MAX_CHUNK_WORDS else ():
            part = flat[at : at + len(words)]
            if [word for word, _ in part] == words:
                found[part[0][1]][part[-1][1] + 1].append(value)
    return found


def _pieces_at(
    tokens: tuple[Token, ...],
    start: int,
    vocabulary: Vocabulary,
    values: dict[int, list[StoredValue]],
    spans: dict[int, TimeSpan],
) -> Iterator[tuple[int, Chunk]]:
    for end in sorted({*range(start + 1, min(len(tokens), start + MAX_NAME_WORDS) + 1), *values}):
        part = tokens[start:end]
        single = part[0] if len(part) == 1 else None
        plain = all(
            token.kind in ("word", "number") or (token.kind == "possessive" and len(part) > 1) for token in part
        )
        stems = tuple(token.stem for token in part)
        norms = tuple("s" if token.kind == "possessive" else token.norm for token in part)
        named = plain and len(part) <= MAX_NAME_WORDS
        said = stems[1:] if norms[:2] == ("the", "total") else stems
        columns = tuple(vocabulary.columns.get(said, {}).values()) if named else ()
        tables = tuple(vocabulary.tables_at(stems).values()) if named else ()
        phrases = phrases_at(norms) if plain and len(part) <= MAX_PHRASE_WORDS and not _acronym(part) else _mark(single)
        if not tables and not phrases and named and len(part) == 2:
            tables = tuple(vocabulary.tables_at(("".join(stems),)).values())
        if any(name.cost == 0 for name in tables):
            columns = tuple(name for name in columns if name.cost < PART_COST)
        if single is not None and single.norm.endswith("ed") and len(single.norm) > 4:
            columns = tuple(name for name in columns if name.cost < PART_COST)
            if verb_roots(single.norm) & vocabulary.date_verbs:
                phrases = (*phrases, Phrase("dated"))
            elif not phrases and verb_roots(single.norm) & vocabulary.deeds:
                phrases = (Phrase("verb"),)
        elif plain and not columns and not tables and stems in vocabulary.moments:
            phrases = (*phrases, Phrase("dated"))
        if end < len(tokens) and (tokens[end].norm == "than" or tokens[end].kind in ("number", "date")):
            phrases = tuple(phrase for phrase in phrases if phrase.tag != "cmp_after")
        stored = tuple(values.get(end, ()))
        weak = bool(stored) and _everyday(part, stored, vocabulary, first=start == 0)
        piece = Chunk(
            text=" ".join(token.text for token in part),
            phrases=phrases,
            tables=tables,
            columns=columns,
            values=() if weak and single is None else stored,
            number=_number(single),
            literal=single.text if single is not None and single.kind in ("quoted", "date") else None,
            span=spans.get(end),
            tokens=part,
            weak=weak,
            summed=tuple(vocabulary.columns.get(_measure_in(said), {}).values()) if named else (),
        )
        if piece.known:
            yield end, piece


def _measure_in(stems: tuple[str, ...]) -> tuple[str, ...]:
    """ "total amount" and "amount of" may speak of an amount."""
    if stems[0] == "total":
        return stems[1:]
    return stems[:1] if stems[1:] == ("of",) else ()


_MARKS = {"comma": "comma", "stop": "stop", "possessive": "possessive", "symbol": "cmp"}


def _mark(token: Token | None) -> tuple[Phrase, ...]:
    if token is None or token.kind not in _MARKS:
        return ()
    return (Phrase(_MARKS[token.kind], token.text.replace("!=", "<>") if token.kind == "symbol" else ""),)


def _number(token: Token | None) -> str:
    if token is None:
        return ""
    if token.kind == "number":
        return token.text.replace(",", "")
    return str(NUMBER_WORDS[token.norm]) if token.kind == "word" and token.norm in NUMBER_WORDS else ""


def _everyday(part: tuple[Token, ...], values: tuple[StoredValue, ...], vocabulary: Vocabulary, *, first: bool) -> bool:
    """Whether the words are function words or names of this schema, and are not written as the stored value is."""
    if any(token.kind == "quoted" for token in part):
        return False
    written = " ".join(token.text for token in part)
    if not first and any(value.text == written for value in values) and written != written.lower():
        return False
    return all(
        token.kind == "number"
        or bool(phrases_at((token.norm,)))
        or bool(vocabulary.tables_at((token.stem,)))
        or any(name.cost < PART_COST for name in vocabulary.columns.get((token.stem,), {}).values())
        for token in part
    )


def _acronym(part: tuple[Token, ...]) -> bool:
    """ "US" is not "us"; a question in capitals only has to be spelled otherwise."""
    return len(part) == 1 and len(part[0].text) > 1 and part[0].text.isupper() and part[0].norm not in _SHOUTED


_SHOUTED = {"and", "or", "not", "no", "asc", "desc", "all", "each", "top", "max", "min", "avg", "sum", "count", "per"}
