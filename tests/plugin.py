"""Loaded before the settings: tests run on a server and folder of their own, whatever shell and `.env` have set."""

import gc
import os
from pathlib import Path

# Before the settings' class is made, which looks for them; processes that tests start inherit it.
os.environ.pop("SECRETS_DIR", None)
os.environ.pop("AWS_SECRET_ID", None)
os.environ["ENV_FILE"] = os.devnull

from config.reference.settings_table import variable_names

# Imports and collection leave nothing to be freed: the collector is let in when the tests begin (`conftest`).
gc.disable()

_known = set(variable_names())
for _name in list(os.environ):
    # Settings are read in either case.
    if _name.upper() in _known or _name.startswith("OPENAI_"):
        del os.environ[_name]

os.environ["QUERENT_HOME"] = str(Path(__file__).resolve().parent.parent / ".querent" / "test")
os.environ["LOG_LEVEL"] = "ERROR"
# A test makes in a second what a caller may make in a minute.
os.environ["REQUESTS_PER_MINUTE"] = os.environ["SEARCHES_PER_MINUTE"] = "1000000"
