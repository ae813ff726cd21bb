"""What a data source offers to the person asking, with everything that is derived from it once and read often."""

from functools import cached_property, lru_cache
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from schema_index.models import DataSource, Snapshot
from schema_index.retrieval.join_graph import JoinGraph
from schema_index.retrieval.lexical import LexicalIndex
from schema_index.retrieval.schema_groups import schema_groups
from schema_index.schema import DatabaseSchema
from schema_index.schema_json import from_json
from schema_index.sources import DataSourceNotSynced, visible_part
from tenants.context import tenant_transaction

MAX_CACHED = 64
"""Catalogues kept a process; one of 1,000 tables takes about 10 MB."""


class Catalogue:
    """A visible schema and its indexes. Immutable; equal only to itself."""

    def __init__(self, schema: DatabaseSchema) -> None:
        self.schema = schema

    @cached_property
    def lexical(self) -> LexicalIndex:
        return LexicalIndex(self.schema)

    @cached_property
    def joins(self) -> JoinGraph:
        return JoinGraph(self.schema)

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        return schema_groups(self.schema)


def catalogue_of(source: DataSource) -> Catalogue:
    """Raises DataSourceNotSynced. One query at the first use of a snapshot, none after."""
    if source.snapshot_id is None:
        raise DataSourceNotSynced(f'The data source "{source.slug}" was never synced: sync it, then ask again.')
    catalogue = _catalogue(source.tenant_id, source.snapshot_id, tuple(source.hidden))
    if catalogue.schema.dialect != source.dialect:
        # What was proven under one engine's grammar must not run on another.
        raise DataSourceNotSynced(f'The data source "{source.slug}" became another engine: sync it, then ask again.')
    return catalogue


@lru_cache(maxsize=MAX_CACHED)
def _catalogue(tenant_id: UUID, snapshot_id: UUID, hidden: tuple[str, ...]) -> Catalogue:
    """A snapshot never changes, and what is hidden is part of the key, so nothing here can become stale."""
    with tenant_transaction(tenant_id):
        description = Snapshot.objects.values_list("description", flat=True).get(id=snapshot_id)
    return Catalogue(visible_part(from_json(description), hidden=hidden))
