"""Finds, creates and opens a tenant's data sources."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError

from schema_index.access.policy import Policy, access_of
from schema_index.connectors.base import Connector, Limits
from schema_index.connectors.connection import TLS_MODES, ConnectionConfig
from schema_index.connectors.engine import DDL_SCHEMA
from schema_index.connectors.registry import engine_of
from schema_index.models import DataSource
from schema_index.models.data_source import VISIBILITY_FIELDS
from schema_index.outbound.credentials import decrypt, encrypt
from schema_index.outbound.host_resolution import resolve_host
from schema_index.outbound.target_policy import DataSourceForbidden, check_file, check_target
from schema_index.schema import DatabaseSchema
from schema_index.signals import visibility_changed
from schema_index.syncing.ddl_trigger import read_ddl_mark
from tenants import audit
from tenants.attributes import AttributeValue
from tenants.context import current_tenant_id
from tenants.domain_error import DomainError

_TEST = Limits(deadline_ms=10_000, max_rows=1)


class DataSourceNotFound(DomainError):
    """The tenant has no such data source; another tenant's answers the same."""

    code = "not_found"


class DataSourceRequired(DomainError):
    """The tenant has several data sources: say which, by its slug, in `data_source`."""

    code = "invalid_request"


class DataSourceInvalid(DomainError):
    """A field of the source cannot be so: `message` names it."""

    code = "invalid_request"


class DataSourceNotSynced(DomainError):
    """Nothing is known of the source's schema yet: sync it first."""

    code = "data_source_not_synced"


def pick(slug: str | None) -> DataSource:
    """The named source, or the only one. Needs an open scope. Raises DataSourceNotFound or DataSourceRequired."""
    if slug:
        source = DataSource.objects.filter(slug=slug).first()
        if source is None:
            raise DataSourceNotFound(f'There is no data source "{slug}".')
        return source
    found = list(DataSource.objects.order_by("slug")[:50])
    if not found:
        raise DataSourceNotFound(
            "This tenant has no data source yet: connect one on the page, or with `manage.py connect_source`."
        )
    if len(found) > 1:
        names = [source.slug for source in found]
        raise DataSourceRequired(
            f"This tenant has several data sources: send `data_source` with one of {', '.join(names)}.",
            data_sources=names,
        )
    return found[0]


def source_choices() -> list[tuple[str, str]]:
    """(slug, name) of the open scope's sources."""
    return list(DataSource.objects.order_by("name").values_list("slug", "name")[:50])


def visible_part(source: DataSource, schema: DatabaseSchema) -> DatabaseSchema:
    """Without what the source hides from everybody."""
    return access_of(Policy(), schema, hidden=frozenset(source.hidden)).visible


def set_password(source: DataSource, password: str) -> None:
    source.encrypted_password = encrypt(password, tenant_id=source.tenant_id, source_id=source.id) if password else b""


def upsert(*, slug: str, password: str, actor: str, **fields: object) -> DataSource:
    """Create or change a source of the open scope's tenant; a changed source keeps its snapshot.

    Raises DataSourceInvalid. What the source now hides, or keeps no values of, is gone with the same transaction.
    """
    # Locked, so that a sync that ends meanwhile does not get its snapshot overwritten by the one read here.
    known = DataSource.objects.select_for_update(of=("self",)).select_related("snapshot").filter(slug=slug).first()
    source = known or DataSource(tenant_id=current_tenant_id(), slug=slug)
    before = _visibility(source)
    for name, value in fields.items():
        setattr(source, name, value)
    set_password(source, password)
    try:
        source.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        wrong = "; ".join(f"{field}: {' '.join(messages)}" for field, messages in sorted(error.message_dict.items()))
        raise DataSourceInvalid(f"The data source is not valid. {wrong}", fields=error.message_dict) from None
    source.save()
    audit.record("data_source.saved", actor=actor, subject=slug)
    if known is not None and _visibility(source) != before:
        visibility_changed.send(DataSource, source=source)
    return source


def _visibility(source: DataSource) -> tuple[object, ...]:
    return tuple(getattr(source, name) for name in VISIBILITY_FIELDS)


def open_connector(
    source: DataSource, *, time_zone: str = "UTC", session_settings: Mapping[str, AttributeValue] | None = None
) -> Connector:
    """The engine behind a source, pointed only where `target_policy` allows; `time_zone` is the tenant's.

    `session_settings` tell the engine's own row-level security who asks, where it has one.

    Raises DataSourceForbidden, DataSourceUnavailable or CredentialUnreadable. Names are resolved, nothing is connected.
    """
    environment = settings.ENVIRONMENT
    selection = ConnectionConfig(
        include_schemas=tuple(source.include_schemas),
        exclude_schemas=(*source.exclude_schemas, DDL_SCHEMA),
        include_tables=tuple(source.include_tables),
        exclude_tables=tuple(source.exclude_tables),
        time_zone=time_zone,
        session_settings=session_settings or {},
    )
    engine = engine_of(source.dialect)
    if engine.port is None:
        root = environment.files_root / str(source.tenant_id)
        path = check_file(source.database, root=root)
        return engine.connect(replace(selection, path=path))
    port = source.port or engine.port
    address = check_target(source.host, port=port, allowed_networks=settings.TARGET_NETWORKS)
    if source.database == settings.DATABASES["default"]["NAME"] and _is_own_server(address, port):
        raise DataSourceForbidden("A data source may not be Querent's own database.", field="database")
    return engine.connect(
        replace(
            selection,
            host=source.host,
            address=address,
            port=port,
            database=source.database,
            username=source.username,
            tls=next(mode for mode in TLS_MODES if mode == source.tls),
            password=decrypt(bytes(source.encrypted_password), tenant_id=source.tenant_id, source_id=source.id),
        ),
    )


def test_connection(source: DataSource) -> str:
    """Reach the source and run the least statement there is; what to tell of it. No transaction may be open.

    Raises DataSourceForbidden, DataSourceUnavailable, DataSourceError, QueryTimeout or CredentialUnreadable.
    """
    connector = open_connector(source)
    elapsed_ms = connector.read("SELECT 1", limits=_TEST).elapsed_ms
    told = f"The connection works ({elapsed_ms} ms)."
    if source.watch_ddl and read_ddl_mark(connector) is None:
        return f"{told} But the DDL trigger is not there: run what `manage.py ddl_trigger` prints."
    return told


def _is_own_server(address: str, port: int) -> bool:
    """A server on this machine answers at every loopback address, so all of them count as its own."""
    own = settings.DATABASES["default"]
    host = own["HOST"] or "localhost"
    if port != int(own["PORT"] or 5432):
        return False
    by_socket = Path(host).is_absolute()
    addresses = resolve_host("localhost" if by_socket else host, port)
    is_loopback = ip_address(address).is_loopback
    return address in addresses or (is_loopback and any(ip_address(one).is_loopback for one in addresses))
