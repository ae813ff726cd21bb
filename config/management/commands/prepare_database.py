from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError

from config.bootstrap import prepare_database
from tenants.management.domain_command import DomainCommand


class Command(DomainCommand):
    help = "Create Querent's database roles, database and tables, or bring them up to date. Safe to run again."

    # The application role may not exist yet, and its checks would connect with it.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            prepare_database(verbosity=options["verbosity"])
        except (psycopg.OperationalError, OperationalError):
            raise CommandError(
                "The database cannot be reached with the address in DATABASE_URL: check host, port, user and password."
            ) from None
        except psycopg.errors.InsufficientPrivilege:
            raise CommandError(
                "The role in DATABASE_URL may not create roles. Give an administrator's address, or create both roles "
                "yourself and set DATABASE_URL (application) and DATABASE_OWNER_URL (owner)."
            ) from None
        self.stdout.write(f"Database {settings.DATABASES['default']['NAME']} is ready.")
