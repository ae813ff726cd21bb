from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nl2sql.models import TenantModel
from schema_index.models import DataSource
from schema_index.outbound.credentials import CredentialUnreadable, is_current, rotate
from tenants import audit
from tenants.context import tenant_transaction
from tenants.management.domain_command import ACTOR
from tenants.tenancy import all_tenants


class Command(BaseCommand):
    help = (
        "Encrypt every stored password and model key anew with the first key of CREDENTIAL_KEYS. Put a new key in "
        "front of the old one, restart, run this, and take the old key out once it says that nothing needs it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only count what still needs an older key.")

    def handle(self, *args: Any, **options: Any) -> None:
        rotated, old, unreadable = 0, 0, list[str]()
        for tenant in all_tenants():
            with tenant_transaction(tenant.id):
                waiting = [one for one in _stored() if not is_current(_token(one))]
                if options["check"]:
                    old += len(waiting)
                    continue
                for one in waiting:
                    done = _rotate(one)
                    rotated += done
                    if not done:
                        unreadable.append(f"{tenant.slug}/{_name(one)}")
        if options["check"]:
            self.stdout.write(f"{old} stored secrets need an older key.")
            return
        self.stdout.write(f"{rotated} stored secrets were encrypted anew.")
        if unreadable:
            raise CommandError(
                f"No key opens the secret of {', '.join(unreadable[:20])}: put the key it was stored with back into "
                "CREDENTIAL_KEYS, or enter the secret again."
            )


def _stored() -> Iterator[DataSource | TenantModel]:
    """Whatever of the open scope's tenant holds a secret, locked."""
    yield from DataSource.objects.select_for_update(of=("self",)).exclude(encrypted_password=b"").order_by("slug")
    yield from TenantModel.objects.select_for_update(of=("self",)).exclude(encrypted_key=b"")


def _token(one: DataSource | TenantModel) -> bytes:
    return bytes(one.encrypted_password if isinstance(one, DataSource) else one.encrypted_key)


def _name(one: DataSource | TenantModel) -> str:
    return one.slug if isinstance(one, DataSource) else f"model {one}"


def _rotate(one: DataSource | TenantModel) -> bool:
    try:
        token = rotate(_token(one))
    except CredentialUnreadable:
        return False
    if isinstance(one, DataSource):
        DataSource.objects.filter(id=one.id).update(encrypted_password=token)
    else:
        TenantModel.objects.filter(id=one.id).update(encrypted_key=token)
    audit.record("credential.rotated", actor=ACTOR, subject=_name(one))
    return True
