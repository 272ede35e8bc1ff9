"""Short steps that the tests of the outbox share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mailflow.store import Letter, Unit

Make = Callable[..., Letter]
JO, AL, HOME = "jo@provider.example", "al@provider.example", "office@council.example"


def claimed(unit: Unit, now: datetime, **more: object) -> list[str]:
    """Claim one letter or more; their ids."""
    return [found.id for found, _ in unit.outbox.claim(now, lease_seconds=60, **more)]


def states(unit: Unit, letter_id: str) -> dict[str, str]:
    """The state of each recipient."""
    found = unit.outbox.get(letter_id)
    assert found is not None
    return {envelope.recipient: envelope.state for envelope in found[1]}
