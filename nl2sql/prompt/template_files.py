"""The template files of this version of the prompt, read once."""

import hashlib
from functools import cache
from importlib.resources import files
from string import Template

VERSION = "v2"
_FOLDER = "templates"


@cache
def template(name: str) -> Template:
    """The file `<name>.txt`. Placeholders are strict: an unknown or missing one raises KeyError."""
    path = files(__package__).joinpath(_FOLDER, VERSION, f"{name}.txt")
    return Template(path.read_text(encoding="utf-8"))


@cache
def template_version() -> str:
    """The folder's name and a digest of its files: an edited template never passes for the one that was measured."""
    digest = hashlib.sha256()
    for path in sorted(files(__package__).joinpath(_FOLDER, VERSION).iterdir(), key=lambda path: path.name):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{VERSION}-{digest.hexdigest()[:8]}"
