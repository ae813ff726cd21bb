"""Settings from the environment: every bad value is named, and no secret is shown with it."""

import json
import logging
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr, ValidationError

from config.environment import Environment
from config.read_environment import read_environment

KEY = urlsafe_b64encode(bytes(32)).decode()


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Environment.model_fields:
        for name in (field, field.replace("llm_", "openai_")):
            monkeypatch.delenv(name.upper(), raising=False)


def _read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Environment:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Environment(_env_file=None)  # type: ignore[call-arg]  # pydantic-settings' own


def test_with_nothing_set_everything_is_embedded_and_no_model_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = _read(monkeypatch)
    assert environment.embedded
    assert environment.embedded_worker
    assert not environment.model_configured
    assert environment.files_root == environment.querent_home.resolve() / "files"
    assert environment.allowed_hosts == ("127.0.0.1", "localhost", "[::1]")


@pytest.mark.parametrize(
    ("variables", "field", "value"),
    [
        ({"LLM_API_KEY": "k"}, "llm_api_key", SecretStr("k")),
        ({"OPENAI_API_KEY": "k"}, "llm_api_key", SecretStr("k")),
        ({"LLM_API_KEY": "own", "OPENAI_API_KEY": "other"}, "llm_api_key", SecretStr("own")),
        ({"LLM_API_KEY": "", "OPENAI_API_KEY": "k"}, "llm_api_key", SecretStr("k")),
        ({"HTTPS": ""}, "https", False),
        ({"LLM_BASE_URL": "http://m/v1"}, "llm_base_url", "http://m/v1"),
        ({"OPENAI_BASE_URL": "https://m/v1"}, "llm_base_url", "https://m/v1"),
        ({"ALLOWED_HOSTS": " a.example , b.example,"}, "allowed_hosts", ("a.example", "b.example")),
        ({"CREDENTIAL_KEYS": f"{KEY}, {KEY}"}, "credential_keys", (SecretStr(KEY), SecretStr(KEY))),
        ({"LOG_LEVEL": "debug"}, "log_level", "DEBUG"),
        ({"RETRIEVAL_THRESHOLD": ""}, "retrieval_threshold", None),
        (
            {"TARGET_NETWORKS": "10.0.0.0/8, fd00::/8"},
            "target_networks",
            (ip_network("10.0.0.0/8"), ip_network("fd00::/8")),
        ),
        ({"EMBEDDED_POSTGRES_PORT": "15432"}, "embedded_postgres_port", 15432),
    ],
    ids=str,
)
def test_a_variable_is_read(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], field: str, value: object
) -> None:
    assert getattr(_read(monkeypatch, **variables), field) == value


@pytest.mark.parametrize("name", ["LLM_API_KEY", "LLM_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL"])
def test_a_key_or_an_address_turns_the_model_on(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert _read(monkeypatch, **{name: "http://127.0.0.1:1/v1"}).model_configured


@pytest.mark.parametrize("broker", ["redis://r/0", "rediss://r/0", "amqp://b//", "amqps://b//"])
def test_a_broker_takes_the_worker_out_of_the_process(monkeypatch: pytest.MonkeyPatch, broker: str) -> None:
    assert not _read(monkeypatch, CELERY_BROKER_URL=broker).embedded_worker


SECRET = "s3cret-word"


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"DATABASE_URL": f"mysql://u:{SECRET}@h/d"}, "database_url"),
        ({"DATABASE_URL": f"postgresql://u:{SECRET}@h:port/d"}, "database_url"),
        ({"DATABASE_URL": SECRET}, "database_url"),
        ({"DATABASE_OWNER_URL": f"postgresql://u:{SECRET}@h/d"}, "database_owner_url"),
        ({"DATABASE_URL": "postgresql://u@h/d", "DATABASE_OWNER_URL": f"sqlite:///{SECRET}"}, "database_owner_url"),
        ({"CREDENTIAL_KEYS": f"{KEY},{SECRET}"}, "credential_keys"),
        ({"CELERY_BROKER_URL": f"ftp://u:{SECRET}@h"}, "celery_broker_url"),
        ({"LLM_BASE_URL": "m.example/v1"}, "llm_base_url"),
        ({"OPENAI_BASE_URL": "ftp://m/v1"}, "llm_base_url"),
        ({"EMBEDDING_BASE_URL": "localhost:11434"}, "embedding_base_url"),
        ({"TARGET_NETWORKS": "10.0.0.0/8,10.0.0.1/8"}, "target_networks"),
        ({"LOG_LEVEL": "LOUD"}, "log_level"),
        ({"DEBUG": "perhaps"}, "debug"),
        ({"QUERY_TIMEOUT_MS": "99"}, "query_timeout_ms"),
        ({"QUERY_MAX_ROWS": "0"}, "query_max_rows"),
        ({"RETRIEVAL_THRESHOLD": "1.1"}, "retrieval_threshold"),
        ({"EMBEDDING_DIMENSION": "4001"}, "embedding_dimension"),
        ({"LLM_TIMEOUT_S": "nan"}, "llm_timeout_s"),
        ({"EMBEDDED_POSTGRES_PORT": "80"}, "embedded_postgres_port"),
    ],
    ids=str,
)
def test_a_value_that_cannot_be_is_named_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    with pytest.raises(ValidationError) as error:
        _read(monkeypatch, **variables)
    problems: list[Any] = list(error.value.errors(include_input=False, include_url=False))
    assert [str(problem["loc"][0]).lower() for problem in problems] == [named]
    assert SECRET not in str([problem["msg"] for problem in problems])


def test_secrets_may_be_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("from a file\n")
    monkeypatch.setitem(Environment.model_config, "secrets_dir", str(tmp_path))
    assert _read(monkeypatch).secret_key == SecretStr("from a file")
    assert _read(monkeypatch, SECRET_KEY="from the environment").secret_key == SecretStr("from the environment")


@pytest.mark.parametrize("name", ["env", "llm_prices"])
def test_a_file_that_is_no_text_ends_the_start_with_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "env").write_text("")
    (tmp_path / name).write_bytes(f"SECRET_KEY={SECRET}\n# größer".encode("latin-1"))
    with pytest.raises(SystemExit) as left:
        read_environment(_env_file=tmp_path / "env", _secrets_dir=tmp_path)
    assert "Querent does not start: its file of settings, or one in SECRETS_DIR, is no text" in str(left.value)
    assert SECRET not in str(left.value)


def test_no_secret_is_shown_by_the_settings_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(_read(monkeypatch, LLM_API_KEY=SECRET, DATABASE_URL=f"postgresql://u:{SECRET}@h/d", SECRET_KEY=SECRET))
    assert SECRET not in shown


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Stores a secret in a server that answers like AWS."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("moto", "werkzeug"):
        logging.getLogger(name).setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    known = {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "REGION": "us-east-1", "DEFAULT_REGION": "us-east-1"}
    for name, value in {**known, "ENDPOINT_URL": f"http://{host}:{port}", "SECRET_ID": f"querent/{uuid4()}"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)

    def store(text: str) -> None:
        client = boto3.client("secretsmanager")
        client.create_secret(Name=os.environ["AWS_SECRET_ID"], SecretString=text)
        client.close()

    yield store
    server.stop()


def test_secrets_may_be_one_of_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, aws: Callable[[str], None]) -> None:
    with pytest.raises(SystemExit, match=r"cannot be read \(ResourceNotFoundException\)"):
        _read(monkeypatch)
    stored = {"SECRET_KEY": SECRET, "CREDENTIAL_KEYS": f"{KEY},{KEY}", "openai_api_key": "k", "ELSE": "of others"}
    aws(json.dumps(stored))
    found = _read(monkeypatch)
    assert (found.secret_key, found.llm_api_key) == (SecretStr(SECRET), SecretStr("k"))
    assert found.credential_keys == (SecretStr(KEY), SecretStr(KEY))
    (tmp_path / "secret_key").write_text("from a file\n")
    monkeypatch.setitem(Environment.model_config, "secrets_dir", str(tmp_path))
    assert _read(monkeypatch).secret_key == SecretStr("from a file")
    assert _read(monkeypatch, SECRET_KEY="from the environment").secret_key == SecretStr("from the environment")


def test_a_secret_of_aws_that_is_no_object_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, aws: Callable[[str], None]
) -> None:
    aws(f'["{SECRET}"]')
    with pytest.raises(SystemExit) as stopped:
        _read(monkeypatch)
    assert "no JSON object" in str(stopped.value)
    assert SECRET not in str(stopped.value)
