"""Lets only callers with a principal in; what they may do is asked of the principal itself."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from tenants.principal import Principal


class HasPrincipal(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  DRF's signature
        return isinstance(request.user, Principal)
