"""The ask box inside a tenant's own product: the page for its iframes, and the element that shows them.

No cookie is read or set: browsers withhold them from a frame of another site. What the page holds is fetched by its
token, from `nl2sql.web.embed_views`.
"""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET

from tenants import embed_tokens

SCRIPT = "embed/querent-ask.js"
SCRIPT_AGE_S = 3600


@require_GET
@xframe_options_exempt
def frame(request: HttpRequest, frame: str) -> HttpResponse:
    """Only pages of the origin that was signed may show it. Says nothing of any tenant: the token follows by script."""
    origin = embed_tokens.origin_of(frame)
    if origin is None:
        raise Http404("There is no such frame.")
    response = render(request, "embed/frame.html", {"origin": origin})
    response._csp_replace = {"frame-ancestors": [origin]}  # type: ignore[attr-defined]  # as django-csp's decorator
    # A page that isolates itself (COEP) shows only frames that allow it and isolate themselves.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cross-Origin-Embedder-Policy"] = "require-corp"
    response["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_GET
def script(request: HttpRequest) -> HttpResponse:
    """The web component, for pages of other origins; it holds nothing of anybody."""
    path = finders.find(SCRIPT)
    if not isinstance(path, str):
        raise Http404("The script is not installed.")
    response = HttpResponse(Path(path).read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=SCRIPT_AGE_S)
    return response
