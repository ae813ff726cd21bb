"""No check is shown under the name that only the code knows."""

import ast
from pathlib import Path

import nl2sql
from nl2sql.trust.receipt import REGISTRY, VERIFIED
from nl2sql.web.check_titles import TITLES, title_of

MAKERS = {"passed", "failed", "undetermined"}


def written_names() -> set[str]:
    """The first argument of every finding in the code, where it is a literal."""
    return {
        node.args[0].value
        for path in Path(nl2sql.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in MAKERS
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_check_has_a_title_and_every_title_a_check() -> None:
    assert written_names() | {one.name for one in REGISTRY} | {VERIFIED} == set(TITLES)
    assert len(set(TITLES.values())) == len(TITLES)
    assert title_of("brand_new_check") == "Brand new check"
