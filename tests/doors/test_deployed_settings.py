"""What a deployment behind TLS says of itself: Django's own checks find nothing, and each reply carries its headers."""

import json
import os
import secrets
import sys
from pathlib import Path

from tests.processes import ended

ASK = """
import json
import django
django.setup()
from django.test import Client
replies = {path: Client().get(path, headers={"X-Forwarded-Proto": "https"}) for path in ("/login", "/health/live")}
plain = Client().get("/login")
print(json.dumps({
    "headers": {path: dict(reply.headers) for path, reply in replies.items()},
    "cookies": {name: [morsel["secure"], morsel["samesite"]] for name, morsel in replies["/login"].cookies.items()},
    "plain": [plain.status_code, plain.headers.get("Location")],
}))
"""


def test_a_deployment_passes_djangos_checks_and_sends_its_headers(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "HTTPS": "true",
        "SECRET_KEY": secrets.token_hex(32),
        "ALLOWED_HOSTS": "testserver",
        "QUERENT_HOME": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }

    checked = ended([sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"], env=environment)
    assert (checked.returncode, checked.stdout) == (0, "System check identified no issues (0 silenced).\n"), checked

    asked = ended([sys.executable, "-c", ASK], env=environment)
    assert asked.returncode == 0, asked.stderr
    told = json.loads(asked.stdout.splitlines()[-1])
    page = told["headers"]["/login"]
    assert page["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert (page["X-Content-Type-Options"], page["X-Frame-Options"]) == ("nosniff", "DENY")
    assert page["Referrer-Policy"] == "same-origin"
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert told["headers"]["/health/live"]["Strict-Transport-Security"]
    assert told["cookies"] == {"csrftoken": [True, "Lax"]}
    assert told["plain"] == [301, "https://testserver/login"]
