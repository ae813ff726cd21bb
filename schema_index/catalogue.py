"""What a data source offers to the person asking, with everything that is derived from it once and read often."""

from functools import cached_property
from threading import RLock
from uuid import UUID

from cachetools import LRUCache, cached

from schema_index.access.policies import OPEN, policy_for
from schema_index.access.policy import Access, Policy, access_of
from schema_index.models import DataSource, Snapshot
from schema_index.retrieval.select_tables import TableIndex
from schema_index.schema import DatabaseSchema
from schema_index.schema_json import from_json
from schema_index.sources import DataSourceNotSynced
from tenants.context import tenant_scope
from tenants.principal import Principal

MAX_CACHED_COLUMNS = 200_000
"""Of all catalogues that a process keeps: about 250 MB with their indexes. A larger one is made for each question."""


class Catalogue:
    """What `access` makes visible, and its indexes. Immutable; equal only to itself."""

    def __init__(self, access: Access) -> None:
        self.access = access

    @property
    def schema(self) -> DatabaseSchema:
        return self.access.visible

    @cached_property
    def valued(self) -> DatabaseSchema:
        """The part of `schema` whose stored values may be shown."""
        return self.access.valued

    @cached_property
    def index(self) -> TableIndex:
        return TableIndex(self.schema)


def catalogue_of(source: DataSource, principal: Principal) -> Catalogue:
    """What the principal may see. Raises DataSourceNotSynced, or PolicyInvalid where a stored policy cannot be read.

    One query for the policy; one more at the first use of a snapshot under it.
    """
    return catalogue_for_role(source, principal.role)


def catalogue_for_role(source: DataSource, role: str) -> Catalogue:
    """What a role may see, "" for those without a policy of their own. Raises like `catalogue_of`."""
    with tenant_scope(source.tenant_id):
        policy = policy_for(source, role=role)
    return catalogue_under(source, policy)


def indexed_catalogue(source: DataSource) -> Catalogue:
    """What the index holds: all but what is hidden from everybody. For its upkeep, never for an answer."""
    return catalogue_under(source, OPEN)


def catalogue_under(source: DataSource, policy: Policy) -> Catalogue:
    """What a policy lets see, which may not be saved yet. Raises DataSourceNotSynced."""
    if source.snapshot_id is None:
        raise DataSourceNotSynced(f'The data source "{source.slug}" was never synced: sync it, then ask again.')
    catalogue = _catalogue(source.tenant_id, source.snapshot_id, frozenset(source.hidden), policy)
    if catalogue.schema.dialect != source.dialect:
        # What was proven under one engine's grammar must not run on another.
        raise DataSourceNotSynced(f'The data source "{source.slug}" became another engine: sync it, then ask again.')
    return catalogue


def _size(catalogue: Catalogue) -> int:
    return 100 + sum(len(table.columns) for table in catalogue.access.whole.tables)


Key = tuple[UUID, UUID, frozenset[str], str]

_kept: LRUCache[Key, Catalogue] = LRUCache(maxsize=MAX_CACHED_COLUMNS, getsizeof=_size)


def _key(tenant_id: UUID, snapshot_id: UUID, hidden: frozenset[str], policy: Policy) -> Key:
    """A snapshot never changes, and what of it may be seen is part of the key, so nothing kept can become stale."""
    return tenant_id, snapshot_id, hidden, policy.digest


@cached(_kept, key=_key, lock=RLock())
def _catalogue(tenant_id: UUID, snapshot_id: UUID, hidden: frozenset[str], policy: Policy) -> Catalogue:
    with tenant_scope(tenant_id):
        description = Snapshot.objects.values_list("description", flat=True).get(id=snapshot_id)
    return Catalogue(access_of(policy, from_json(description), hidden=hidden))
