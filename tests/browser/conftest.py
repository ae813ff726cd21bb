"""Debian's chromium, started once for all tests of this folder, before the product's own ASGI server.

    def test_x(browse: Browse, analyst: Member, shop: DataSource) -> None:
        with browse(analyst) as page:
            page.goto("/")
            ...

- `browse` opens a page in a context of its own (no cookie, cache or storage of another test), signed in as the given
  member by a session cookie; without one nobody is signed in. Width, colour scheme and scripts are arguments. An error
  in the console, an uncaught exception and a load from a foreign address fail the test when the block ends; with
  `refused`, pages may be errors.
- The ORM may be used in the block and around it: the live server is a thread of this process on the same database, and
  what `settings`, `change_environment` or `model` replace is replaced for it too. Tests commit, so a module needs
  `pytestmark = BROWSER_TESTS`.
- A page costs about a tenth of a second, a visit as long as the view: prefer one test that walks through a whole task.
  Wait with `expect(...)` or `locator.wait_for()`, never by time.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from config.static_files import StaticFiles
from tests.asgi_server import asgi_server
from tests.conftest import Member
from tests.functional.conftest import model  # noqa: F401  a fixture of this folder too
from tests.pages import of

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

BROWSER_TESTS = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("CI") != "true", reason="Debian's package chromium is not installed"
    ),
]

PATIENCE_MS = 10_000

STATUS = "the server responded with a status of"
"""How the browser's console tells of a page that is an error."""


class Browse(Protocol):
    def __call__(
        self,
        member: Member | None = None,
        *,
        width: int = 1280,
        scheme: str = "light",
        scripts: bool = True,
        refused: bool = False,
    ) -> AbstractContextManager[Page]: ...


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Not of the session: the driver's event loop stays with this thread, where other tests start their own."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Django takes the driver's waiting loop for our being in it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=PATIENCE_MS)
        with playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser:
            yield browser


@pytest.fixture(scope="package")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Static files as a deployment serves them, under the names that pages get while the fixture lives."""
    folder = tmp_path_factory.mktemp("static")
    storage: Any = staticfiles_storage
    before = storage._wrapped
    storage._wrapped = StaticFiles(location=folder, base_url=settings.STATIC_URL)
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
        yield folder
    finally:
        storage._wrapped = before


@pytest.fixture(scope="package")
def server(django_db_setup: None, collected: Path) -> Iterator[str]:
    """Its address. Streams need it: before the other interface, an answer is held back until it is whole."""
    with asgi_server(static=collected) as address:
        yield address


@pytest.fixture
def browse(chromium: Browser, server: str) -> Browse:
    @contextmanager
    def opened(
        member: Member | None = None,
        *,
        width: int = 1280,
        scheme: str = "light",
        scripts: bool = True,
        refused: bool = False,
    ) -> Iterator[Page]:
        complaints: list[str] = []
        with chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
            base_url=server,
        ) as context:
            if member is not None:
                name = settings.SESSION_COOKIE_NAME
                context.add_cookies([{"name": name, "value": _session(member), "url": server}])
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "request",
                lambda request: (
                    None
                    if request.url.startswith((server, "data:", "blob:"))
                    else complaints.append(f"foreign address: {request.url}")
                ),
            )
            yield page
        assert [one for one in complaints if not (refused and STATUS in one)] == []

    return opened


def press(where: Page | FrameLocator, button: str) -> None:
    where.get_by_role("button", name=button).click()


def _session(member: Member) -> str:
    client = of(member)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
