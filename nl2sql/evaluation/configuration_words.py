"""What differs between two configurations, of an evaluation or of an installation, in words. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

OF_A_MODEL = {
    "endpoint": "the model's address",
    "prompt_version": "the prompt",
    "prompt_tokens": "the prompt's budget",
    "candidates": "the number of candidates",
    "temperature": "the temperature",
    "seed": "the seed",
    "max_output_tokens": "the output's limit",
}
"""Of no meaning where the composer writes."""

NAMES = {
    "generator": "the model",
    **OF_A_MODEL,
    "embedding_endpoint": "the embedding model's address",
    "embedding_model": "the embedding model",
    "threshold": "the threshold",
    "top_k": "the number of tables",
    "sources": "the schema",
    "policies": "the policy",
    "extra_columns_allowed": "further columns allowed:",
}

PER_SOURCE = ("sources", "policies")
"""Those that hold a value for each data source, by its slug."""


def differences(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    own: Collection[str] = (),
    untold: Collection[str] = (),
) -> tuple[str, ...]:
    """What changed, in words with both values, but for those `untold`; of schemas, which. Of what a tenant has of its
    `own`, nothing."""
    found = []
    for name, words in NAMES.items():
        old, new = before.get(name), after.get(name)
        if old == new or name in own:
            continue
        if name in PER_SOURCE:
            changed = sorted(
                slug for slug in {*(old or {}), *(new or {})} if (old or {}).get(slug) != (new or {}).get(slug)
            )
            found.append(f"{words} of {', '.join(changed)}")
        elif name in untold:
            found.append(words)
        else:
            found.append(f"{words} {new} instead of {old}")
    return tuple(found)
