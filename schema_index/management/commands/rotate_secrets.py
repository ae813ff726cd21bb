from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schema_index.credentials import CredentialUnreadable, is_current, rotate
from schema_index.models import DataSource
from tenants import audit
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tenants.tenancy import all_tenants


class Command(BaseCommand):
    help = (
        "Encrypt every stored password anew with the first key of CREDENTIAL_KEYS. Put a new key in front of the old "
        "one, restart, run this, and take the old key out once it says that nothing needs it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only count what still needs an older key.")

    def handle(self, *args: Any, **options: Any) -> None:
        rotated, old, unreadable = 0, 0, list[str]()
        for tenant in all_tenants():
            with tenant_transaction(tenant.id):
                waiting = [
                    source
                    for source in DataSource.objects.select_for_update(of=("self",)).order_by("slug")
                    if source.encrypted_password and not is_current(bytes(source.encrypted_password))
                ]
                if options["check"]:
                    old += len(waiting)
                    continue
                for source in waiting:
                    done = self._rotate(tenant, source)
                    rotated += done
                    if not done:
                        unreadable.append(f"{tenant.slug}/{source.slug}")
        if options["check"]:
            self.stdout.write(f"{old} stored passwords need an older key.")
            return
        self.stdout.write(f"{rotated} stored passwords were encrypted anew.")
        if unreadable:
            raise CommandError(
                f"No key opens the password of {', '.join(unreadable[:20])}: put the key it was stored with back into "
                "CREDENTIAL_KEYS, or enter the password again."
            )

    def _rotate(self, tenant: Tenant, source: DataSource) -> bool:
        try:
            token = rotate(bytes(source.encrypted_password))
        except CredentialUnreadable:
            return False
        DataSource.objects.filter(id=source.id).update(encrypted_password=token)
        audit.record("credential.rotated", actor="system:command", subject=source.slug)
        return True
