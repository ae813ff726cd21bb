"""A form whose token does not fit: mostly a page that stayed open over a sign-out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What Django shows instead styles itself inline, which the page's policy forbids."""
    return render(request, "page/stale_form.html", status=403)
