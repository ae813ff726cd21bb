"""Lets only callers with a principal in; what they may do is asked of the principal itself."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.principal import Principal

if TYPE_CHECKING:  # views import their default permissions while they are themselves imported
    from rest_framework.views import APIView


class HasPrincipal(BasePermission):
    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, Principal)


def principal_of(request: Request) -> Principal:
    """Who is asking; every view behind `HasPrincipal` has one."""
    principal = request.user
    assert isinstance(principal, Principal)
    return principal
