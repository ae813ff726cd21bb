"""A child that has answered is asked again, about its own file alone, and holds nothing of it meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from schema_index.connectors import kept_children
from schema_index.connectors.child_process import ROOT, Bounds, Child, frames
from schema_index.connectors.child_protocol import MAX_GROWN
from schema_index.schema import Dialect
from tenants.cancellation import Cancellation
from tenants.domain_error import DomainError
from tests.connectors.conftest import Target, create_duckdb, create_sqlite

CREATE = {"sqlite": create_sqlite, "duckdb": create_duckdb}


@pytest.fixture(autouse=True)
def _none_before_and_after() -> Iterator[None]:
    kept_children.end_all()
    yield
    kept_children.end_all()


@pytest.fixture(params=["sqlite", "duckdb"])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    found: Dialect = request.param
    return found


def table_of(dialect: Dialect, path: Path, *, holds: int) -> Target:
    script = f"CREATE TABLE t (n integer); INSERT INTO t VALUES ({holds})"
    return CREATE[dialect](path, script)


def read(target: Target, sql: str = "SELECT n FROM t") -> int:
    ((found,),) = target.read(sql).rows
    return int(found)


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "_child" in " ".join(child.cmdline())]


def test_the_same_child_answers_about_the_same_file_and_no_other(dialect: Dialect, tmp_path: Path) -> None:
    one, other = (table_of(dialect, tmp_path / f"{name}.db", holds=name) for name in (1, 2))
    assert (read(one), read(one)) == (1, 1)
    (first,) = children()
    assert (read(other), read(one)) == (2, 1)
    assert first in children()
    assert len(children()) == 2
    # What changes in the file, or takes its place, is seen: it is opened for each question.
    (tmp_path / "2.db").replace(tmp_path / "1.db")
    assert read(one) == 2
    for child in children():
        assert [file.path for file in child.open_files() if file.path.startswith(str(tmp_path))] == []


@pytest.mark.parametrize("sql", ["SELECT nope FROM t", "SELECT n FROM t WHERE n = (SELECT count(*) FROM t x, nope)"])
def test_one_that_complained_is_not_asked_again(dialect: Dialect, tmp_path: Path, sql: str) -> None:
    target = table_of(dialect, tmp_path / "1.db", holds=1)
    read(target)
    with pytest.raises(DomainError):
        read(target, sql)
    assert children() == []
    assert read(target) == 1


def test_one_that_died_or_has_waited_long_is_replaced(
    dialect: Dialect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = table_of(dialect, tmp_path / "1.db", holds=1)
    read(target)
    (first,) = children()
    first.kill()
    first.wait(5)
    assert read(target) == 1
    (second,) = children()
    monkeypatch.setattr(kept_children, "FRESH_S", 0.0)
    assert read(target) == 1
    assert second not in children()


def test_there_are_never_many(tmp_path: Path) -> None:
    targets = [table_of("sqlite", tmp_path / f"{number}.db", holds=number) for number in range(6)]
    assert [read(target) for target in targets] == list(range(6))
    assert len(children()) == kept_children.MAX_KEPT


@pytest.mark.parametrize("size", [1_000, MAX_GROWN])
def test_one_that_grew_is_not_kept(tmp_path: Path, size: int) -> None:
    program = "from schema_index.connectors.child_protocol import serve\nheld = []\ndef answer(request):\n"
    program += f"    held.append(bytes([1]) * {size})\n    yield {{'held': len(held)}}\nserve(answer)\n"
    (tmp_path / "large_child.py").write_text(program)
    child = Child(module="large_child", folders=(tmp_path, ROOT))
    bounds = Bounds(deadline_ms=5_000, max_output=1_000)
    held = [next(frames({}, child=child, bounds=bounds, file="f")) for _ in range(2)]
    whole = [list(frames({}, child=child, bounds=bounds, file="f")) for _ in range(2)]
    assert held == [{"held": 1}] * 2, "one whose answer was not read is not asked again"
    stays = size < MAX_GROWN
    assert whole == [[{"held": held}, {"end": True, "stays": stays}] for held in (1, 2 if stays else 1)]


def test_one_that_is_stopped_as_it_answers_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "quick_child.py").write_text(
        "from schema_index.connectors.child_protocol import serve\nserve(lambda request: iter(()))\n"
    )
    child = Child(module="quick_child", folders=(tmp_path, ROOT))
    bounds = Bounds(deadline_ms=5_000, max_output=1_000)
    stop = Cancellation()
    for frame in frames({}, child=child, bounds=bounds, file="f", cancellation=stop):
        assert frame == {"end": True, "stays": True}
        stop.cancel()
    assert children() == []
    assert len(list(frames({}, child=child, bounds=bounds, file="f"))) == 1
