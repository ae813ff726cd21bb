"""The form of API keys: what is rendered can be parsed, and nothing else can."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.keys import MAX_KEY_LENGTH, KeyParts, digest, matches, new_key, parse_key, render_key

ALPHABET = string.ascii_letters + string.digits


@given(st.text(alphabet=ALPHABET, min_size=1, max_size=20), st.text(alphabet=ALPHABET + "-_", min_size=1, max_size=60))
def test_a_rendered_key_is_parsed_into_its_parts(prefix: str, secret: str) -> None:
    parts = KeyParts(prefix=prefix, secret=secret)
    assert parse_key(render_key(parts)) == parts


@given(st.text(max_size=60))
def test_any_text_is_a_whole_key_or_none(text: str) -> None:
    parts = parse_key(text)
    assert parts is None or render_key(parts) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "qk", "qk_", "qk__", "qk_abc", "qk_abc_", "qk__secret", "sk_abc_secret", "QK_abc_secret"),
        *("qk_a-b_secret", "qk_a b_secret", "qk_a\0b_secret", " qk_abc_secret", "Bearer qk_abc_secret"),
        f"qk_abc_{'s' * MAX_KEY_LENGTH}",
    ],
)
def test_what_is_no_key(text: str) -> None:
    assert parse_key(text) is None


def test_a_new_key_has_256_bits_is_never_the_same_and_shows_only_its_prefix() -> None:
    keys = [new_key() for _ in range(50)]
    assert len({key.prefix for key in keys} | {key.secret for key in keys}) == 100
    assert all(len(key.secret) == 43 and len(key.prefix) == 12 for key in keys)
    assert keys[0].secret not in repr(keys[0])


def test_only_the_same_secret_matches_its_digest() -> None:
    stored = digest("secret")
    assert matches("secret", stored_digest=stored)
    assert not matches("Secret", stored_digest=stored)
    assert not matches("", stored_digest=stored)
    assert not matches("secret", stored_digest="")
    assert len(stored) == 64
