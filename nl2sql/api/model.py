"""A tenant's language model over HTTP: which it is, where, tried before it is taken into use; never its key."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
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
from nl2sql.model_access.model_change import propose
from nl2sql.model_access.model_test import greet
from nl2sql.model_access.tenant_models import ModelFields, prepared
from nl2sql.tasks import request_trial
from schema_index.outbound.host_resolution import resolve_host
from tenants.api.permissions import principal_of
from tenants.api.problems import problems
from tenants.api.strict import read_body, refuse_parameters
from tenants.budgets import budget_lines
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission

TAGS = ["Language model"]
OWN = OpenApiExample(
    "An endpoint of the tenant's own",
    value={"base_url": "https://models.example.com/v1", "key": "sk-…", "model": "gpt-4.1-mini"},
    request_only=True,
)


class ModelView(APIView):
    @extend_schema(
        operation_id="get_model",
        tags=TAGS,
        summary="The tenant's language model, and what is left of its budgets",
        responses={200: ModelReplySerializer, **problems(400, 401, 403)},
    )
    def get(self, request: Request) -> Response:
        principal = _manager(request)
        return Response(_reply(principal))

    @extend_schema(
        operation_id="put_model",
        tags=TAGS,
        summary="Choose a model; where verified queries could be answered otherwise, they are asked of it first",
        request=ModelSettingsSerializer,
        responses={
            200: ModelReplySerializer,
            202: OpenApiResponse(ModelReplySerializer, description="It waits as `candidate` until it was tried."),
            **problems(400, 401, 403, 413, 415, "llm_forbidden"),
        },
        examples=[OWN],
    )
    def put(self, request: Request) -> Response:
        principal = _manager(request)
        given = read_body(request, ModelSettingsSerializer)
        key = given.pop("key", None)
        fields = ModelFields(**given)
        if fields.base_url:
            # Before a transaction is open: a name is resolved.
            networks = settings.ENVIRONMENT.llm_networks
            check_endpoint(fields.base_url, allowed_networks=networks, resolve=resolve_host)
        with tenant_transaction(principal.tenant_id):
            row = prepared(fields, key=key, actor=principal.actor)
            propose(row, send=request_trial)
        return Response(_reply(principal), status=202 if row.is_candidate else 200)

    @extend_schema(
        operation_id="delete_model",
        tags=TAGS,
        summary="Forget the tenant's own model and key at once: the installation's holds again",
        responses={204: None, **problems(400, 401, 403)},
    )
    def delete(self, request: Request) -> Response:
        principal = _manager(request)
        with tenant_transaction(principal.tenant_id):
            tenant_models.remove(actor=principal.actor)
        return Response(status=204)


class ModelTestView(APIView):
    @extend_schema(
        operation_id="test_model",
        tags=TAGS,
        summary="Ask the model one short thing: the one that waits, else the one in use",
        request=None,
        responses={
            200: ModelTestSerializer,
            **problems(400, 401, 403, 404, 413, 415, 429, "llm_forbidden", "llm_unavailable", "llm_timeout"),
        },
    )
    def post(self, request: Request) -> Response:
        principal = _manager(request)
        read_body(request)
        greeted = greet(principal.tenant_id, actor=principal.actor)
        return Response({"model": greeted.model, "ms": greeted.ms})


def _manager(request: Request) -> Principal:
    principal = principal_of(request, needs=Permission.MANAGE_MODEL)
    refuse_parameters(request)
    return principal


def _reply(principal: Principal) -> dict[str, Any]:
    with tenant_transaction(principal.tenant_id):
        return model_reply(
            tenant_models.written_by(principal.tenant_id),
            in_use=tenant_models.in_use(),
            candidate=tenant_models.candidate(),
            budgets=list(budget_lines()),
        )
