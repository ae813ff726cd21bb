"""Dark or light: the system's choice, or the person's own, kept in a cookie so that it holds without JavaScript."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "theme"
MAX_AGE_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    value: str
    label: str
    icon: str


SHOWN = (
    Theme(value="", label="Theme: as the system has it", icon="auto"),
    Theme(value="dark", label="Theme: dark", icon="moon"),
    Theme(value="light", label="Theme: light", icon="sun"),
)
"""In the order in which the switch goes through them; empty follows the system."""

THEMES = tuple(one.value for one in SHOWN)


def theme_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else ""


def next_theme(theme: str) -> Theme:
    return SHOWN[(THEMES.index(theme) + 1) % len(SHOWN)]


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    back = request.META.get("HTTP_REFERER", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = redirect(back if safe else "home")
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(COOKIE, chosen, max_age=MAX_AGE_S, samesite="Lax", secure=request.is_secure())
    return response
