"""A file system of a few megabytes as a tablespace, that can be filled."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests_faults.deployment import Deployment

MEGABYTES = 16
TABLES = ("nl2sql_run", "nl2sql_runevent")
BLOCK = 4_096


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Skips where this process may not mount."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=777", "querent-small", str(folder)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a file system of limited size cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def move_runs(deployment: Deployment, disk: Path | None) -> None:
    """The tables of runs and their events onto the disk, or back where they were."""
    owner = deployment.querent.postgres.data_folder.stat().st_uid
    with deployment.connect() as connection:
        if disk is not None:
            place = disk / "tablespace"
            place.mkdir(mode=0o700)
            os.chown(place, owner, -1)
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table} SET TABLESPACE {'pg_default' if disk is None else 'small'}")
        if disk is None:
            connection.execute("DROP TABLESPACE small")


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * BLOCK)
        except OSError as error:
            assert error.errno == errno.ENOSPC


def empty(disk: Path) -> None:
    (disk / "filler").unlink()
