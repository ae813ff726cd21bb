"""A stored password opens only with its own tenant and source, and survives a change of keys."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError

from nl2sql.model_access import tenant_models
from nl2sql.models import TenantModel
from schema_index.models import DataSource
from schema_index.outbound.credentials import CredentialUnreadable, decrypt, encrypt
from schema_index.syncing.snapshots import sync
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.commands import said
from tests.integration.conftest import READER_PASSWORD, change_of, save_stock_source
from tests.stored import reread

TENANT, SOURCE = uuid4(), uuid4()
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def _opened(token: bytes) -> str:
    return decrypt(token, tenant_id=TENANT, source_id=SOURCE)


@pytest.mark.parametrize("secret", ["", "plain", 'with "quotes" and ünïcödé \0', "x" * 10_000])
def test_a_secret_comes_back_and_is_not_readable_meanwhile(secret: str) -> None:
    token = encrypt(secret, tenant_id=TENANT, source_id=SOURCE)
    assert _opened(token) == secret
    assert secret == "" or secret.encode() not in token


def test_no_token_is_no_secret() -> None:
    assert _opened(b"") == ""


def test_a_secret_of_another_tenant_or_source_does_not_open() -> None:
    token = encrypt("plain", tenant_id=TENANT, source_id=SOURCE)
    for tenant_id, source_id in ((uuid4(), SOURCE), (TENANT, uuid4()), (SOURCE, TENANT)):
        with pytest.raises(CredentialUnreadable, match="another data source"):
            decrypt(token, tenant_id=tenant_id, source_id=source_id)


def test_a_changed_token_does_not_open() -> None:
    token = bytearray(encrypt("plain", tenant_id=TENANT, source_id=SOURCE))
    token[-5] ^= 1
    with pytest.raises(CredentialUnreadable, match="cannot be opened"):
        _opened(bytes(token))


def test_a_new_key_in_front_writes_and_the_old_one_behind_still_reads(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = [OLD]
    old = encrypt("plain", tenant_id=TENANT, source_id=SOURCE)
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    new = encrypt("plain", tenant_id=TENANT, source_id=SOURCE)
    assert (_opened(old), _opened(new)) == ("plain", "plain")
    settings.CREDENTIAL_KEYS = [NEW]
    assert _opened(new) == "plain"
    with pytest.raises(CredentialUnreadable, match="cannot be opened"):
        _opened(old)


def test_a_lost_key_is_told_on_the_source_and_a_new_password_mends_it(
    tenant: Tenant, stock_source: DataSource, settings: Any
) -> None:
    assert READER_PASSWORD.encode() not in bytes(stock_source.encrypted_password)
    settings.CREDENTIAL_KEYS = [NEW]
    with pytest.raises(CredentialUnreadable):
        sync(tenant.id, source_id=stock_source.id, actor="system:test")
    assert reread(stock_source).sync_error.startswith("The stored password cannot be opened")
    save_stock_source(tenant)
    assert sync(tenant.id, source_id=stock_source.id, actor="system:test").tables == 2


def test_a_password_copied_to_another_source_does_not_open(
    tenant: Tenant, stock_source: DataSource, target_database: Callable[[str], None]
) -> None:
    other = save_stock_source(tenant, slug="copy", password="unknown")
    change_of(other, encrypted_password=bytes(stock_source.encrypted_password))
    with pytest.raises(CredentialUnreadable, match="another data source"):
        sync(tenant.id, source_id=other.id, actor="system:test")


def test_rotation_writes_everything_under_the_newest_key(
    tenant: Tenant, stock_source: DataSource, settings: Any
) -> None:
    with tenant_transaction(tenant.id):
        row = tenant_models.prepared(TenantModel(base_url="https://m.example/v1"), key="sk-model", actor="system:test")
        tenant_models.store_candidate(row)
    old = list(settings.CREDENTIAL_KEYS)
    settings.CREDENTIAL_KEYS = [NEW, *old]
    assert said("rotate_secrets", "--check") == "2 stored secrets need an older key.\n"
    assert said("rotate_secrets") == "2 stored secrets were encrypted anew.\n"
    assert said("rotate_secrets") == "0 stored secrets were encrypted anew.\n"
    settings.CREDENTIAL_KEYS = [NEW]
    assert said("rotate_secrets", "--check") == "0 stored secrets need an older key.\n"
    with tenant_transaction(tenant.id):
        token = bytes(TenantModel.objects.get().encrypted_key)
    assert decrypt(token, tenant_id=tenant.id, source_id=row.id) == "sk-model"
    assert sync(tenant.id, source_id=stock_source.id, actor="system:test").tables == 2


def test_rotation_names_what_no_key_opens_and_leaves_it(stock_source: DataSource, settings: Any) -> None:
    before = bytes(reread(stock_source).encrypted_password)
    settings.CREDENTIAL_KEYS = [NEW]
    with pytest.raises(CommandError, match=f"acme/{stock_source.slug}"):
        said("rotate_secrets")
    assert bytes(reread(stock_source).encrypted_password) == before


def test_grants_are_printed_for_what_the_source_shows(tenant: Tenant, stock_source: DataSource) -> None:
    with pytest.raises(CommandError, match="never synced"):
        said("grants", stock_source.slug, "--tenant", tenant.slug)
    sync(tenant.id, source_id=stock_source.id, actor="system:test")
    printed = said("grants", stock_source.slug, "--tenant", tenant.slug, "--role", "bi")
    assert printed.count("GRANT SELECT ON") == 2
    assert 'CREATE ROLE "bi" LOGIN NOSUPERUSER' in printed
