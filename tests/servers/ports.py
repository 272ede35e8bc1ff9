"""Free loopback ports, filled-in configurations, and waiting for a server to answer."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_greeting(port: int, process: subprocess.Popen, log: Path, seconds: float = 10.0) -> None:
    """Return when the server on this port has greeted; fail with its log if it ends or stays silent."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 0.5) as client:
                client.settimeout(2)
                if client.recv(64):
                    return
        except OSError:
            time.sleep(0.01)  # the server is starting; nothing else can be waited for
    told = log.read_text("utf-8", "replace") if log.exists() else "no log"
    raise RuntimeError(f"The server on port {port} did not start: {told[-2000:]}")


def fill(name: str, **values: object) -> str:
    """A configuration of this folder with every @NAME@ replaced."""
    return re.sub(r"@([A-Z_]+)@", lambda found: str(values[found[1]]), (HERE / name).read_text("ascii"))
