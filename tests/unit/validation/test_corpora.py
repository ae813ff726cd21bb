"""The shared security corpora, where they lie beside the checkout: no attack runs, no benign statement is refused."""

from typing import Any

import pytest

from benchmarks.guard_corpora import DEFAULT_DATA, read, star_rewritten
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted, Rejected
from tests.unit.validation.shop import ROW_LIMIT, shop

pytestmark = pytest.mark.skipif(
    not (DEFAULT_DATA / "attacks.jsonl").is_file(), reason=f"the security corpora are not at {DEFAULT_DATA.name}"
)


def corpus(name: str) -> list[dict[str, Any]]:
    return read(DEFAULT_DATA / name)


def test_no_attack_is_accepted_as_it_stands() -> None:
    accepted = []
    for case in corpus("attacks.jsonl"):
        verdict = validate(case["sql"], schema=shop(case["dialect"]), row_limit=ROW_LIMIT)
        if isinstance(verdict, Accepted) and not star_rewritten(case["sql"], verdict.sql, case["dialect"]):
            accepted.append((case["id"], case["category"]))
    assert [case for case in accepted if case[1] != "resource"] == []


def test_no_benign_statement_is_refused() -> None:
    refused = [
        (case["id"], verdict.violations)
        for case in corpus("benign.jsonl")
        if isinstance(verdict := validate(case["sql"], schema=shop(case["dialect"]), row_limit=ROW_LIMIT), Rejected)
    ]
    assert refused == []
