"""A policy as lines of text, which people write in a form, and back. Pure.

Tables and columns stand one a line; a row rule is `schema.table: condition`, and goes on in lines that begin with a
space.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from schema_index.access.column_access import LIMITS
from schema_index.access.policy import TABLE_LISTS, Policy, PolicyInvalid, policy_from_json


def lines_of(policy: Policy) -> dict[str, Any]:
    columns = {
        limit.field: _joined(name for name, access in policy.columns.items() if access == kind)
        for kind, limit in LIMITS.items()
    }
    rules = [f"{table}: {rule.strip()}".replace("\n", "\n  ") for table, rule in policy.row_rules.items()]
    return {
        **{name: _joined(getattr(policy, name)) for name in TABLE_LISTS},
        **columns,
        "row_rules": "\n".join(rules),
        "min_group": policy.min_group,
    }


def policy_of(lines: Mapping[str, Any]) -> Policy:
    """Raises PolicyInvalid."""
    columns: dict[str, str] = {}
    for kind, limit in LIMITS.items():
        for name in _names(lines[limit.field]):
            if name in columns:
                raise PolicyInvalid(f'"{name[:200]}" stands twice: a column is {" or ".join(LIMITS)}.')
            columns[name] = kind
    return policy_from_json(
        {
            **{name: _names(lines[name]) for name in TABLE_LISTS},
            "columns": columns,
            "row_rules": _rules(lines["row_rules"]),
            "min_group": lines["min_group"],
        }
    )


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _rules(text: str) -> dict[str, str]:
    rules: dict[str, str] = {}
    table = ""
    for line in text.splitlines():
        if not line.strip():
            continue
        if line[0].isspace() and table:
            rules[table] += "\n" + line.strip()
            continue
        table, colon, rule = line.strip().partition(": ")
        if not colon or not rule.strip():
            raise PolicyInvalid(f'"{line.strip()[:200]}" is no row rule: write "schema.table: condition".')
        if table in rules:
            raise PolicyInvalid(f'"{table[:200]}" has two row rules: join them by AND.')
        rules[table] = rule.strip()
    return rules


def _joined(names: Iterable[str]) -> str:
    return "\n".join(names)
