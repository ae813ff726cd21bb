"""Lines of the log as a collector reads them."""

import json
import logging
import logging.config
from io import StringIO
from typing import Any

import pytest

from config.environment import Environment
from config.logs import logging_settings


@pytest.mark.parametrize("log_json", [True, False])
def test_an_error_comes_with_its_traceback_and_no_variable(log_json: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment.model_construct(log_json=log_json, log_level="INFO")
    settings: dict[str, Any] = logging_settings(environment)["formatters"]["structured"]
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(settings.pop("()")(**settings))
    log = logging.Logger("of this test")
    log.addHandler(handler)
    try:
        password = "not to be told"
        int(password[4:6] + "a number")
    except ValueError:
        log.exception("it failed")
    line = out.getvalue()
    if log_json:
        told = json.loads(line)
        assert (told["event"], told["level"]) == ("it failed", "error")
        line = told["exception"]
    assert "Traceback (most recent call last)" in line
    assert "test_an_error_comes_with_its_traceback" in line
    assert "not to be told" not in line
