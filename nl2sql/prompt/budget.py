"""What a prompt may cost, and what goes first when it costs too much. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

BYTES_PER_TOKEN = 3
"""Low on purpose: byte-pair vocabularies take about 4 bytes of English and 3.5 of SQL a token, and a server such as
Ollama's cuts a prompt that is too long without saying so. Rare scripts may still cost more than this says."""


def estimate(text: str) -> int:
    """Tokens, rather too many than too few."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One way to write a piece; `dropped` names what this way leaves out compared with the one before."""

    text: str
    dropped: str = ""


Piece = tuple[Version, ...]
"""A part of the prompt, from its full version to its shortest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """`texts` has the version taken of each piece; `dropped` tells what was left out, in the order of leaving."""

    texts: tuple[str, ...]
    dropped: tuple[str, ...]


def fit(pieces: Sequence[Piece], *, order: Sequence[tuple[int, int]], max_bytes: int) -> Fitted | None:
    """Step through `order`, (piece, version to fall back to), until all pieces fit. None when they never do."""
    sizes = [[len(version.text.encode("utf-8", "replace")) for version in piece] for piece in pieces]
    chosen = [0] * len(pieces)
    total = sum(size[0] for size in sizes)
    dropped: list[str] = []
    for piece, version in order:
        if total <= max_bytes:
            break
        if version <= chosen[piece]:
            continue
        total += sizes[piece][version] - sizes[piece][chosen[piece]]
        chosen[piece] = version
        dropped.append(pieces[piece][version].dropped)
    if total > max_bytes:
        return None
    texts = tuple(piece[version].text for piece, version in zip(pieces, chosen, strict=True))
    return Fitted(texts=texts, dropped=tuple(filter(None, dropped)))
