"""The cookies of one person, carried to whichever web process they come to."""

import re

import httpx

from tests_faults.furnish import PERSON


class Browser:
    def __init__(self) -> None:
        # Cookies know a host, and not its port: processes of one machine share them, as those behind one proxy do.
        self._client = httpx.Client(follow_redirects=True, timeout=30)

    def signs_in(self, url: str) -> bool:
        form = self._client.get(f"{url}/login").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token is not None
        values = {"csrfmiddlewaretoken": token[1], "username": PERSON[0], "password": PERSON[1]}
        return self._client.post(f"{url}/login", data=values).url == f"{url}/"

    def is_signed_in(self, url: str) -> bool:
        """Without a session, the first page leads to the sign-in."""
        return self._client.get(f"{url}/").url == f"{url}/"
