"""A18: an insurer's issue about a report's content, in two regions of New Zealand; fraud at any point."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.insurer import CO, INTEGRITY, PROVIDER, SUPPLIER, Insurer, insurer

DUE = {
    "nz-wgn": {"2027-01-21": "2027-01-29", "2027-01-28": "2027-02-04", "2027-02-03": "2027-02-11"},
    "nz-auk": {"2027-01-21": "2027-01-28", "2027-01-28": "2027-02-05", "2027-02-03": "2027-02-11"},
}


def _routed(c: Insurer, day: str) -> str:
    c.day = day
    ref = c.raised("10:00")
    c.says("10:15", CO, f"{PROVIDER}\nKind: content")
    return ref


@pytest.mark.parametrize("calendar", DUE)
def test_a18_a_to_e(calendar: str, tmp_path: Path) -> None:
    """Five working days, counted by the region's own anniversary day and by Waitangi Day observed."""
    with insurer(tmp_path, "2027-01-20 09:00", calendar) as c:
        for day, due in DUE[calendar].items():
            ref = _routed(c, day)
            assert c.at() == "A2P" and c.clocks(ref) == {"U2": due}


def test_a18_f_fraud(tmp_path: Path) -> None:
    """XIN, N05 only; provider and supplier are told nothing, and nothing is timed any more."""
    with insurer(tmp_path, "2027-01-20 09:00") as c:
        _routed(c, "2027-01-21")
        before = {reader: len(c.inbox(reader)) for reader in c.stage.mail.users if reader != c.box}
        c.says("11:00", CO, "Kind: fraud")
        c.day = "2027-02-15"
        c.go(c.hour("12:00"))
        assert c.got(INTEGRITY, "N05")
        told = {r for r, n in before.items() if any(m.ref == c.ref for m in c.inbox(r)[n:])}
        assert told == {CO, INTEGRITY} and c.heard_nothing(SUPPLIER)
