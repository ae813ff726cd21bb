"""The cookies of one person, carried to whichever web process they come to."""

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from tests_faults.furnish import PERSON


class Browser:
    def __init__(self) -> None:
        # Cookies know a host, and not its port: processes of one machine share them, as those behind one proxy do.
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def signs_in(self, url: str) -> bool:
        form = self._page(f"{url}/login")[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token is not None
        values = {"csrfmiddlewaretoken": token[1], "username": PERSON[0], "password": PERSON[1]}
        return self._page(f"{url}/login", data=urlencode(values).encode())[0] == f"{url}/"

    def is_signed_in(self, url: str) -> bool:
        """Without a session, the first page leads to the sign-in."""
        return self._page(f"{url}/")[0] == f"{url}/"

    def _page(self, url: str, *, data: bytes | None = None) -> tuple[str, str]:
        with self._opener.open(url, data=data, timeout=30) as page:
            return page.url, page.read().decode()
