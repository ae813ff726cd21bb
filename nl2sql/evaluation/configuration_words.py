"""What differs between two evaluated configurations, in words. Pure."""

from collections.abc import Mapping
from typing import Any

NAMES = {
    "generator": "the model",
    "prompt_version": "the prompt",
    "prompt_tokens": "the prompt's budget",
    "candidates": "the number of candidates",
    "embedding_model": "the embedding model",
    "threshold": "the threshold",
    "top_k": "the number of tables",
    "sources": "the schema",
    "policies": "the policy",
    "extra_columns_allowed": "further columns allowed:",
}
"""In words, for telling what differs."""

PER_SOURCE = ("sources", "policies")
"""Those that hold a value for each data source, by its slug."""


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """What changed between two configurations, in words with both values; of schemas, which."""
    found = []
    for name, words in NAMES.items():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name in PER_SOURCE:
            changed = sorted(
                slug for slug in {*(old or {}), *(new or {})} if (old or {}).get(slug) != (new or {}).get(slug)
            )
            found.append(f"{words} of {', '.join(changed)}")
        else:
            found.append(f"{words} {new} instead of {old}")
    return tuple(found)
