"""The kill tests' servers with the manners of a large service in front of them."""

from __future__ import annotations

import time
from contextlib import ExitStack

from tests.crash.rig import Lent
from tests.servers.manners import Manners
from tests.servers.personality import PERSONALITIES, PLAIN

# A pretended day passes in seconds, so a minute of the service is a tenth of ours.
PACE = 10


class Service:
    """The manners of `name`; handed to Rig as `wires`, it stands before the servers until `stack` ends it.

    manners: their switches; None for plain servers, which are spoken to as they are.
    """

    def __init__(self, stack: ExitStack, name: str) -> None:
        self.name, self.manners = name, None
        self._stack = stack

    def __call__(self, lent: Lent) -> None:
        traits = PERSONALITIES[self.name]
        if traits == PLAIN:
            return
        made = Manners(traits, lent.imap_port, lent.smtp_port, lent.users, clock=lambda: PACE * time.monotonic())
        self.manners: Manners | None = self._stack.enter_context(made)
        lent.imap_port, lent.smtp_port = made.imap_port, made.smtp_port
