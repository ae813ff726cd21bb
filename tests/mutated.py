"""Good inputs spoiled: bytes and texts changed here and there, with what has broken programs before."""

import copy
import json
import os
import time
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
"""How long a run goes on with other examples than the suite's; 0 within the suite."""

MAX_REPEATS = 3_000
"""As often as a piece is repeated: deep enough for what reads by recursion, and a few kB only."""

UGLY = (
    *(b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xc3", b"\xe2\x80\xae", b"\xef\xbb\xbf", b"\r", b"\n\n", b"\x1b[0m"),
    *(b"%s%n", b"${x}", b"{{7*7}}", b"'", b'"', b"\\", b"--", b";", b"../", b"<", b"]]>", b"&#x110000;", b"<!--"),
    *(b"-1", b"0", b"1e999", b"NaN", b"9" * 400, b"9223372036854775808", b"0x7f", b"null", b"true", b"[]", b"{}"),
    *(b"[", b"{", b"(", b"<a>", b"> ", b"* ", b"\xf0\x9f\x8f\xb4", "İ".encode(), "ﷺ".encode(), "\u0301".encode()),
)

VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 2**63, 10**300, float("inf"), float("nan")),
    *("", " ", "x" * 5_000, "\x00", "\ud800", "\u202e", "%", "*", "main.*", "9" * 400, "2026-01-01", "shop"),
    *([], {}, [[]], {"": ""}, ["x"] * 500),
)


def rounds(seconds: float) -> Iterator[int]:
    """Seeds: one, always the same, with the suite; others in each longer run."""
    end = time.monotonic() + seconds
    number = int(time.time()) if seconds else 1
    yield number
    while time.monotonic() < end:
        number += 1
        yield number


def bound(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@st.composite
def mutants(draw: st.DrawFn, corpus: Sequence[bytes]) -> bytes:
    """One of the corpus after up to six changes; now and then as it is."""
    data = draw(st.sampled_from(corpus))
    for _ in range(draw(st.integers(0, 6))):
        data = _changed(draw, data, corpus)
    return data


@st.composite
def json_mutants(draw: st.DrawFn, corpus: Sequence[Any]) -> bytes:
    """Documents that still are JSON, with other values, names and depths; one in four is spoiled as bytes too."""
    document = copy.deepcopy(draw(st.sampled_from(corpus)))
    for _ in range(draw(st.integers(0, 4))):
        document = _other(draw, document)
    data = json.dumps(document).encode()
    return draw(mutants([data])) if draw(st.integers(0, 3)) == 0 else data


def texts(corpus: Sequence[str]) -> st.SearchStrategy[str]:
    """As a form or header is decoded; what is no UTF-8 has been replaced before."""
    return mutants([text.encode() for text in corpus]).map(lambda data: data.decode("utf-8", "replace"))


def _changed(draw: st.DrawFn, data: bytes, corpus: Sequence[bytes]) -> bytes:
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + draw(st.sampled_from((1, 8, 200, 100_000))))))
    before, piece, after = data[:start], data[start:end], data[end:]
    match draw(st.sampled_from(("ugly", "noise", "gone", "repeated", "spliced", "flipped", "cut"))):
        case "ugly":
            return before + draw(st.sampled_from(UGLY)) + after
        case "noise":
            return before + draw(st.binary(max_size=40)) + after
        case "gone":
            return before + after
        case "repeated":
            once = draw(st.sampled_from((piece[:20], *UGLY)))
            return before + once * draw(st.integers(2, MAX_REPEATS)) + after
        case "spliced":
            other = draw(st.sampled_from(corpus))
            return before + other[draw(st.integers(0, len(other))) :]
        case "flipped":
            mask = draw(st.integers(1, 255))
            return before + bytes(byte ^ mask for byte in piece[:8]) + piece[8:] + after
        case _:
            return before


def _other(draw: st.DrawFn, value: Any) -> Any:
    """The value with one place in it changed, or itself."""
    inside = isinstance(value, dict | list) and value and draw(st.integers(0, 5))
    if not inside:
        change = draw(st.sampled_from(("value", "deep", "wrapped")))
        deep = json.loads("[" * 400 + "]" * 400)
        return {"value": copy.deepcopy(draw(st.sampled_from(VALUES))), "deep": deep, "wrapped": [value]}[change]
    key = draw(st.sampled_from(list(value) if isinstance(value, dict) else list(range(len(value)))))
    if isinstance(value, dict) and not draw(st.integers(0, 5)):
        value[draw(st.sampled_from((f"{key}x", "", "\x00", "id")))] = value.pop(key)
    else:
        value[key] = _other(draw, value[key])
    return value
