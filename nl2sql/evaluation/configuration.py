"""What an evaluation measured: everything whose change may change answers, read as it is in force now."""

from collections.abc import Collection
from typing import Any

from django.conf import settings

from nl2sql.model_access.generators import generator_name
from nl2sql.model_access.tenant_models import candidates_of, effective, prompt_tokens_of
from nl2sql.prompt.template_files import template_version
from schema_index.access.policies import policy_for
from schema_index.embedding.spaces import active_embedder, threshold_for
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tenants.principal import Principal


def configuration_in_force(
    principal: Principal, *, sources: Collection[str], is_candidate: bool = False
) -> dict[str, Any]:
    """JSON; `sources` are slugs, empty for all of the tenant's. A source that was never synced has no fingerprint.

    `is_candidate` reads it as it would be with the model that waits to be taken into use.
    """
    embedder = active_embedder(principal.tenant_id)
    with tenant_transaction(principal.tenant_id):
        model = effective(is_candidate=is_candidate)
        rows = DataSource.objects.select_related("snapshot").order_by("slug")
        if sources:
            rows = rows.filter(slug__in=sources)
        schemas = {
            row.slug: {"revision": row.snapshot.revision, "fingerprint": row.snapshot.fingerprint}
            if row.snapshot
            else {"revision": 0, "fingerprint": ""}
            for row in rows
        }
        policies = {row.slug: policy_for(row, role=principal.role).digest for row in rows}
        threshold = threshold_for(embedder)
    return {
        "generator": generator_name(model),
        "prompt_version": template_version(),
        "prompt_tokens": prompt_tokens_of(model),
        "candidates": candidates_of(model),
        "embedding_model": f"{embedder.model} ({embedder.dimension})",
        "threshold": threshold,
        "top_k": settings.ENVIRONMENT.retrieval_top_k,
        "sources": schemas,
        "policies": policies,
    }
