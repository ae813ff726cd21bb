"""Loading PostgreSQL's values where Python's types are narrower: what does not fit arrives as the engine's text."""

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types import datetime as psycopg_datetime
from psycopg.types.json import JsonLoader

_NARROW: dict[str, type[Loader]] = {
    "date": psycopg_datetime.DateLoader,
    "time": psycopg_datetime.TimeLoader,
    "timetz": psycopg_datetime.TimetzLoader,
    "timestamp": psycopg_datetime.TimestampLoader,
    "timestamptz": psycopg_datetime.TimestamptzLoader,
    "interval": psycopg_datetime.IntervalLoader,
    "json": JsonLoader,
    "jsonb": JsonLoader,
}
"""`infinity`, years before 1 and after 9999, 24:00, JSON nested deeper than Python parses."""


def _lenient(loader: type[Loader]) -> type[Loader]:
    load: Callable[[Loader, Buffer], Any] = loader.load

    def load_or_text(self: Loader, data: Buffer) -> Any:
        try:
            return load(self, data)
        except (psycopg.Error, ValueError, OverflowError, RecursionError):
            return bytes(data).decode("utf-8", "replace")

    return type(f"Lenient{loader.__name__}", (loader,), {"load": load_or_text})


_LENIENT = {name: _lenient(loader) for name, loader in _NARROW.items()}


def register_lenient_loaders(connection: psycopg.Connection[Any]) -> None:
    for name, loader in _LENIENT.items():
        connection.adapters.register_loader(name, loader)
