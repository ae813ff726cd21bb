import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from config.environment import BASE_DIR
from config.web_server import BACKPRESSURE, server_command


class Command(BaseCommand):
    help = "Serve the page, the API and MCP: the web process of a deployment."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")
        parser.add_argument("--port", type=int, default=8000, help="Port to listen on.")
        parser.add_argument(
            "--backpressure", type=int, default=BACKPRESSURE, help="Requests worked on at once; more wait."
        )
        parser.add_argument(
            "--collected", action="store_true", help="Static files were collected before, as in the image."
        )

    def handle(self, *, host: str, port: int, backpressure: int, collected: bool, **_: Any) -> None:
        if not collected:
            call_command("collectstatic", interactive=False, verbosity=0)
        command = server_command(host=host, port=port, static=settings.STATIC_ROOT, backpressure=backpressure)
        os.chdir(BASE_DIR)
        # In this process's place: a supervisor's signals reach the server.
        os.execv(sys.executable, command)  # noqa: S606  our own words
