"""How a set was answered over time, as one SVG picture: a bar an evaluation, split by verdict. Pure.

Everything is an attribute of its element, so that a strict Content-Security-Policy has nothing to block.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

MAX_BARS = 24
WIDTH, HEIGHT = 720, 180
BOTTOM = 34
"""Of the picture, for dates and the legend."""

COLOURS = {"right": "#2e7d32", "refused": "#90a4ae", "failed": "#f9a825", "wrong": "#c62828", "unjudged": "#cfd8dc"}
"""From the bottom up. Their brightness differs too, for who cannot tell red from green."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`counts` maps verdicts to cases; `label` stands below, `title` is told in full."""

    label: str
    title: str
    counts: dict[str, int]


def chart(bars: Sequence[Bar]) -> str:
    """The last MAX_BARS bars, oldest first, each as high as the others: shares, not numbers."""
    shown = list(bars)[-MAX_BARS:]
    described = f"{shown[-1].title}" if shown else "No evaluation yet"
    room = (WIDTH - 2) / max(len(shown), 1)
    drawn = "".join(_bar(bar, left=1 + place * room, width=min(room * 0.7, 60)) for place, bar in enumerate(shown))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label={quoteattr(described)}>{drawn}{_legend()}</svg>'
    )


def _bar(bar: Bar, *, left: float, width: float) -> str:
    full = HEIGHT - BOTTOM - 2
    total = sum(bar.counts.get(name, 0) for name in COLOURS)
    parts, top = [], float(full)
    for name, colour in COLOURS.items():
        height = full * bar.counts.get(name, 0) / total if total else 0.0
        if height:
            top -= height
            place = f'x="{left:.1f}" y="{max(top, 0) + 1:.1f}" width="{width:.1f}" height="{height:.1f}"'
            parts.append(f'<rect {place} fill="{colour}"/>')
    label = (
        f'<text x="{left:.1f}" y="{HEIGHT - BOTTOM + 13}" font-size="10" fill="currentColor">{escape(bar.label)}</text>'
    )
    return f"<g><title>{escape(bar.title)}</title>{''.join(parts)}{label}</g>"


def _legend() -> str:
    parts = []
    for place, (name, colour) in enumerate(COLOURS.items()):
        left = 1 + place * 90
        parts.append(
            f'<rect x="{left}" y="{HEIGHT - 12}" width="10" height="10" fill="{colour}"/>'
            f'<text x="{left + 14}" y="{HEIGHT - 3}" font-size="11" fill="currentColor">{name}</text>'
        )
    return "".join(parts)
