"""Signing in: passwords cannot be tried in numbers, and nobody can lock another person out."""

import pytest
from django.test import Client

from tests.conftest import Member

LIMIT = 10


def _try(address: str, *, name: str, password: str, door: str = "/login") -> int:
    client = Client(REMOTE_ADDR=address)
    return client.post(door, {"username": name, "password": password}).status_code


@pytest.mark.parametrize("door", ["/login", "/admin/login/"])
def test_after_ten_wrong_passwords_the_right_one_waits_too(analyst: Member, door: str) -> None:
    name, right = analyst.user.username, f"{analyst.user.username} knows this"
    assert [_try("10.0.0.1", name=name, password="wrong", door=door) for _ in range(LIMIT - 1)] == [200] * (LIMIT - 1)
    assert _try("10.0.0.1", name=name, password="wrong", door=door) == 429
    # At either door, since both are locked by the same count.
    locked = Client(REMOTE_ADDR="10.0.0.1").post("/login", {"username": name, "password": right})
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    assert "Too many wrong passwords" in locked.content.decode()
    assert "default-src" in locked["Content-Security-Policy"]
    # Another's guessing does not keep the person out.
    assert _try("10.0.0.2", name=name, password=right) == 302


def test_a_right_password_starts_the_count_again(analyst: Member) -> None:
    name, right = analyst.user.username, f"{analyst.user.username} knows this"
    for _ in range(2):
        assert [_try("10.0.0.1", name=name, password="wrong") for _ in range(LIMIT - 1)] == [200] * (LIMIT - 1)
        assert _try("10.0.0.1", name=name, password=right) == 302
