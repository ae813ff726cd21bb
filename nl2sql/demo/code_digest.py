"""By what a demo's database is recognised: the code that built it, and what it was built for."""

import hashlib
from pathlib import Path


def code_digest(package: Path, *parameters: object) -> bytes:
    """SHA-256 over the package, what the demos share, and the parameters: any change calls for a new build."""
    digest = hashlib.sha256(" ".join(map(str, parameters)).encode())
    for path in sorted(path for folder in (package, package.parent) for path in folder.iterdir()):
        if path.suffix in {".py", ".sql"}:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.digest()
