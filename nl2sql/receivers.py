"""What follows a change of schema: verified queries that cite what changed are explained again."""

from collections.abc import Sequence
from typing import Any

from nl2sql.tasks import request_checks
from nl2sql.verified_staleness import doubtful
from schema_index.diff import Change
from schema_index.models import DataSource
from schema_index.signals import schema_changed


def _doubt_verified_queries(*, source: DataSource, changes: Sequence[Change], **_: Any) -> None:
    request_checks(source.tenant_id, doubtful(source, changes))


def connect() -> None:
    schema_changed.connect(_doubt_verified_queries, dispatch_uid="nl2sql.verified_queries")
