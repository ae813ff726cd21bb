"""A tenant's language model over HTTP: which it is, where, tried before it is taken into use; never its key."""

from functools import partial

from django.conf import settings
from drf_spectacular.utils import OpenApiResponse
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql.api.model_serializers import (
    ModelReplySerializer,
    ModelSettingsSerializer,
    ModelTestSerializer,
    model_reply,
)
from nl2sql.model_access import tenant_models
from nl2sql.model_access.endpoint_policy import check_endpoint
from nl2sql.model_access.model_test import Greeted, greet
from nl2sql.model_access.tenant_models import prepared, propose
from nl2sql.models import TenantModel
from nl2sql.tasks import request_trial
from schema_index.outbound.host_resolution import resolve_host
from tenants.api.operation import Call, Operation
from tenants.api.strict import Fields
from tenants.budgets import budget_lines
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission

_operation = partial(Operation, tag="Language model", needs=Permission.MANAGE_MODEL)


class ModelView(APIView):
    @_operation(
        "get_model",
        "The tenant's language model, and what is left of its budgets",
        in_scope=True,
        gives=ModelReplySerializer,
    )
    def get(self, call: Call) -> Fields:
        return _reply(call.principal)

    @_operation(
        "put_model",
        "Choose a model; where verified queries could be answered otherwise, they are asked of it first",
        body=ModelSettingsSerializer,
        responses={
            200: ModelReplySerializer,
            202: OpenApiResponse(ModelReplySerializer, description="It waits as `candidate` until it was tried."),
        },
        wrong=["llm_forbidden"],
        sends={
            "An endpoint of the tenant's own": {
                "base_url": "https://models.example.com/v1",
                "key": "sk-…",
                "model": "gpt-4.1-mini",
            }
        },
    )
    def put(self, call: Call) -> Response:
        given = dict(call.body)
        key = given.pop("key", None)
        row = TenantModel(**given)
        if row.base_url:
            # Before a transaction is open: a name is resolved.
            networks = settings.ENVIRONMENT.llm_networks
            check_endpoint(row.base_url, allowed_networks=networks, resolve=resolve_host)
        with tenant_transaction(call.principal.tenant_id):
            prepared(row, key=key, actor=call.principal.actor)
            propose(row, send=request_trial)
        with tenant_transaction(call.principal.tenant_id):
            return Response(_reply(call.principal), status=202 if row.is_candidate else 200)

    @_operation(
        "delete_model",
        "Forget the tenant's own model and key at once: the installation's holds again",
        in_scope=True,
    )
    def delete(self, call: Call) -> None:
        tenant_models.remove(actor=call.principal.actor)


class ModelTestView(APIView):
    @_operation(
        "test_model",
        "Ask the model one short thing: the one that waits, else the one in use",
        gives=ModelTestSerializer,
        wrong=["not_found", "quota_exceeded", "llm_forbidden", "llm_unavailable", "llm_timeout"],
    )
    def post(self, call: Call) -> Greeted:
        return greet(call.principal.tenant_id, actor=call.principal.actor)


def _reply(principal: Principal) -> Fields:
    """Needs an open scope."""
    return model_reply(
        tenant_models.written_by(principal.tenant_id),
        in_use=tenant_models.in_use(),
        candidate=tenant_models.candidate(),
        budgets=list(budget_lines()),
    )
