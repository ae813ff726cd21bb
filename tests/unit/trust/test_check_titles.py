"""No check is shown under the name that only the code knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import nl2sql
from nl2sql.trust.registry import TITLES, title_of

MAKERS = {"passed", "failed", "undetermined"}


def written_names() -> set[str]:
    """The first argument of every finding in the code: a literal, or a constant of its module."""
    return {
        name for path in Path(nl2sql.__file__).parent.rglob("*.py") for name in _written_in(path.read_text("utf-8"))
    }


def _written_in(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS and node.args
        ):
            continue
        name = constants.get(node.args[0].id) if isinstance(node.args[0], ast.Name) else node.args[0]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield name.value


def test_every_check_has_a_title_and_every_title_a_check() -> None:
    assert written_names() == set(TITLES)
    assert len(set(TITLES.values())) == len(TITLES)
    assert title_of("brand_new_check") == "Brand new check"
