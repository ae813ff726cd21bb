"""Where a data source may point. Names resolve through a table of the test, so that no name service is asked."""

from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest

from schema_index.connectors.base import DataSourceUnavailable
from schema_index.outbound.host_resolution import resolve_host
from schema_index.outbound.target_policy import DataSourceForbidden, check_file, check_target

PUBLIC = "93.184.216.34"
LOOPBACK = ip_network("127.0.0.0/8")
OFFICE = ip_network("10.20.0.0/16")


@pytest.mark.parametrize(
    ("addresses", "checked"),
    [
        ([PUBLIC], PUBLIC),
        (["2606:2800:220:1:248:1893:25c8:1946"], "2606:2800:220:1:248:1893:25c8:1946"),
        ([PUBLIC, "8.8.8.8"], PUBLIC),
        (["10.20.3.4"], "10.20.3.4"),
        (["::ffff:10.20.3.4"], "10.20.3.4"),
        ([f"::ffff:{PUBLIC}"], PUBLIC),
    ],
)
def test_public_and_opened_addresses_pass(addresses: list[str], checked: str) -> None:
    assert check_target("db.example.com", 5432, allowed_networks=[OFFICE], resolve=lambda *_: addresses) == checked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "::",
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "fe80::1",
        "fd00:ec2::254",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "240.0.0.1",
        "fc00::1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "::127.0.0.1",
    ],
)
@pytest.mark.parametrize("before", [[], [PUBLIC]])
def test_inner_addresses_are_refused_even_beside_a_public_one(address: str, before: list[str]) -> None:
    with pytest.raises(DataSourceForbidden) as caught:
        check_target("db.example.com", 5432, allowed_networks=[OFFICE], resolve=lambda *_: [*before, address])

    assert address not in caught.value.message


@pytest.mark.parametrize("address", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1", "::"])
def test_no_setting_opens_metadata_multicast_or_unspecified(address: str) -> None:
    everything = [ip_network("0.0.0.0/0"), ip_network("::/0")]

    with pytest.raises(DataSourceForbidden):
        check_target("db", 5432, allowed_networks=everything, resolve=lambda *_: [address])


def test_loopback_can_be_opened() -> None:
    assert check_target("127.0.0.1", 5432, allowed_networks=[LOOPBACK]) == "127.0.0.1"


def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(DataSourceForbidden):
        check_target("db.example.com", 5432, allowed_networks=[], resolve=lambda *_: [])


@pytest.mark.parametrize(
    "host",
    [
        "",
        "/var/run/postgresql",
        "./socket",
        "@abstract",
        "a,b",
        "8.8.8.8,127.0.0.1",
        "user@host",
        "host:5432",
        "[::1]",
        "fe80::1%eth0",
        "host name",
        "host\n",
        "host\0",
        "service=prod",
        "postgres://host/db",
        "-host",
        "dätä.example",
        "a" * 254,
    ],
)
def test_anything_but_one_name_or_address_is_refused_unresolved(host: str) -> None:
    def never(name: str, port: int) -> Sequence[str]:
        raise AssertionError(f"{name} was resolved")

    with pytest.raises(DataSourceForbidden):
        check_target(host, 5432, allowed_networks=[LOOPBACK], resolve=never)


@pytest.mark.parametrize("port", [-1, 0, 22, 443, 1023, 65_536])
def test_ports_no_database_listens_on_are_refused(port: int) -> None:
    with pytest.raises(DataSourceForbidden):
        check_target("8.8.8.8", port, allowed_networks=[])


def test_other_spellings_of_loopback_are_judged_by_what_they_resolve_to() -> None:
    for spelling in ("2130706433", "0x7f.1", "127.1", "localhost"):
        with pytest.raises(DataSourceForbidden):
            check_target(spelling, 5432, allowed_networks=[], resolve=resolve_host)


def test_an_unknown_name_is_unavailable() -> None:
    with pytest.raises(DataSourceUnavailable):
        resolve_host("no-such-host.invalid", 5432)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "inner").mkdir(parents=True)
    (folder / "shop.db").write_bytes(b"")
    (tmp_path / "outside.db").write_bytes(b"")
    (folder / "escape.db").symlink_to(tmp_path / "outside.db")
    (folder / "up").symlink_to(tmp_path)
    (folder / "alias.db").symlink_to(folder / "shop.db")
    (folder / "loop.db").symlink_to(folder / "loop.db")
    return folder


@pytest.mark.parametrize("path", ["shop.db", "inner/../shop.db", "alias.db"])
def test_files_below_the_root_pass_as_their_real_path(root: Path, path: str) -> None:
    assert check_file(path, root=root) == (root / "shop.db").resolve()
    assert check_file(str(root / path), root=root) == (root / "shop.db").resolve()


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "inner",
        "missing.db",
        "../outside.db",
        "escape.db",
        "up/outside.db",
        "loop.db",
        "/etc/passwd",
        "file:shop.db",
        "FILE:shop.db?mode=rwc",
        "shop.db?mode=rwc",
        "shop.db\0",
        ":memory:",
        "~/shop.db",
    ],
)
def test_everything_else_is_refused_with_one_message(root: Path, path: str) -> None:
    with pytest.raises(DataSourceForbidden) as caught:
        check_file(path, root=root)

    assert caught.value.message == "The file must be an existing database file in the folder for data sources."
