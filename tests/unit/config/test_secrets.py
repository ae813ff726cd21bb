"""Secrets nobody set: made once, readable by their owner alone, the same for everyone who races."""

import stat
from pathlib import Path

import pytest

from config.secrets import derived_password, kept_credential_key, kept_secret_key
from tests.racing import Ready, raced


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    first = kept_secret_key(home)
    assert len(first) == 64
    assert kept_secret_key(home) == first
    assert kept_credential_key(home) != first
    assert {path.name for path in home.iterdir()} == {"secret_key", "credential_key"}


@pytest.mark.parametrize("name", ["secret_key", "credential_key"])
def test_only_the_owner_may_read_it(tmp_path: Path, name: str) -> None:
    kept_secret_key(tmp_path)
    kept_credential_key(tmp_path)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_everyone_who_races_reads_the_same_secret(tmp_path: Path) -> None:
    racers = 16

    def make(ready: Ready) -> str:
        ready()
        return kept_secret_key(tmp_path)

    seen = raced(racers, make)
    assert seen == [(tmp_path / "secret_key").read_text()] * racers
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_folder_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("in the way")
    with pytest.raises(SystemExit, match="set QUERENT_HOME to a folder"):
        kept_secret_key(home)


def test_a_derived_password_follows_key_and_purpose() -> None:
    password = derived_password("key", "role a")
    assert password == derived_password("key", "role a")
    assert len({password, derived_password("key", "role b"), derived_password("other", "role a")}) == 3
    assert len(password) == 64
