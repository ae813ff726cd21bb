"""What precedes and follows a change of schema or policy: verified queries that cite what changed are tried, then
explained; the guard reads row rules before they are saved."""

from collections.abc import Sequence
from typing import Any

from nl2sql.curation.verified_staleness import broken_by, doubtful
from nl2sql.policy_check import check_row_rules
from nl2sql.tasks import request_checks
from schema_index.models import DataSource
from schema_index.schema import DatabaseSchema
from schema_index.signals import policy_saving, schema_changed, schema_changing
from schema_index.syncing.breakage import Breakage
from schema_index.syncing.diff import Change


def _try_verified_queries(
    *, source: DataSource, schema: DatabaseSchema, changes: Sequence[Change], **_: Any
) -> Sequence[Breakage]:
    return broken_by(source, schema=schema, changes=changes)


def _doubt_verified_queries(*, source: DataSource, changes: Sequence[Change], **_: Any) -> None:
    request_checks(source.tenant_id, doubtful(source, changes))


def connect() -> None:
    policy_saving.connect(check_row_rules, dispatch_uid="nl2sql.row_rules")
    schema_changing.connect(_try_verified_queries, dispatch_uid="nl2sql.breakage")
    schema_changed.connect(_doubt_verified_queries, dispatch_uid="nl2sql.verified_queries")
