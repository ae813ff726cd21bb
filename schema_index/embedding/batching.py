"""Texts as requests: as many as fit by count and by tokens, in their order. Pure."""

from collections.abc import Iterator, Sequence

MAX_TEXT_TOKENS = 8_192
"""What OpenAI's embedding models read of one text (platform.openai.com/docs/api-reference/embeddings)."""

_BYTES_A_TOKEN = 3
"""Fewer than in English (about four), so that names, digits and other scripts do not pass the bound."""


def estimated_tokens(text: str) -> int:
    """About as many as a model counts, rather too many; at most `MAX_TEXT_TOKENS`, where texts are cut."""
    return min(MAX_TEXT_TOKENS, len(text.encode("utf-8", "replace")) // _BYTES_A_TOKEN + 1)


def pack(texts: Sequence[str], *, max_items: int, max_tokens: int) -> Iterator[range]:
    """Places of consecutive texts that go together; every place is in exactly one range, in order.

    A single text always goes, however long: embedders cut it.
    """
    start = tokens = 0
    for place, text in enumerate(texts):
        cost = estimated_tokens(text)
        if place > start and (place - start >= max_items or tokens + cost > max_tokens):
            yield range(start, place)
            start, tokens = place, 0
        tokens += cost
    if start < len(texts):
        yield range(start, len(texts))
