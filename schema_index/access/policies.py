"""Which policy holds for whom: read for every question, saved version by version."""

from collections.abc import Mapping
from typing import Any

from schema_index.access.policy import Policy, PolicyInvalid, policy_from_json, policy_to_json
from schema_index.models import EVERYONE, AccessPolicy, DataSource, Snapshot
from schema_index.schema import DatabaseSchema
from schema_index.schema_json import from_json
from schema_index.signals import policy_saving
from schema_index.sources import DataSourceNotSynced
from tenants import audit
from tenants.context import current_tenant_id

OPEN = Policy()
_WILDCARDS = frozenset("*?[")


def policy_for(source: DataSource, *, role: str) -> Policy:
    """The role's own policy, else the one for everyone, else an open one. Needs an open scope; one query.

    Raises PolicyInvalid for a stored document that is none: nobody sees more because it cannot be read.
    """
    newest = AccessPolicy.objects.filter(source_id=source.id, role__in={EVERYONE, role}).order_by("role", "-version")
    documents = dict(newest.distinct("role").values_list("role", "document"))
    for one in (role, EVERYONE):
        if documents.get(one) is not None:
            return policy_from_json(documents[one])
    return OPEN


def current(source: DataSource, *, role: str) -> AccessPolicy | None:
    """The newest version saved for exactly this role. Needs an open scope."""
    return AccessPolicy.objects.filter(source_id=source.id, role=role).order_by("-version").first()


def check(source: DataSource, document: Mapping[str, Any] | None) -> Policy:
    """The policy that the document says. Needs an open scope.

    Raises PolicyInvalid; DataSourceNotSynced where it names what only a sync can tell to exist.
    """
    policy = OPEN if document is None else policy_from_json(document)
    names = _plain_names(policy)
    if not names and not policy.row_rules:
        return policy
    if source.snapshot_id is None:
        raise DataSourceNotSynced(f'The data source "{source.slug}" was never synced: sync it, then write its policy.')
    schema = from_json(Snapshot.objects.values_list("description", flat=True).get(id=source.snapshot_id))
    known = _known_names(schema)
    wrong = next((name for name in names if name not in known), None)
    if wrong is not None:
        # A misspelt name would hide nothing, and nobody would see it.
        raise PolicyInvalid(
            f'The data source has no table or column "{wrong[:200]}". A pattern may name what is to come.'
        )
    if policy.row_rules:
        policy_saving.send(DataSource, source=source, policy=policy, schema=schema)
    return policy


def if_saved(source: DataSource, *, role: str, document: Mapping[str, Any] | None) -> Policy:
    """What would hold for the role once the document were its policy; None is its withdrawal. Raises like `check`."""
    if document is not None or role == EVERYONE:
        return check(source, document)
    return policy_for(source, role=EVERYONE)


def save(source: DataSource, *, role: str, document: Mapping[str, Any] | None, actor: str) -> AccessPolicy:
    """A new version, which holds from now on; None withdraws the role's policy. Needs an open scope.

    Raises like `check`. The source's row is locked, so that of two at once the second gets the next version.
    """
    locked = DataSource.objects.select_for_update(of=("self",)).get(id=source.id)
    policy = check(locked, document)
    before = current(locked, role=role)
    saved = AccessPolicy.objects.create(
        tenant_id=current_tenant_id(),
        source_id=locked.id,
        source_slug=locked.slug,
        role=role,
        version=before.version + 1 if before else 1,
        document=None if document is None else policy_to_json(policy),
        actor=actor,
    )
    audit.record(
        "policy.changed", actor=actor, subject=locked.slug, role=role, version=saved.version, digest=policy.digest
    )
    return saved


def _plain_names(policy: Policy) -> list[str]:
    names = [*policy.include_tables, *policy.exclude_tables, *policy.columns]
    return [*(name for name in names if not _WILDCARDS.intersection(name)), *policy.row_rules]


def _known_names(schema: DatabaseSchema) -> frozenset[str]:
    columns = (f"{table.qualified_name}.{column.name}" for table in schema.tables for column in table.columns)
    return frozenset(columns).union(table.qualified_name for table in schema.tables)
