"""Which knowledge a role does not get: what names a table or column that is hidden from it. Needs an open scope."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from schema_index.access.policies import policy_for
from schema_index.access.policy import Policy
from schema_index.models import AccessPolicy, DataSource, Reference, StaleMark


def withheld_subjects(subject_ids: Iterable[UUID], *, role: str) -> frozenset[UUID]:
    """Of these FAQ entries and documents. One query where there are no policies.

    A text is left out whole: what it says around a name mostly tells of it. Names that it spells in no way that
    references are found by do not count.
    """
    wanted = set(subject_ids)
    if not wanted or not AccessPolicy.objects.exists():
        return frozenset()
    named = [
        (one.subject_id, one.source_id, f"{one.schema}.{one.table}", one.column)
        for one in Reference.objects.filter(subject_id__in=wanted)
    ]
    for mark in StaleMark.objects.filter(subject_id__in=wanted):
        names = [name for name in (mark.object_name, mark.renamed_to) if name]
        named += [(mark.subject_id, mark.source_id, *_parted(name)) for name in names]
    policies = _policies({source_id for _, source_id, _, _ in named}, role=role)
    return frozenset(
        subject_id
        for subject_id, source_id, table, column in named
        if source_id in policies and not _shows(policies[source_id], table, column)
    )


def same_knowledge(one: str, other: str) -> bool:
    """Whether two roles get the same entries: of every source's policy, the same. One query where there are none."""
    if one == other or not AccessPolicy.objects.exists():
        return True
    limited = DataSource.objects.filter(id__in=AccessPolicy.objects.values("source_id"))
    return all(policy_for(source, role=one) == policy_for(source, role=other) for source in limited)


def _policies(source_ids: Iterable[UUID], *, role: str) -> Mapping[UUID, Policy]:
    return {source.id: policy_for(source, role=role) for source in DataSource.objects.filter(id__in=source_ids)}


def _parted(name: str) -> tuple[str, str]:
    """`schema.table` and column of a mark's name; a dot inside a name is rare, and then more is left out, not less."""
    parts = name.split(".")
    return (".".join(parts[:2]), ".".join(parts[2:]))


def _shows(policy: Policy, table: str, column: str) -> bool:
    return policy.admits(table) and (not column or policy.column_access(f"{table}.{column}") != "hidden")
