"""Measurements through the product's own code paths, on a server and in a folder of their own."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
SHARED = CHECKOUT.parent / "shared"

os.environ["QUERENT_HOME"] = str(CHECKOUT / ".querent" / "bench")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
