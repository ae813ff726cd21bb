import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.diagnosis import diagnose
from config.startup import ensure_database_server

MARKS = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}


class Command(BaseCommand):
    help = "Check the database, its role, broker, models and every data source, and say how to mend what is wrong."

    # A role that would leak is a finding here, not a reason to say nothing.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object a finding.")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_database_server()
        failed = False
        for finding in diagnose():
            failed = failed or finding.state == "failed"
            line = f"{MARKS[finding.state]}  {finding.part}: {finding.detail}"
            self.stdout.write(json.dumps(asdict(finding)) if options["json"] else line)
        if failed:
            raise SystemExit(1)
