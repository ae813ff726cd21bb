"""A folder instead of a model's endpoint: requests are left there as files, replies are read from beside them.

Whatever can read files may then answer: another machine, a batch interface, a person. Of each request, model and
messages are written as `<digest>.prompt.json`; its reply is the text in `<digest>.completion.txt`. The same request has
the same digest, so that what was once answered is answered again.
"""

import hashlib
import json
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2

SCHEME = "file:"
UNANSWERED = 425
"""HTTP's "too early", which no endpoint of a model uses."""

_MAX_COMPLETION_BYTES = 4_000_000


def is_folder(base_url: str) -> bool:
    return base_url.startswith(SCHEME)


def folder_of(base_url: str) -> Path:
    """Raises ValueError where the address names no absolute path of this machine."""
    parts = urlsplit(base_url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        raise ValueError("must be file:/ and an absolute path")
    return Path(unquote(parts.path))


class FolderTransport(httpx2.BaseTransport):
    """Answers chat.completions from a folder, which is made where it does not exist."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            return httpx2.Response(200, json={"object": "list", "data": []})
        try:
            return self._answer(json.loads(request.read()))
        except OSError as error:
            raise httpx2.ConnectError(f"The folder cannot be used: {error.strerror}.", request=request) from None

    def _answer(self, body: dict[str, Any]) -> httpx2.Response:
        prompt = {"model": body["model"], "messages": body["messages"]}
        text = json.dumps(prompt, indent=2, ensure_ascii=False)
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
        completion = self._folder / f"{digest}.completion.txt"
        if completion.exists():
            with completion.open("rb") as file:
                content = file.read(_MAX_COMPLETION_BYTES).decode("utf-8", "replace")
            message = {"role": "assistant", "content": content}
            return httpx2.Response(200, json={"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
        self._leave(self._folder / f"{digest}.prompt.json", text)
        return httpx2.Response(UNANSWERED, json={"error": {"message": f"{digest} waits for its completion"}})

    def _leave(self, path: Path, text: str) -> None:
        """Whole or not at all: whoever answers may be looking at the folder at any time."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists():
            return
        with NamedTemporaryFile("w", dir=self._folder, suffix=".part", delete=False, encoding="utf-8") as file:
            file.write(text)
        Path(file.name).replace(path)
