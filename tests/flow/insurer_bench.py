"""The insurer's office on the bench: its procedure, people and calendar, and how an issue begins."""

from __future__ import annotations

from pathlib import Path

from mailflow.flow.ports import Trust
from mailflow.register import holiday_calendars
from mailflow.register.register import Register
from tests.flow.bench import MX, ROOT, Bench
from tests.procedure.insurer import insurer

DOMAIN = "insurer.example"
AROHA, MARAMA, BRIAN = (f"{name}@{DOMAIN}" for name in ("aroha.tane", "marama.hill", "brian.locke"))
SIONE, NOEL, TESSA = (f"{name}@{DOMAIN}" for name in ("sione.fale", "noel.park", "tessa.moore"))
GRACE, WIREMU, INTEGRITY = (f"{name}@{DOMAIN}" for name in ("grace.ward", "wiremu.cole", "integrity"))
LEE = f"lee.tamati@{DOMAIN}"  # a colleague who is in no list
SHAH, REID = "anil.shah@shah.example", "fiona.reid@harbour.example"
NAMED = "Provider is Dr Anil Shah\nSupplier is Harbour Rehab Ltd\nClaim is 7788"


def changes() -> dict[str, object]:
    """What makes an office the insurer's."""
    return {
        "id": "insurer",
        "address": f"provider.issues@{DOMAIN}",
        "name": "Example Accident Insurer",
        "team": "Claims Management",
        "prefix": "PP",
        "procedure": insurer(),
        "calendar": holiday_calendars.load(ROOT / "config" / "calendars", "nz-wgn"),
        "register": Register.load(ROOT / "config" / "register" / "insurer", {DOMAIN}),
        "reports": Path("reports"),
        "administrator": WIREMU,
        "own_domains": frozenset({DOMAIN}),
        "trust": Trust(MX),
    }


def raised(bench: Bench, when: str, words: str = "", sender: str = AROHA) -> str:
    """An issue is raised, its parties named; returns its reference."""
    known = set(bench.refs())
    body = f"The report is two weeks late.\n\n{words}" if not words else f"{words}\n\nThe report is two weeks late."
    bench.mail(when, sender, "Report from the provider", body)
    return (set(bench.refs()) - known).pop()
