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

_Secret = tuple[DataSource | TenantModel, str, str]
"""A row, its field that holds the secret, and what it is called."""


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
                        unreadable.append(f"{tenant.slug}/{one[2]}")
        if options["check"]:
            self.stdout.write(f"{old} stored secrets need an older key.")
            return
        self.stdout.write(f"{rotated} stored secrets were encrypted anew.")
        if unreadable:
            raise CommandError(
                f"No key opens the secret of {', '.join(unreadable[:20])}: put the key it was stored with back into "
                "CREDENTIAL_KEYS, or enter the secret again."
            )


def _stored() -> Iterator[_Secret]:
    """Whatever of the open scope's tenant holds a secret, locked."""
    sources = DataSource.objects.select_for_update(of=("self",)).exclude(encrypted_password=b"")
    for source in sources.order_by("slug"):
        yield source, "encrypted_password", source.slug
    for model in TenantModel.objects.select_for_update(of=("self",)).exclude(encrypted_key=b""):
        yield model, "encrypted_key", f"model {model}"


def _token(secret: _Secret) -> bytes:
    row, field, _ = secret
    return bytes(getattr(row, field))


def _rotate(secret: _Secret) -> bool:
    row, field, name = secret
    try:
        token = rotate(_token(secret))
    except CredentialUnreadable:
        return False
    type(row).objects.filter(id=row.id).update(**{field: token})
    audit.record("credential.rotated", actor=ACTOR, subject=name)
    return True
