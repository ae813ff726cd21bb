"""Loaded before Django's settings: tests run on a server and folder of their own, whatever the shell has set."""

import os
from pathlib import Path

_FOREIGN = ("DATABASE_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL", "SECRET_KEY", "CREDENTIAL_KEYS", "ALLOWED_HOSTS")
for _name in list(os.environ):
    if _name in _FOREIGN or _name.startswith(("LLM_", "OPENAI_", "EMBEDDING_", "RETRIEVAL_", "QUERY_", "TARGET_")):
        del os.environ[_name]

os.environ["QUERENT_HOME"] = str(Path(__file__).resolve().parent.parent / ".querent" / "test")
os.environ["LOG_LEVEL"] = "ERROR"
