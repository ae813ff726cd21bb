"""`python -m tests_faults.model_process PORT FOLDER`: a model endpoint that can be killed like any server.

What it does next stands in `FOLDER/mode.json`; each answer it has given whole is a line of `FOLDER/answered`.
"""

import json
import re
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

from tests.scripted_model import Recorded, Reply, ScriptedModel, answers, fails

TAG = re.compile(r"tag (\S+?)\?")
REPLY = answers(sql="SELECT count(*) AS orders FROM orders", interpreted_as="The number of orders.")
PREFIX = "/faults"


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())

    def reply(request: Recorded) -> Reply:
        mode = json.loads((folder / "mode.json").read_text())
        kind, seconds = mode["kind"], float(mode["seconds"])
        if kind == "limited":
            return fails(429, message="Rate limit reached", headers={"Retry-After": str(int(seconds))})
        if kind == "cut":
            return replace(REPLY, cut_off=True)
        if kind == "slow":  # nobody waits for the end of this one
            return replace(REPLY, delay_s=seconds)
        with (folder / "answered").open("a") as ledger:
            ledger.write(TAG.findall(request.text)[-1] + "\n")
        return replace(REPLY, delay_s=seconds)

    with ScriptedModel(default=reply, port=port, prefix=PREFIX):
        ended.wait()


if __name__ == "__main__":
    main()
