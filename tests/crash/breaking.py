"""Faults that this program does not have, put into a daemon to see whether the kill tests' count would notice them."""

from __future__ import annotations

from mailflow.flow import collect
from mailflow.store.outbox import Outbox


def _dot_not_committed() -> None:
    """The final dot is sent without a commit that says so: a letter that has left looks as if it had not."""
    Outbox.phase = lambda *_args: None  # type: ignore[method-assign, assignment]


def _place_before_octets() -> None:
    """Of a folder it is written down how far it was read, and only then are the octets kept."""
    keep = collect._keep

    def kept(house, office, batch, now):
        with house.store.unit() as unit:
            unit.meta.put(f"read to:{batch[-1].folder}", str(batch[-1].uid))
        return keep(house, office, batch, now)

    def ledger(house, _office, folder, _uidvalidity):
        with house.store.read() as unit:
            return set(range(1, 1 + int(unit.meta.get(f"read to:{folder}") or 0)))

    collect._keep, collect._ledger = kept, ledger


FAULTS = {"the dot is not committed": _dot_not_committed, "the place comes before the octets": _place_before_octets}


def put(name: str) -> None:
    """Let this process have a fault."""
    FAULTS[name]()
