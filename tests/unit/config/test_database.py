"""Who connects to Querent's own database, from each way of naming it."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from config.database import DatabaseAccess, database_access
from config.embedded_postgres import EmbeddedPostgres
from config.environment import Environment
from config.secrets import derived_password

KEY = "key of the tests"


def _access(home: Path, **fields: Any) -> DatabaseAccess:
    unset = dict.fromkeys(("database_url", "database_owner_url", "database_replica_url", "embedded_postgres_port"))
    return database_access(Environment.model_construct(querent_home=home, **{**unset, **fields}), secret_key=KEY)


def _where(settings: dict[str, Any]) -> tuple[str, str, str, str]:
    return settings["USER"], settings["HOST"], str(settings["PORT"]), settings["NAME"]


def test_the_embedded_server_is_administered_by_socket_and_used_by_tcp_with_passwords(tmp_path: Path) -> None:
    access = _access(tmp_path)
    server = EmbeddedPostgres(tmp_path)
    assert access.admin == server.admin_settings()
    assert _where(access.app) == ("querent_app", "127.0.0.1", str(server.port), "querent")
    assert _where(access.owner) == ("querent_owner", "127.0.0.1", str(server.port), "querent")
    assert access.app["PASSWORD"] == derived_password(KEY, "database role querent_app")
    assert access.app["PASSWORD"] != access.owner["PASSWORD"]


def test_the_embedded_servers_port_follows_from_the_folder_unless_set(tmp_path: Path) -> None:
    one, two = EmbeddedPostgres(tmp_path / "one"), EmbeddedPostgres(tmp_path / "two")
    assert one.port != two.port
    assert one.port == EmbeddedPostgres(tmp_path / "one").port
    assert _where(_access(tmp_path, embedded_postgres_port=15432).app)[2] == "15432"


def test_a_socket_path_that_would_be_too_long_moves(tmp_path: Path) -> None:
    folder = EmbeddedPostgres(tmp_path / ("deep" * 40)).admin_settings()["HOST"]
    assert len(folder) < 90


def test_an_administrators_address_gives_two_roles_named_after_the_database(tmp_path: Path) -> None:
    url = SecretStr("postgresql://root:word@db.example:5433/sales?sslmode=require")
    access = _access(tmp_path, database_url=url)
    assert access.admin is not None
    assert (_where(access.admin), access.admin["PASSWORD"]) == (("root", "db.example", "5433", "sales"), "word")
    assert _where(access.owner) == ("sales_owner", "db.example", "5433", "sales")
    assert _where(access.app) == ("sales_app", "db.example", "5433", "sales")
    assert access.app["OPTIONS"] == access.owner["OPTIONS"] == {"sslmode": "require"}


def test_a_replica_is_read_by_the_applications_role_unless_it_names_one(tmp_path: Path) -> None:
    urls = {
        "database_url": SecretStr("postgresql://app:word@db/q"),
        "database_owner_url": SecretStr("postgresql://o@db/q"),
    }
    plain = _access(tmp_path, **urls, database_replica_url=SecretStr("postgresql://copy:5433/q?sslmode=verify-full"))
    named = _access(
        tmp_path, **urls, database_replica_url=SecretStr("postgresql://reader:other@copy/q?connect_timeout=5")
    )
    assert plain.replica is not None
    assert named.replica is not None
    assert (_where(plain.replica), plain.replica["PASSWORD"]) == (("app", "copy", "5433", "q"), "word")
    assert plain.replica["OPTIONS"] == {"connect_timeout": 2, "sslmode": "verify-full"}
    assert (_where(named.replica)[0], named.replica["PASSWORD"]) == ("reader", "other")
    assert named.replica["OPTIONS"] == {"connect_timeout": 5}


def test_the_maintenance_database_is_never_querents_own(tmp_path: Path) -> None:
    for path in ("", "/", "/postgres"):
        access = _access(tmp_path, database_url=SecretStr(f"postgresql://root@db.example{path}"))
        assert _where(access.app) == ("querent_app", "db.example", "", "querent")


def test_a_socket_is_named_as_libpq_names_it_and_roles_come_by_tcp(tmp_path: Path) -> None:
    for url in ("postgresql://root@/sales?host=/run/pg&port=5433", "postgresql://root@%2Frun%2Fpg:5433/sales"):
        access = _access(tmp_path, database_url=SecretStr(url))
        assert access.admin is not None
        assert _where(access.admin) == ("root", "/run/pg", "5433", "sales")
        assert _where(access.app) == ("sales_app", "127.0.0.1", "5433", "sales")


def test_two_addresses_are_taken_as_they_are(tmp_path: Path) -> None:
    access = _access(
        tmp_path,
        database_url=SecretStr("postgresql://app:one@db.example/sales"),
        database_owner_url=SecretStr("postgresql://owner:two@db.example/sales"),
    )
    assert access.admin is None
    assert (_where(access.app), access.app["PASSWORD"]) == (("app", "db.example", "", "sales"), "one")
    assert (_where(access.owner), access.owner["PASSWORD"]) == (("owner", "db.example", "", "sales"), "two")
