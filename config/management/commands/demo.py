import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.bootstrap import connect
from config.environment import BASE_DIR
from config.secrets import derived_password
from config.web_server import server_command
from nl2sql import runs
from nl2sql.command_line.terminal import print_reply
from nl2sql.demo.bean_there.generate import ORDERS
from nl2sql.demo.setup import ACTOR, DemoTenant, set_up
from nl2sql.models import RunStatus
from nl2sql.runs import AskRequest
from schema_index.outbound.host_resolution import resolve_host
from schema_index.outbound.target_policy import is_allowed
from tenants import api_keys
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.models import ApiKey, Tenant, User
from tenants.principal import principal_of_role
from tenants.roles import Permission, Role

PASSWORD_LENGTH = 16
ADMIN = "demo-admin"
KEY_NAME = "demo"
KEY_LIFE = timedelta(days=30)
STOP_S = 10.0
"""For requests under way; what is still there then is killed."""


class Command(BaseCommand):
    help = "Set up two demo tenants, ask three questions, then serve the page and the API."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="Stop after the answers; exit code 0 if all were answered."
        )
        parser.add_argument("--orders", type=int, default=ORDERS, help="Size of the coffee chain; fewer build faster.")
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")
        parser.add_argument("--port", type=int, default=8000, help="Port to listen on.")

    def handle(self, *args: Any, **options: Any) -> None:
        self._started = time.monotonic()
        try:
            call_command("prepare_database", verbosity=0, stdout=self.stderr)
            _allow_own_server_as_target()
            today = datetime.now(ZoneInfo("UTC")).date()
            demo = set_up(
                until=today.replace(day=1),
                orders=options["orders"],
                connect=connect,
                password_for=_password,
                progress=self._progress,
            )
            answered = self._ask(demo)
        except (DomainError, psycopg.Error) as error:
            raise CommandError(error.message if isinstance(error, DomainError) else type(error).__name__) from error
        if not options["once"]:
            self._serve(demo, new_key(demo[0].tenant), host=options["host"], port=options["port"])
        elif not answered:
            raise CommandError("Not every demo question was answered.")

    def _progress(self, text: str) -> None:
        self.stderr.write(f"  {time.monotonic() - self._started:5.1f} s  {text}")

    def _ask(self, demo: tuple[DemoTenant, ...]) -> bool:
        writer = settings.ENVIRONMENT.llm_model if settings.ENVIRONMENT.model_configured else None
        self.stdout.write(
            f"\nSQL is written by the language model {writer}.\n"
            if writer
            else "\nNo language model is configured (set LLM_API_KEY or LLM_BASE_URL to use one):\n"
            "Querent's composer answers only what it can place word by word, and refuses the rest.\n"
        )
        # Every question is asked, also after one that was not answered.
        return [self._ask_one(one, question) for one in demo for question in one.questions].count(False) == 0

    def _ask_one(self, demo: DemoTenant, question: str) -> bool:
        principal = principal_of_role(demo.tenant.id, actor=ACTOR, role=Role.ANALYST)
        run = runs.ask(principal, AskRequest(question=question))
        self.stdout.write(f"--- {demo.tenant.name}")
        print_reply(runs.reply_of(run), file=sys.stdout)
        self.stdout.write("")
        return run.status == RunStatus.COMPLETED

    def _serve(self, demo: tuple[DemoTenant, ...], key: str, *, host: str, port: int) -> None:
        if not User.objects.filter(username=ADMIN).exists():
            User.objects.create_superuser(username=ADMIN, password=_password(ADMIN))
        for name in (ADMIN, *(one.user for one in demo)):
            _set_password(name)
        call_command("collectstatic", interactive=False, verbosity=0)
        address = f"http://{host}:{port}"
        lines = [f"Serving {address}  (Ctrl+C stops it)", "Sign in as"]
        lines += [f"  {one.user:10} {one.password}   of {one.tenant.name}" for one in demo]
        lines += [
            f"  {ADMIN:10} {_password(ADMIN)}   platform administration at {address}/admin/",
            "Ask over HTTP:",
            f"  curl -s {address}/nl2sql -H 'Authorization: Bearer {key}' \\",
            f"    -H 'Content-Type: application/json' -d '{{\"question\": \"{demo[0].questions[0]}\"}}'",
            f"API description: {address}/api/docs",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
        server = server_command(host=host, port=port, static=settings.STATIC_ROOT)
        # Asked to end, the server goes first, with the processes it started.
        signal.signal(signal.SIGTERM, _end)
        with subprocess.Popen(server, cwd=BASE_DIR, start_new_session=True) as process:  # noqa: S603  our own words
            try:
                code = process.wait()
            except KeyboardInterrupt:
                code = 0
            finally:
                _stop(process)
        if code:
            raise CommandError(f"The server stopped with exit code {code}; is port {port} taken? Try --port.")


def _end(*_: object) -> None:
    """Once: `make` passes on what its group was told already, and the end must not be ended itself."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """With all it started: one that is asked while it starts may leave them behind, or not hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(server.pid, sign)
            server.wait(STOP_S)


def new_key(tenant: Tenant) -> str:
    """The text of a key for the printed request, good for a month; the one an earlier run printed ends with it."""
    with tenant_transaction(tenant.id):
        for earlier in ApiKey.objects.filter(name=KEY_NAME, revoked_at=None):
            api_keys.revoke(earlier, actor=ACTOR)
        _, text = api_keys.issue(
            name=KEY_NAME,
            scopes=[Permission.ASK, Permission.READ_SCHEMA],
            actor=ACTOR,
            role=Role.ANALYST,
            expires_at=timezone.now() + KEY_LIFE,
        )
    return text


def _allow_own_server_as_target() -> None:
    """The demo's database stands on Querent's own server, which may be on a private network.

    For this process and the server it starts; other commands need the printed setting.
    """
    own = settings.DATABASES["default"]
    addresses = [ip_address(text) for text in resolve_host(own["HOST"] or "localhost", int(own["PORT"] or 5432))]
    closed = [ip_network(address) for address in addresses if not is_allowed(address, settings.TARGET_NETWORKS)]
    if closed:
        settings.TARGET_NETWORKS = [*settings.TARGET_NETWORKS, *closed]
        os.environ.update(TARGET_NETWORKS=",".join(map(str, settings.TARGET_NETWORKS)))
        sys.stderr.write(f"  To ask about Bean There outside the demo, set TARGET_NETWORKS={closed[0]}\n")


def _set_password(name: str) -> None:
    """What is printed must open the door, also after SECRET_KEY, which passwords follow, has changed."""
    person = User.objects.get(username=name)
    if not person.check_password(_password(name)):
        person.set_password(_password(name))
        person.save(update_fields=["password"])


def _password(name: str) -> str:
    """The same on every run of this installation, and no other's."""
    return derived_password(settings.SECRET_KEY, f"demo user {name}")[:PASSWORD_LENGTH]
