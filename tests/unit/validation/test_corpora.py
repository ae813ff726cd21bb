"""Our own security corpora, and the shared ones where they lie beside the checkout: no attack runs, and no benign
statement is refused."""

from pathlib import Path

import pytest

from benchmarks.guard_corpora import DEFAULT_DATA, star_rewritten
from benchmarks.harness import json_lines
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted, Rejected
from tests.unit.validation.shop import ROW_LIMIT, shop

FOLDERS = [
    pytest.param(Path(__file__).resolve().parents[2] / "spec" / "corpus", id="own"),
    pytest.param(
        DEFAULT_DATA,
        id="shared",
        marks=pytest.mark.skipif(
            not (DEFAULT_DATA / "attacks.jsonl").is_file(),
            reason=f"the security corpora are not at {DEFAULT_DATA.name}",
        ),
    ),
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_attack_is_accepted_as_it_stands(folder: Path) -> None:
    accepted = []
    for case in json_lines(folder / "attacks.jsonl"):
        verdict = validate(case["sql"], schema=shop(case["dialect"]), row_limit=ROW_LIMIT)
        if isinstance(verdict, Accepted) and not star_rewritten(case["sql"], verdict.sql, case["dialect"]):
            accepted.append((case["id"], case["category"]))
    assert [case for case in accepted if case[1] != "resource"] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_benign_statement_is_refused(folder: Path) -> None:
    refused = [
        (case["id"], verdict.violations)
        for case in json_lines(folder / "benign.jsonl")
        if isinstance(verdict := validate(case["sql"], schema=shop(case["dialect"]), row_limit=ROW_LIMIT), Rejected)
    ]
    assert refused == []
