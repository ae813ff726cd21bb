"""Files behind an address that fsspec understands: a folder, `s3://…`, `https://…`. For operators' commands alone.

Whoever names an address has this process fetch it, with this process's rights and credentials: no door of a tenant may.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from fsspec.core import url_to_fs

from schema_index.documents.read import MAX_BYTES
from tenants.domain_error import DomainError

MAX_FILES = 10_000
MAX_TOTAL_BYTES = 2_000_000_000
MAX_DEPTH = 20
"""Of folders; a link that leads to its own folder ends here."""


class AddressUnreadable(DomainError):
    """The address does not exist, may not be read, or holds too much: `message` says which."""

    code = "invalid_request"


class FileUnreadable(DomainError):
    """One file could not be fetched; the others can."""

    code = "document_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """`uri` has no credentials; `size` in bytes, None where the store does not say."""

    uri: str
    path: str
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """`files` by address; `unreadable` names folders that could not be listed."""

    uri: str
    files: tuple[FoundFile, ...]
    unreadable: tuple[str, ...]


class Address:
    """Raises AddressUnreadable where there is nothing that can be listed."""

    def __init__(self, address: str) -> None:
        try:
            self._store, path = url_to_fs(address)
            self._path: str = path.rstrip("/") or path
            self._info: dict[str, Any] = self._store.info(self._path)
        except ImportError:
            raise AddressUnreadable(
                "Addresses of this kind need a package that is not installed: for s3:// and https://, it is s3fs."
            ) from None
        except FileNotFoundError:
            raise AddressUnreadable("There is nothing at this address.") from None
        except _store_errors() as error:
            raise AddressUnreadable(f"The address could not be read: {_plain(error)}.") from None

    def listing(self) -> Listing:
        """Every file below the address, but those in folders and of names that begin with a dot."""
        unreadable: list[str] = []
        found, total = list[FoundFile](), 0
        try:
            for file in self._files(unreadable):
                found.append(file)
                total += file.size or 0
                if len(found) > MAX_FILES or total > MAX_TOTAL_BYTES:
                    raise AddressUnreadable(
                        f"The address holds more than {MAX_FILES:,} files or {MAX_TOTAL_BYTES:,} bytes: "
                        "import its folders one by one."
                    )
        except _store_errors() as error:
            raise AddressUnreadable(f"The address could not be listed: {_plain(error)}.") from None
        files = tuple(sorted(found, key=lambda file: file.uri))
        return Listing(uri=self._uri(self._path), files=files, unreadable=tuple(unreadable))

    def read(self, file: FoundFile) -> bytes:
        """Raises FileUnreadable."""
        if file.size is not None and file.size > MAX_BYTES:
            raise FileUnreadable(f"The file has more than {MAX_BYTES:,} bytes: split it.")
        if file.size == 0:
            return b""
        try:
            # Of a file that grew meanwhile, no more than one byte past the bound.
            return bytes(self._store.cat_file(file.path, start=0, end=MAX_BYTES + 1))
        except _store_errors() as error:
            raise FileUnreadable(f"The file could not be fetched: {_plain(error)}.") from None

    def _files(self, unreadable: list[str]) -> Iterator[FoundFile]:
        if self._info["type"] != "directory":
            yield self._file(self._path, self._info)
            return

        def failed(error: OSError) -> None:
            unreadable.append(f"{self._uri(str(error.filename or self._path))}: {_plain(error)}")

        for folder, folders, files in self._store.walk(self._path, maxdepth=MAX_DEPTH, detail=True, on_error=failed):
            for name in [name for name in folders if name.startswith(".")]:
                del folders[name]
            for name, info in files.items():
                # A store without folders lists a marker of the folder itself, whose name is empty.
                if name and not name.startswith("."):
                    yield self._file(f"{folder.rstrip('/')}/{name}", info)

    def _file(self, path: str, info: dict[str, Any]) -> FoundFile:
        return FoundFile(uri=self._uri(path), path=path, size=info.get("size"))

    def _uri(self, path: str) -> str:
        """Without user, password, and query, in which signed addresses carry their signature."""
        full = str(self._store.unstrip_protocol(path))
        parts = urlsplit(full)
        if parts.scheme in ("http", "https", "ftp", "sftp", "ssh"):
            return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
        return full


def _store_errors() -> tuple[type[Exception], ...]:
    """What stores raise: the clients of some have families of their own, known once they are loaded."""
    found: list[type[Exception]] = [OSError, ValueError, NotImplementedError, RuntimeError]
    for module, name in (("botocore.exceptions", "BotoCoreError"), ("aiohttp", "ClientError")):
        if module in sys.modules:
            found.append(getattr(sys.modules[module], name))
    return tuple(found)


def _plain(error: Exception) -> str:
    """The kind of error in words: its text may hold an address with credentials."""
    words = {PermissionError: "access denied", FileNotFoundError: "not found", TimeoutError: "it took too long"}
    return next((text for kind, text in words.items() if isinstance(error, kind)), type(error).__name__)
