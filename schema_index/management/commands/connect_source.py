import shutil
import sys
from getpass import getpass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser

from schema_index import sources
from schema_index.connectors.connection import TLS_MODES
from schema_index.connectors.registry import ENGINES
from schema_index.models import DataSource
from tenants import tenancy
from tenants.context import tenant_transaction
from tenants.management.domain_command import ACTOR, DomainCommand, add_tenant


class Command(DomainCommand):
    help = "Connect a tenant's database: try the connection, store it, and read the schema. Again: change it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="Slug to give it: letters, digits and hyphens.")
        add_tenant(parser)
        parser.add_argument("--dialect", required=True, choices=list(ENGINES), help="The engine.")
        parser.add_argument("--file", type=Path, help="Of an engine that reads files: the tenant's folder gets a copy.")
        parser.add_argument("--host", default="", help="Name or address of the server.")
        parser.add_argument("--port", type=int, help="Where it is not the engine's own.")
        parser.add_argument("--database", default="", help="Name of the database on that server.")
        parser.add_argument("--username", default="", help="A role that may only read.")
        parser.add_argument(
            "--password-file", type=Path, help="Its first line is the password; without, it is asked for."
        )
        parser.add_argument("--tls", choices=TLS_MODES[::-1], default="prefer", help="Encryption of the connection.")
        parser.add_argument("--name", help="Shown to people; the slug when left out.")
        parser.add_argument("--no-values", action="store_true", help="Keep no distinct values of short text columns.")

    def handle(self, *args: Any, **options: Any) -> None:
        by_file = ENGINES[options["dialect"]].is_file
        missing = "file" if by_file else "host" if not options["host"] else "database"
        if not options[missing]:
            raise CommandError(f"Say which database it is: --{missing} is missing.", returncode=2)
        fields: dict[str, Any] = {
            "name": options["name"] or options["source"],
            "dialect": options["dialect"],
            "database": options["file"].name if by_file else options["database"],
            "index_values": not options["no_values"],
        }
        if not by_file:
            fields |= {name: options[name] for name in ("host", "port", "username", "tls")}
        tenant = tenancy.by_slug(options["tenant"])
        if by_file:
            _copy(options["file"], tenant_id=tenant.id)
        password = "" if by_file else _password(options["password_file"])
        # Tried before anything is stored, as on the page.
        tried = DataSource(tenant_id=tenant.id, slug=options["source"], **fields)
        sources.set_password(tried, password)
        self.stdout.write(sources.test_connection(tried))
        with tenant_transaction(tenant.id):
            sources.upsert(slug=options["source"], password=password, actor=ACTOR, **fields)
        call_command("sync_schema", options["source"], tenant=options["tenant"], stdout=self.stdout, stderr=self.stderr)


def _copy(file: Path, *, tenant_id: UUID) -> None:
    folder = settings.ENVIRONMENT.files_root / str(tenant_id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / file.name)
    except shutil.SameFileError:
        return
    except OSError as error:
        raise CommandError(f"The file cannot be copied into the tenant's folder: {error.strerror}.") from None


def _password(file: Path | None) -> str:
    if file is None:
        return getpass("Password of the database role: ") if sys.stdin.isatty() else ""
    try:
        return file.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, IndexError):
        raise CommandError("The password file is empty or cannot be read.", returncode=2) from None
