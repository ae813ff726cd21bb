"""`python -m deploy.topology [folder]`: run the whole deployment as processes until Ctrl-C."""

import signal
import sys
import tempfile
import threading
from pathlib import Path

from deploy.topology.topology import Topology

OF_THE_SHELL = frozenset({"PATH", "PYTHONPATH", "ENV_FILE"})


def main() -> None:
    # Its database runs as another user where this one is root: the folder must let that user pass.
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="querent-")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    sys.stdout.write(f"Starting in {folder}\n")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Topology(folder) as querent:
        names = ", ".join(["pgbouncer", "redis", "web", *querent.workers, "beat"])
        own = folder / ".env"
        settings = {name: value for name, value in querent.environment.items() if name not in OF_THE_SHELL}
        own.touch(mode=0o600)
        own.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        sys.stdout.write(f"Its commands: ENV_FILE={own} {sys.executable} manage.py …\n")
        sys.stdout.write(f"Serving {querent.url} ({names}). Ctrl-C ends everything.\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main()
