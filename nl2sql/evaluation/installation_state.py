"""What an installation makes answers with, for all tenants alike: what a new version or another setting changes."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from nl2sql.model_access.tenant_models import OPENAI_URL
from nl2sql.prompt.template_files import template_version
from schema_index.embedding.known_models import DEFAULT_THRESHOLD, THRESHOLDS

COMPOSER = "the composer"

UNTOLD = ("endpoint", "embedding_endpoint", "threshold")
"""Told without values: addresses are nobody's business, and thresholds are many."""


def installation_state() -> dict[str, Any]:
    """JSON. An existing tenant's embedding model is not part of it: only a re-embedding changes that."""
    environment = settings.ENVIRONMENT
    threshold = environment.retrieval_threshold
    return {
        "generator": environment.llm_model if environment.model_configured else COMPOSER,
        "endpoint": _digest(environment.llm_base_url or OPENAI_URL),
        "prompt_version": template_version(),
        "prompt_tokens": environment.llm_prompt_tokens,
        "candidates": environment.llm_candidates,
        "temperature": environment.llm_temperature,
        "seed": environment.llm_seed,
        "max_output_tokens": environment.llm_max_output_tokens,
        "embedding_endpoint": _digest(environment.embedding_base_url or ""),
        "threshold": {**THRESHOLDS, "": DEFAULT_THRESHOLD} if threshold is None else threshold,
        "top_k": environment.retrieval_top_k,
    }


def fingerprint_of(state: Mapping[str, Any]) -> str:
    return _digest(json.dumps(state, sort_keys=True))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
