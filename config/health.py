"""Liveness: the process answers. Readiness: it can also reach its database as the confined role."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from tenants.domain_error import DomainError


def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
            found = cursor.fetchone()
    except (DatabaseError, DomainError):
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    if found is None:
        return JsonResponse({"status": "unavailable", "database": "no vector extension"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok", "pgvector": found[0]})
