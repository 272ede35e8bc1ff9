"""On which live cases an address is listed (G1): the same answer as asking each case, at a fraction of the cost."""

from __future__ import annotations

from datetime import date

import pytest

from mailflow.flow import listed
from mailflow.flow.people import ACCEPTED, speaker_on
from mailflow.procedure.case import Case
from tests.flow.bench import GEORGE, JOAN, MAYA, OLIVE, TOM, office

TODAY = date(2027, 2, 1)
STRANGER = "anna@elsewhere.example"


def views() -> list[dict]:
    """Live cases as the views show them, no two with the same people."""
    found = []
    for provider in ("", "Oakfield Care Ltd", "Nobody Known Ltd"):
        for service in ("", *(s.name for s in office().register.services)):
            for referrer in (OLIVE, STRANGER, "ruth.day@people.example"):
                fields = {"provider": provider, "service": service, "referrer": referrer, "officer": MAYA}
                found.append(fields)
    found += [
        {},
        {"officer": TOM, "referrer": OLIVE, "manager": STRANGER},
        {"inhouse_manager": STRANGER},
        {"investigation_lead": GEORGE},
        {"referrer": JOAN, ACCEPTED + STRANGER: "provider"},
    ]
    return [{"ref": f"CC-{n}", "fields": fields} for n, fields in enumerate(found)]


def one_by_one(address: str) -> list[str]:
    """The rule in full, asked of each case."""
    found = []
    for view in views():
        case = Case(ref=view["ref"], fields=view["fields"])
        if view["fields"].get("officer") == address or speaker_on(office(), office().procedure, case, address, TODAY):
            found.append(view["ref"])
    return found


def everybody() -> list[str]:
    register = office().register
    known = [*(o.email for o in register.officers), *(c.email for c in register.contacts)]
    known += [p for s in register.services for column in s.people.values() for p in column if "@" in p]
    return sorted({*known, STRANGER, "new.person@oakfield.example", "nobody@nowhere.example"})


@pytest.mark.parametrize("address", everybody())
def test_it_answers_as_each_case_would(address: str):
    """Nobody is found on a case where they would not be heard, and nobody is missed."""
    assert listed.live_cases_of(office(), office().procedure, address, TODAY, views()) == one_by_one(address)


def test_somebody_is_found_at_all():
    """The cases above list a referrer, a contact, a colleague of a contact, and an accepted address."""
    for address in (OLIVE, JOAN, "new.person@oakfield.example", STRANGER, MAYA):
        assert one_by_one(address)


def test_cases_alike_are_asked_once(monkeypatch: pytest.MonkeyPatch):
    """A thousand cases of one provider and service cost the register no more than one."""
    asked = []
    real = listed.people_of
    monkeypatch.setattr(listed, "people_of", lambda *a: asked.append(a) or real(*a))
    same = [{"ref": f"CC-{n}", "fields": {"provider": "Oakfield Care Ltd", "referrer": OLIVE}} for n in range(1000)]
    assert not listed.live_cases_of(office(), office().procedure, "nobody@nowhere.example", TODAY, same)
    assert len(asked) <= len(office().procedure.roles)
