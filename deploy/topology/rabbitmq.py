"""A RabbitMQ node of its own: own folder, ports and port mapper, beside whatever node the machine runs already."""

import os
from pathlib import Path

from deploy.topology.server_process import ServerProcess, Servers, free_port, listens

# Debian's wrapper in /usr/sbin changes the user and the folder: the node's own script does neither.
SCRIPTS = "/usr/lib/rabbitmq/bin"


class RabbitMQ(Servers):
    """`node.kill()` and `node.start()` in between keep its durable queues."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir(parents=True)
        port, distribution, mapper = (free_port() for _ in range(3))
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),  # holds the cookie
            "ERL_EPMD_PORT": str(mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"querent-{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
        }
        self.url = f"amqp://guest:guest@127.0.0.1:{port}//"
        # Started here, or the node would leave one behind as a daemon.
        self._mapper = ServerProcess(
            "epmd", ["epmd"], folder=folder, environment=environment, is_ready=lambda: listens(mapper)
        )
        self.node = ServerProcess(
            "rabbitmq",
            [f"{SCRIPTS}/rabbitmq-server"],
            folder=folder,
            environment=environment,
            is_ready=lambda: listens(port),
        )

    def _start(self) -> None:
        for server in (self._mapper, self.node):
            self.enter_context(server)
