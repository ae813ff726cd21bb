"""Licences of the packages that are installed with Querent, as each tells its own."""

import re
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement

from config.environment import BASE_DIR
from config.reference.markdown import table

SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "New BSD": "BSD-3-Clause",
    "Python Software Foundation License": "PSF-2.0",
}
"""Names that older packages use. Plain "BSD" is the three clauses in all that say so here."""

ALLOWED = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "PSF-2.0", "Zlib"),
        *("MPL-2.0", "LGPL-3.0-only"),  # used as they are, unchanged, as separate packages
    }
)
"""A package under anything else needs a decision before it is added."""

INTRODUCTION = """# Licences of the packages

What `requirements/runtime.lock` installs on Linux, each with the licence that its own metadata names. A test lets
no other licence in than permissive ones, MPL-2.0 and LGPL-3.0 (psycopg), whose packages are used unchanged. Querent
itself is under [Apache-2.0](../../LICENSE)."""


def licence_table() -> str:
    rows = [[name, " ".join(licence)] for name, licence in sorted(licences("runtime").items())]
    return f"{INTRODUCTION}\n\n{table(['package', 'licence'], rows)}"


def licences(lock: str) -> dict[str, list[str]]:
    """Of every package of a lock file that belongs on this system: SPDX identifiers, between AND and OR as written."""
    return {name: licence_of(metadata.metadata(name)) for name in locked(lock)}


def licence_of(described: metadata.PackageMetadata) -> list[str]:
    """Empty where the package names none."""
    classifiers = [text.rpartition(" :: ")[2] for text in described.get_all("Classifier") or () if "License ::" in text]
    expressions = [*(described.get_all("License-Expression") or ()), *(described.get_all("License") or ())]
    named = next(iter(expressions), "")
    # Some put the whole text there, or only say how many licences there are.
    if not named or len(named) > 60 or named == "Dual License":
        named = " OR ".join(classifiers)
    parts = re.split(r" (AND|OR) ", named)
    return [SPDX.get(part, part) for part in parts if part]


def is_allowed(licence: list[str]) -> bool:
    """All of them, where AND joins them; one, where OR does. None named is none allowed."""
    names = [part for part in licence if part not in ("AND", "OR")]
    return bool(names) and (any if "OR" in licence else all)(name in ALLOWED for name in names)


def locked(lock: str) -> Iterator[str]:
    """Names of the packages of a lock file that belong on this system."""
    lines = (BASE_DIR / "requirements" / f"{lock}.lock").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if "==" in line:
            wanted = Requirement(line.rstrip("\\").strip())
            if wanted.marker is None or wanted.marker.evaluate():
                yield wanted.name
