"""The settings as a process starts with them, or the sentence that it ends with."""

import sys
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from config.environment import Environment


def read_environment(**sources: Any) -> Environment:
    """`sources` are pydantic-settings' own, such as `_env_file`. Raises SystemExit, after naming on standard error what
    is to be mended: settings and reasons, and no value."""
    try:
        return Environment(**sources)
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"Setting {name}: {problem['msg']}\n")
        raise SystemExit(
            "Querent does not start: mend the settings named above (docs/reference/settings.md lists them all)."
        ) from None
    except (UnicodeDecodeError, SettingsError, OSError) as error:
        reason = str(error) if isinstance(error, SettingsError) else type(error).__name__
        raise SystemExit(
            f"Querent does not start: its file of settings, or one in SECRETS_DIR, is no text in UTF-8 ({reason})."
        ) from None
