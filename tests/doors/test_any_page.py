"""Every page that names something by its id, as another tenant's owner who is signed in: as if it never was."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from schema_index.models import DataSource
from tests.conftest import Member
from tests.functional.test_leakage import MARK, addresses, furnish, identifiers, told
from tests.pages import of

pytestmark = pytest.mark.django_db

NO_PAGES = ("api/", "nl2sql", "embed/")
"""What no session opens, or keys open too: tried in test_leakage."""


def test_no_page_opens_to_what_another_tenant_stored(
    owner: Member, outsider: Member, new_sqlite_source: Callable[..., DataSource]
) -> None:
    furnish(owner, new_sqlite_source, mark=MARK)
    furnish(outsider, new_sqlite_source, mark="other")
    client = of(outsider)

    def answered(address: str, key: str, *, method: str) -> tuple[int, str]:
        status, text = told(getattr(client, method)("/" + re.sub(r"<uuid:\w+>", key, address)))
        return status, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)

    tried: dict[str, Any] = {}
    for address in (one for one in addresses() if "<uuid:" in one and not one.startswith(NO_PAGES)):
        for method in ("get", "post"):
            expected = answered(address, str(uuid4()), method=method)
            if expected[0] != 405:
                tried[address] = expected[0]
                for key in identifiers(owner.tenant).values():
                    assert answered(address, key, method=method) == expected, (method, address)
    assert set(tried.values()) <= {302, 404}
    assert len(tried) > 20
