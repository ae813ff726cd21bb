"""Keys are rotated while processes serve, by the steps of docs/deploy.md, and the old ones then open nothing."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from cryptography.fernet import Fernet

from tests_faults.browser import Browser
from tests_faults.conftest import Table
from tests_faults.deployment import Deployment
from tests_faults.people import Asked, People

NEW = "the next one of a deployment that is thrown away"
STEPS = ("known", "used", "gone")


@pytest.fixture
def steps(deployment: Deployment) -> Iterator[dict[str, tuple[str, dict[str, str]]]]:
    """Of each step a web process, which answers questions itself: its address and what was set."""
    now = deployment.querent.environment
    old, old_credentials, credentials = now["SECRET_KEY"], now["CREDENTIAL_KEYS"], Fernet.generate_key().decode()
    settings = [
        {"SECRET_KEY": old, "SECRET_KEY_FALLBACKS": NEW, "CREDENTIAL_KEYS": f"{old_credentials},{credentials}"},
        {"SECRET_KEY": NEW, "SECRET_KEY_FALLBACKS": old, "CREDENTIAL_KEYS": f"{credentials},{old_credentials}"},
        {"SECRET_KEY": NEW, "CREDENTIAL_KEYS": credentials},
    ]
    with ExitStack() as running:
        # The other processes of the deployment know the old key alone.
        running.callback(deployment.querent.manage, "rotate_secrets", settings=settings[0])
        yield {
            step: (running.enter_context(deployment.serving(step, one)), one)
            for step, one in zip(STEPS, settings, strict=True)
        }


def test_keys_rotated(deployment: Deployment, steps: dict[str, tuple[str, dict[str, str]]], table: Table) -> None:
    started = time.monotonic()
    (known, _), (used, setting), (gone, _) = steps.values()
    early, late, absent = Browser(), Browser(), Browser()
    assert all(browser.signs_in(deployment.querent.url) for browser in (early, absent))
    assert late.signs_in(used)
    # Whichever process they come to while step 2 is under way, and then all have taken it.
    assert [early.is_signed_in(url) for url in (known, used, known)] == [True] * 3
    assert [late.is_signed_in(url) for url in (known, used)] == [True] * 2
    assert early.is_signed_in(used)

    querent = deployment.querent
    asked = [_ask(deployment, used, "not-yet-rotated")]
    assert querent.manage("rotate_secrets", settings=setting).startswith("2 stored")
    assert querent.manage("rotate_secrets", "--check", settings=setting).startswith("0 stored")
    asked += [_ask(deployment, url, f"rotated-{name}") for name, url in (("known", known), ("gone", gone))]
    assert {one.outcome for one in asked} == {"completed"}
    assert [browser.is_signed_in(gone) for browser in (early, late, absent)] == [True, True, False]
    # Of a process that never heard of the new key.
    assert _ask(deployment, querent.url, "left-behind").code == "data_source_unavailable"

    _rotate_api_key(deployment)
    took_s = time.monotonic() - started
    table.add("keys rotated", asked, recovery_s=0.0, settled_s=took_s)


def _ask(deployment: Deployment, url: str, tag: str) -> Asked:
    return People(url, key=deployment.keys["one"]).ask(tag)


def _rotate_api_key(deployment: Deployment) -> None:
    """By its holder: both work until the first is revoked, which then ends at once."""
    url = f"{deployment.querent.url}/api/v1/keys"

    headers = {"Authorization": f"Bearer {deployment.keys['one']}"}

    def works(key: str) -> int:
        people = People(deployment.querent.url, key=key)
        return people.post("/nl2sql", {"question": "no"}, {"Prefer": "respond-async"})[0]

    bodies = [{"name": name, "scopes": ["ask"], "role": "viewer"} for name in ("1", "2")]
    first, second = (httpx.post(url, json=body, headers=headers, timeout=30).json() for body in bodies)
    assert [works(one["key"]) for one in (first, second)] == [202, 202]
    httpx.delete(f"{url}/{first['id']}", headers=headers, timeout=30).raise_for_status()
    assert [works(one["key"]) for one in (first, second)] == [401, 202]
