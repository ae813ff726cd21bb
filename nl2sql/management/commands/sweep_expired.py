import json
from collections import Counter
from typing import Any

from django.core.management.base import CommandError, CommandParser

from nl2sql.retention.sweep import Sweep
from tenants.management.domain_command import DomainCommand, one_or_all


class Command(DomainCommand):
    help = "Let go now of what was kept long enough. Exit code 0: nothing is left; 1: run it again, or set its owner."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", help="Slug; all tenants without it.")
        parser.add_argument("--seconds", type=float, default=3600.0, help="Stop after so long.")
        parser.add_argument("--json", action="store_true", help="One object, for scripts.")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = one_or_all(options["tenant"])
        sweep = Sweep(seconds=options["seconds"])
        gone: dict[str, Counter[str]] = {tenant.slug: sweep.tenant(tenant) for tenant in tenants}
        sessions = 0 if options["tenant"] else sweep.sessions()
        if options["json"]:
            self.stdout.write(json.dumps({"tenants": gone, "sessions": sessions, "is_done": sweep.is_done}))
        else:
            for slug, counts in gone.items():
                told = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(counts.items()))
                self.stdout.write(f"{slug}: {told or 'nothing to let go'}")
            self.stdout.write(f"{sessions} sessions")
        if not sweep.is_done:
            raise CommandError(
                "Something is left: run it again; audit events go only where DATABASE_OWNER_URL is set.", returncode=1
            )
