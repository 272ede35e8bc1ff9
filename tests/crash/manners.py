"""Mail servers with the manners of a large service in front of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from tests.servers.manners import Manners
from tests.servers.personality import PERSONALITIES, PLAIN

# A pretended day passes in seconds, so a minute of the service is a tenth of ours.
PACE = 10


class Service:
    """The manners of `name`; called with servers, it stands before them until `stack` ends it.

    It is what Rig takes as `wires`; the servers' ports are then those of the service.
    manners: their switches; None for plain servers, which are spoken to as they are.
    """

    def __init__(self, stack: ExitStack, name: str) -> None:
        self.name = name
        self.manners: Manners | None = None
        self._stack = stack

    def follow(self, clock: Callable[[], datetime]) -> None:
        """Let a pretended clock count the letters a minute, and stamp what the service itself puts into a mailbox."""
        if self.manners:
            self.manners.arrival, self.manners.clock = clock, lambda: clock().timestamp()

    def __call__(self, lent: Any) -> None:
        traits = PERSONALITIES[self.name]
        if traits == PLAIN:
            return
        made = Manners(traits, lent.imap_port, lent.smtp_port, lent.users, clock=lambda: PACE * time.monotonic())
        self.manners = self._stack.enter_context(made)
        lent.imap_port, lent.smtp_port = made.imap_port, made.smtp_port
