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


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of the prompt, from its full version to its shortest."""

    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """`chosen[i]` is the version taken of piece i; `dropped` tells what was left out, in the order of leaving."""

    chosen: tuple[int, ...]
    dropped: tuple[str, ...]


def fit(pieces: Sequence[Piece], *, order: Sequence[tuple[int, int]], max_bytes: int) -> Fitted | None:
    """Step through `order`, (piece, version to fall back to), until all pieces fit. None when they never do."""
    sizes = [[len(version.text.encode("utf-8", "replace")) for version in piece.versions] for piece in pieces]
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
        dropped.append(pieces[piece].versions[version].dropped)
    if total > max_bytes:
        return None
    return Fitted(chosen=tuple(chosen), dropped=tuple(text for text in dropped if text))
