"""The forms that a person finds on the pages, with what stands in them, by following every link."""

from collections import deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client

MAX_PAGES = 150
LEAVES = ("/logout", "/admin", "/api", "/static", "/embed", "/tenant")
"""Links that lead out of the tenant's pages, and forms that do."""


@dataclass(kw_only=True)
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._address, self._text, self._select = address, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in found:
            self.links.append(urljoin(self._address, found["href"]))
        elif tag == "form":
            action = urljoin(self._address, found.get("action") or self._address)
            self.forms.append(Form(action=action, method=found.get("method", "get").lower()))
        elif self.forms and found.get("name"):
            fields = self.forms[-1].fields
            if tag in ("input", "button"):
                fields.setdefault(found["name"], found.get("value", ""))
            elif tag == "textarea":
                self._text = found["name"]
                fields[self._text] = ""
            elif tag == "select":
                self._select = found["name"]
                fields[self._select] = ""
        elif tag == "option" and self._select and self.forms:
            fields = self.forms[-1].fields
            fields[self._select] = fields[self._select] or found.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._text:
            self.forms[-1].fields[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""
        elif tag == "select":
            self._select = ""


def forms_from(client: Client, address: str = "/") -> list[Form]:
    """Each once: by its action and the names of its fields."""
    waiting, seen, found = deque([address]), {address}, dict[tuple[str, ...], Form]()
    while waiting and len(seen) < MAX_PAGES:
        page = waiting.popleft()
        response = client.get(page)
        if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
            continue
        reader = _Reader(page)
        reader.feed(response.content.decode())
        for form in reader.forms:
            if not form.action.startswith(LEAVES):
                found.setdefault((urlsplit(form.action).path, form.method, *sorted(form.fields)), form)
        for link in reader.links:
            path = urlsplit(link)
            own = f"{path.path}?{path.query}" if path.query else path.path
            if not path.netloc and own.startswith("/") and not own.startswith(LEAVES) and own not in seen:
                seen.add(own)
                waiting.append(own)
    return list(found.values())
