"""`python -m deploy.image_size`: how large the image's layers become, estimated from what is installed here.

Of each COPY and RUN of the Dockerfile's last stage, before compression. The base image is not here and not counted. The
last line is one JSON object, in MB.
"""

import json
import os
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import django

from config.environment import BASE_DIR

MB = 1_000_000
SOURCES = ("manage.py", "LICENSE", "config", "nl2sql", "schema_index", "tenants")
LARGEST = 12
"""Packages that are listed by name."""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    packages = package_sizes()
    layers = {"packages": sum(packages.values()), "source": _source(), "static_files": _static_files()}
    for name, size in sorted(packages.items(), key=lambda one: -one[1])[:LARGEST]:
        sys.stdout.write(f"  {size / MB:8.1f} MB  {name}\n")
    for name, size in layers.items():
        sys.stdout.write(f"{size / MB:10.1f} MB  {name.replace('_', ' ')}\n")
    sys.stdout.write("The base image is not counted.\n")
    total = {"total": sum(layers.values())}
    sys.stdout.write(json.dumps({f"{name}_mb": round(size / MB, 1) for name, size in (layers | total).items()}) + "\n")


def package_sizes() -> dict[str, int]:
    """Bytes of each locked package as installed, with the bytecode that the image compiles."""
    from config.reference.licences import locked  # noqa: PLC0415  the settings must be loaded first

    return {name: sum(_sizes(name)) for name in locked("runtime")}


def _sizes(name: str) -> Iterator[int]:
    for file in metadata.distribution(name).files or ():
        path = Path(str(file.locate()))
        if path.suffix == ".pyc" or not path.is_file():
            continue
        yield path.stat().st_size
        if path.suffix == ".py":
            yield _bytecode(path)


def _bytecode(path: Path) -> int:
    """Of the file itself where it was compiled already, else as much as its source, which is a little too high."""
    compiled = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"
    return (compiled if compiled.is_file() else path).stat().st_size


def _source() -> int:
    found = (path for name in SOURCES for path in [BASE_DIR / name, *(BASE_DIR / name).rglob("*")])
    return sum(path.stat().st_size for path in found if path.is_file() and "__pycache__" not in path.parts)


def _static_files() -> int:
    from django.contrib.staticfiles.finders import get_finders  # noqa: PLC0415  the applications must be loaded first

    return sum(storage.size(name) for finder in get_finders() for name, storage in finder.list([]))


if __name__ == "__main__":
    main()
