"""What someone sees who tried too many passwords."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """The same for a right password: whoever guesses learns nothing. `credentials` are not shown or kept."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    # Without a request context: what it asks of the session is not needed to say this.
    page = render_to_string("page/locked_out.html", {"minutes": seconds // 60})
    return HttpResponse(page, status=settings.AXES_HTTP_RESPONSE_CODE, headers={"Retry-After": str(seconds)})
