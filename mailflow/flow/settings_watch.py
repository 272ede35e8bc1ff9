"""What changed in the settings: the files in force now against those that were in force before (6.2 (12)).

In: a house, whose files have been read; what its store remembers of the files before.
Out: a line on the office's stream for each change that is met at a start, a reload or hourly.
Fails: Conflict when the stream moved on; the next look finds the same again.
Limits: who changed a file is not known; of registers, templates and wordings only that they changed, never their words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import structlog

from mailflow.flow.office_mail import note
from mailflow.flow.ports import House, Office
from mailflow.flow.weekly_trends import CHANGED

LONGEST = 80
_SETTING = "setting"
_SHOWN = ("name", "team", "phone", "website", "administrator", "inbox", "sent", "junk", "in_doubt")
_WHERE = {
    _SETTING: "settings of the procedure",
    "procedure": "procedure file",
    "calendar": "calendars and closed days",
    "office": "the office's table in mailflow.toml",
    "limits": "limits in mailflow.toml",
    "register": "register",
    "letters": "templates",
}

_log = structlog.get_logger()
Snapshot = Mapping[str, Mapping[str, object]]


def note_changes(house: House, now: datetime) -> bool:
    """Write down for each office what its files say now that they did not say before; True if something was."""
    return any([_note(house, office, now) for office in house.offices.values()])


def _note(house: House, office: Office, now: datetime) -> bool:
    key, snapshot = f"settings:{office.id}", snapshot_of(house, office)
    said = json.dumps(snapshot, sort_keys=True)
    with house.store.read() as unit:
        before = unit.meta.get(key)
    if before == said:
        return False
    with house.store.unit(purpose="settings") as unit:
        if unit.meta.get(key) != before:
            return True  # another daemon of this house was first: compare with what it noted
        unit.meta.put(key, said)
        found = list(changes(json.loads(before), snapshot)) if before else []
        if found:
            note(unit, office, [(CHANGED, {"changes": found})], cause=f"settings/{now.isoformat()}", now=now)
            _log.info("settings.changed", office=office.id, changes=len(found))
    return bool(found)


def snapshot_of(house: House, office: Office) -> Snapshot:
    """What counts of the files of an office, as small plain values; of what may name people only digests."""
    procedure, register = office.procedure, office.register
    letters = house.letters_of(office)
    rows = {name: sorted(map(_digest, getattr(register, name))) for name in register.__dataclass_fields__}
    wordings = {f"wording {name}": _digest(words) for name, words in office.texts.items()}
    wordings |= {f"signpost {name}": _digest(words) for name, words in office.signposts.items()}
    return {
        _SETTING: {name: str(value) for name, value in {**procedure.settings, **office.settings}.items()},
        "procedure": {procedure.title: procedure.edition},
        "calendar": {name: calendar.edition for name, calendar in office.all_calendars.items()},
        "office": {
            **{name: str(getattr(office, name)) for name in _SHOWN},
            "own_domains": ", ".join(sorted(office.own_domains)),
            "authserv_id": office.trust.authserv_id,
            "internal_domains": ", ".join(sorted(office.trust.internal_domains)),
            **wordings,
        },
        "limits": {name: str(getattr(house.limits, name)) for name in house.limits.__dataclass_fields__},
        "register": rows,
        "letters": dict(letters.digests(procedure.id)),
    }


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:12]


def changes(before: Snapshot, now: Snapshot) -> Iterator[dict[str, str]]:
    """Each difference between two snapshots: where, what, the old and the new value in words."""
    for part, where in _WHERE.items():
        old, new = before.get(part, {}), now.get(part, {})
        if part == "procedure" and old.keys() != new.keys():
            yield _told(where, "the procedure itself", " ".join(old), " ".join(new))
            continue
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                yield _told(where, *_words(part, name, old.get(name), new.get(name)))


def _words(part: str, name: str, old: object, new: object) -> tuple[str, str, str]:
    """(what, before, now)."""
    if part == "register":
        came, went = _lines(new, old), _lines(old, new)
        return f"{name}.csv", f"gone or changed: {_count(went)}", f"new or changed: {_count(came)}"
    if part == "letters" or name.startswith(("wording ", "signpost ")):
        states = {True: "there", False: "not there"}
        if bool(old) != bool(new):
            return name, states[bool(old)], states[bool(new)]
        return name, "its words before", "other words"
    if part in ("procedure", "calendar"):
        return name, f"edition {old}" if old else "not in use", f"edition {new}" if new else "not in use"
    return name, str(old if old not in (None, "") else "none"), str(new if new not in (None, "") else "none")


def _count(n: int) -> str:
    return f"{n} line{'' if n == 1 else 's'}"


def _lines(these: object, those: object) -> int:
    listed: Iterable[object] = these if isinstance(these, list) else ()
    known = set(those) if isinstance(those, list) else set()
    return sum(line not in known for line in listed)


def _told(where: str, what: str, old: str, new: str) -> dict[str, str]:
    return {"where": where, "what": what, "old": old[:LONGEST], "new": new[:LONGEST]}
