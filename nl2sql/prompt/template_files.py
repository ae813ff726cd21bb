"""The template files of this version of the prompt, read once."""

import hashlib
from functools import cache
from importlib.resources import files
from string import Template

from nl2sql.dialects.registry import DIALECTS

VERSION = "v2"
_FOLDER = "templates"


@cache
def template(name: str) -> Template:
    """The file `<name>.txt`. Placeholders are strict: an unknown or missing one raises KeyError."""
    path = files(__package__).joinpath(_FOLDER, VERSION, f"{name}.txt")
    return Template(path.read_text(encoding="utf-8"))


@cache
def template_version() -> str:
    """The folder's name and a digest of its files and of the dialects' rules: an edited text never passes for the one
    that was measured."""
    texts = {path.name: path.read_bytes() for path in files(__package__).joinpath(_FOLDER, VERSION).iterdir()}
    texts |= {f"dialect_{facts.dialect}.txt": facts.prompt_rules.encode() for facts in DIALECTS.values()}
    digest = hashlib.sha256()
    for name, text in sorted(texts.items()):
        digest.update(name.encode() + b"\0" + text + b"\0")
    return f"{VERSION}-{digest.hexdigest()[:8]}"
