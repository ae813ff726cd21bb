"""Every address Querent answers."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib import admin
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import include, path
from django.views import defaults
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.errors import bad_request, not_found, server_error
from config.health import live, ready
from config.metrics import metrics
from nl2sql.api.views import ShortAskView

API = ("/api/", "/nl2sql", "/health/")
"""Below these addresses errors are JSON; everywhere else they are pages."""


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return bad_request(request, exception)
    return defaults.bad_request(request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return not_found(request, exception)
    return render(request, "page/not_found.html", status=404)


def handler500(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API):
        return server_error(request)
    # Without a request context: what failed may be the session or the database.
    page = render_to_string("page/server_error.html", {"request_id": request.META.get("HTTP_X_REQUEST_ID", "")})
    return HttpResponse(page, status=500)


# Swagger UI sets style attributes; its scripts stay our own files, as everywhere.
documentation = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(SpectacularSwaggerSplitView.as_view(url_name="schema"))

urlpatterns = [
    path("", include("nl2sql.web.urls")),
    path("", include("schema_index.web.urls")),
    path("", include("tenants.web.urls")),
    path("login", auth.LoginView.as_view(template_name="page/login.html"), name="login"),
    path("logout", auth.LogoutView.as_view(), name="logout"),
    path("nl2sql", ShortAskView.as_view()),
    path("api/v1/", include("nl2sql.api.urls")),
    path("api/v1/", include("schema_index.api.urls")),
    path("api/v1/", include("tenants.api.urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", documentation, name="docs"),
    path("favicon.ico", RedirectView.as_view(url=static("page/icon.svg"))),
    path("metrics", metrics),
    path("health/live", live),
    path("health/ready", ready),
    path("admin/", admin.site.urls),
]
