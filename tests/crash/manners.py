"""The kill tests' servers with the manners of a large service in front of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from tests.crash.rig import Lent
from tests.servers.manners import Manners
from tests.servers.personality import PERSONALITIES

# A pretended day passes in seconds, so a minute of the service is a tenth of ours.
PACE = 10


def with_manners(stack: ExitStack, name: str) -> Callable[[Lent], None]:
    """What to hand to Rig as `wires`. `stack` ends the service.

    Each copy of a letter lies in one folder, so that both sides can be counted: Exchange keeps none in Sent Items
    (an administrator may choose so), and it gives every mail that it lists; tests/personalities has the other ways.
    """
    traits = PERSONALITIES[name]
    traits = replace(traits, sent_copy=traits.sent_copy and not traits.own_copy, empty_every=0)

    def between(lent: Lent) -> None:
        made = Manners(traits, lent.imap_port, lent.smtp_port, lent.users, clock=lambda: PACE * time.monotonic())
        service = stack.enter_context(made)
        lent.imap_port, lent.smtp_port = service.imap_port, service.smtp_port

    return between
