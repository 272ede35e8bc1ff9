"""The editions that cases follow: their texts lie in the store, so that a changed file changes no open case.

In: the store; the text of a procedure file when it comes into use.
Out: a Procedure by its edition; what is wrong with one that can no longer be read, and which cases follow it.
Fails: KeyError for an edition that is not in the store or cannot be read; `why` says which.
Limits: an edition never changes, so it is read once; one that another process has kept is found when it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

import structlog

from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House
from mailflow.procedure import reading
from mailflow.procedure.definition import Procedure
from mailflow.store import Store, Unit

log = structlog.get_logger()
_LIST = "editions"
LINES_SHOWN = 3
CASES_SHOWN = 20


class Editions(Mapping[str, Procedure]):
    """Every edition that can be read, by its digest."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Procedure] = {}
        self._broken: dict[str, str] = {}

    def __getitem__(self, edition: str) -> Procedure:
        if edition not in self._known and edition not in self._broken:
            self._read(edition)
        return self._known[edition]

    def __iter__(self) -> Iterator[str]:
        return (edition for edition in self.listed() if edition in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, edition: object) -> bool:
        return isinstance(edition, str) and self.get(edition) is not None

    def listed(self) -> list[str]:
        """Every edition in the store, oldest first, whether it can be read or not."""
        with self._store.read() as unit:
            return _listed(unit)

    def why(self, edition: str) -> str:
        """Why an edition cannot be had, in a sentence; "" if it can."""
        if edition in self:
            return ""
        return self._broken.get(edition, f"The edition {edition} is not in the store.")

    def _read(self, edition: str) -> None:
        with self._store.read() as unit:
            text = unit.meta.get(_key(edition))
        if text is None:
            return
        procedure, faults = reading.read(text, f"edition {edition}")
        if procedure is None or faults:
            told = "; ".join(str(fault) for fault in faults[:LINES_SHOWN])
            self._broken[edition] = f"The edition {edition} in the store cannot be read by this version: {told}"
            log.error("edition.unreadable", edition=edition, faults=len(faults))
            return
        self._known[edition] = procedure


def keep(unit: Unit, edition: str, text: str) -> bool:
    """Keep the text of an edition; False if it is there already."""
    known = _listed(unit)
    if edition in known:
        return False
    unit.meta.put(_key(edition), text)
    unit.meta.put(_LIST, json.dumps([*known, edition]))
    return True


def text_of(unit: Unit, edition: str) -> str | None:
    """The text of an edition as it came into use, or None."""
    return unit.meta.get(_key(edition))


def _listed(unit: Unit) -> list[str]:
    return json.loads(unit.meta.get(_LIST) or "[]")


def _key(edition: str) -> str:
    return f"edition:{edition}"


def stranded(house: House, unit: Unit) -> dict[str, list[str]]:
    """The running cases whose edition cannot be read, by edition."""
    found: dict[str, list[str]] = {}
    for view in unit.views.list(live_only=True):
        edition, office = str(view.get("edition", "")), house.offices.get(str(view.get("office", "")))
        if office is not None and edition and not house.has_edition(office, edition):
            found.setdefault(edition, []).append(str(view["ref"]))
    return found


def warn_of_stranded(house: House, now: datetime) -> bool:
    """Tell each administrator, once for each edition, which cases stand still because it cannot be read."""
    with house.store.read() as unit:
        found = stranded(house, unit)
    told = False
    for edition, refs in found.items():
        office = house.office_of(refs[0])
        key = f"edition-unreadable:{edition}"
        with house.store.unit(purpose="stranded") as unit:
            if unit.log.knows(office.stream, key):
                continue
            more = f" and {len(refs) - CASES_SHOWN} more" if len(refs) > CASES_SHOWN else ""
            facts = [
                ("Edition", edition),
                ("Cases", ", ".join(refs[:CASES_SHOWN]) + more),
                ("What is wrong", house.why_not(edition)),
                ("What to do", "Move these cases: mailflow procedure adopt FILE --open-cases"),
            ]
            tell_administrator(house, unit, office, key=key, facts=facts, now=now)
            log.error("edition.stranded", edition=edition, cases=len(refs))
            told = True
    return told
