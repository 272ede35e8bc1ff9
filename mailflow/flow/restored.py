"""What a restored database knows of the time that it has lost: which letters have left since the backup.

In: the note that `mailflow restore` leaves; the mailbox's own copies of letters.
Out: whether the office is still catching up; what became of a letter; the number of a case that was opened before.
Fails: never of its own accord; a copy that our mail server could not confirm proves nothing.
Limits: a letter without a copy counts as not sent only if a later letter's copy is there and nothing of it had been
  tried; any other is put in doubt and asked about, once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from mailflow.errors import Unreadable
from mailflow.flow.arrived import read_mail
from mailflow.flow.ports import House, Office
from mailflow.mail import reference
from mailflow.mail.compose import letter_named
from mailflow.mail.message import Message
from mailflow.mail.parse import parse
from mailflow.store import Envelope, Letter, Unit

KEY = "restored"
# A copy that came so much later than a letter was to leave shows that the courier was past it.
PATIENCE = timedelta(minutes=15)
UNCLEAR = "unclear"
_COPIES = "restored copies"
_SEVERAL = "restored several"
_LETTER_HEADER = "x-mailflow-letter"
_MOST_NUMBER = 9_999_999


@dataclass(frozen=True)
class Restored:
    """since: the backup; at: its restoration; until: when the lost daemon may have worked last; cursor: how far the
    lost time has been lived through again; running: whether that goes on."""

    since: datetime
    at: datetime
    until: datetime
    cursor: datetime
    running: bool
    looked: bool


@dataclass(frozen=True)
class Copy:
    """A copy of a letter of ours that came home after the backup. letter: whose it proved to be in this database."""

    id: str
    at: datetime
    mailbox: str
    case: str
    name: str
    to: tuple[str, ...]
    message_id: str
    answers: tuple[str, ...]
    letter: str = ""


# -- the note -----------------------------------------------------------------------------------------------------


def note(since: datetime, at: datetime, until: datetime | None = None) -> str:
    """What stands under KEY from the moment of the restoration."""
    return _written(Restored(since, at, min(until or at, at), since, True, False))


def state(unit: Unit) -> Restored | None:
    """The note, None in a database that was never restored."""
    said = json.loads(unit.meta.get(KEY) or "null")
    if said is None:
        return None
    return Restored(**{k: datetime.fromisoformat(v) if isinstance(v, str) else v for k, v in said.items()})


def put(unit: Unit, found: Restored) -> None:
    """Write the note anew."""
    unit.meta.put(KEY, _written(found))


def _written(found: Restored) -> str:
    return json.dumps({k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(found).items()})


def catching_up(house: House) -> bool:
    """Whether the lost time is still being lived through again: no letter leaves and no clock acts by itself."""
    with house.store.read() as unit:
        found = state(unit)
    return found is not None and found.running


def collected(unit: Unit, office: Office, through: datetime) -> None:
    """The mailbox has been fetched through this instant; nothing of it need be sorted yet."""
    found = state(unit)
    if found is not None and found.running:
        unit.meta.put(_fetched(office), through.isoformat())


def is_fetched(unit: Unit, office: Office, through: datetime) -> bool:
    """Whether all that had arrived in a mailbox by an instant is kept."""
    said = unit.meta.get(_fetched(office))
    return said is not None and datetime.fromisoformat(said) >= through


def _fetched(office: Office) -> str:
    return f"restored fetched:{office.mailbox}"


# -- the copies ---------------------------------------------------------------------------------------------------


def look(house: House, unit: Unit, since: datetime) -> None:
    """Read every copy of our own among the mails not sorted yet, before any of them means anything; and begin the
    numbers of new cases above every number that a copy bears (G1)."""
    found: dict[str, Copy] = {}
    for office in house.offices.values():
        for identity in unit.inbox.kept_from(office.mailbox, office.address):
            kept = unit.inbox.get(identity)
            copy = _copy(house, office, kept) if kept is not None else None
            if copy is not None and copy.at >= since - PATIENCE:
                found.setdefault(copy.id, copy)
    _keep(unit, found.values())
    for copy in found.values():
        prefix, year, number = _parts(copy.case)
        if number and house.serves(copy.case):
            unit.numbers.begin_above(prefix, year, number)


def _copy(house: House, office: Office, kept: object) -> Copy | None:
    try:
        mail = read_mail(office, kept)  # type: ignore[arg-type]
    except Unreadable:
        return None
    message = mail.message
    letter_id = letter_named(message.header(_LETTER_HEADER), house.secret)
    if not letter_id or mail.sender != office.address or mail.trust.failed:
        return None
    case, _, rest = letter_id.partition("/")
    name = rest.rpartition("/")[0].rpartition("/")[2] if not case.startswith("office:") else ""
    to = tuple(sorted({a.email.lower() for a in (*message.to, *message.cc)}))
    return Copy(letter_id, mail.kept.arrived_at, office.address, case, name, to, message.message_id, _answered(message))


def _answered(message: Message) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*message.in_reply_to, *message.references]))


def copies(unit: Unit) -> dict[str, Copy]:
    """The copies that were found, by the letter id that they bear."""
    return {
        one["id"]: Copy(
            **{
                **one,
                "at": datetime.fromisoformat(one["at"]),
                "to": tuple(one["to"]),
                "answers": tuple(one["answers"]),
            }
        )
        for one in json.loads(unit.meta.get(_COPIES) or "[]")
    }


def _keep(unit: Unit, found: Iterable[Copy]) -> None:
    unit.meta.put(_COPIES, json.dumps([{**asdict(one), "at": one.at.isoformat()} for one in found]))


def copy_of(unit: Unit, known: Mapping[str, Copy], letter: Letter, envelopes: Sequence[Envelope]) -> Copy | None:
    """The copy that proves that a letter has left: by its id, or else, where numbers have moved, the copy of a letter
    of the same case, template and recipients that this database does not have."""
    if letter.id in known:
        return known[letter.id]
    to = tuple(sorted({e.recipient.lower() for e in envelopes if not e.home}))
    for copy in known.values():
        same = (copy.case, copy.name, copy.to) == (letter.case, letter.template, to)
        if same and not copy.letter and unit.outbox.get(copy.id) is None:
            return copy
    return None


def use(unit: Unit, known: Mapping[str, Copy], copy: Copy, letter: Letter) -> None:
    """A copy proves one letter; answers to what it is a copy of will name its Message-ID."""
    _keep(unit, {**known, copy.id: replace(copy, letter=letter.id)}.values())
    unit.outbox.came_home(letter.id, copy.at)
    bundle = unit.outbox.get(letter.id)
    if letter.party_mail and bundle is not None and sum(not e.home for e in bundle[1]) > 1:
        put_several(unit, [*several(unit), letter.id])
    if copy.message_id != letter.message_id and not letter.case.startswith("office:"):
        unit.inbox.remember_message_id(copy.message_id, letter.id, letter.case)


def several(unit: Unit) -> list[str]:
    """Letters to more than one reader that count as sent by a copy, not told to anybody yet (restored_several)."""
    return json.loads(unit.meta.get(_SEVERAL) or "[]")


def put_several(unit: Unit, letters: Sequence[str]) -> None:
    """Remember those that are still to be told."""
    if letters:
        unit.meta.put(_SEVERAL, json.dumps(list(letters)))
    else:
        unit.meta.drop(_SEVERAL)


def unknown(unit: Unit) -> list[Copy]:
    """Copies of letters about cases that this database does not have, oldest first."""
    found = [c for c in copies(unit).values() if not c.letter and c.name and unit.outbox.get(c.id) is None]
    return sorted(found, key=lambda copy: copy.at)


# -- a letter that is to leave now ---------------------------------------------------------------------------------


def fate(unit: Unit, letter: Letter, envelopes: Sequence[Envelope]) -> tuple[str, Copy | None]:
    """("left", its copy), ("unclear", None) or ("", None) for a letter that the courier has just claimed."""
    found = state(unit)
    if found is None:
        return "", None
    known = copies(unit)
    copy = copy_of(unit, known, letter, envelopes)
    if copy is not None and not (copy.letter and copy.letter != letter.id):
        # Let go once more by a person, or tried and put off since, it is no news that it left before.
        return ("", None) if copy.letter else ("left", copy)
    may_have_left = letter.recorded_at <= found.at and letter.leave_at <= found.until
    if not may_have_left or unit.meta.get(_asked(letter.id)) is not None or _tried_since(unit, letter, found):
        return "", None
    travels = any(e.home for e in envelopes)
    past = max((c.at for c in known.values() if c.mailbox == letter.mail_from), default=found.since)
    if travels and past >= letter.leave_at + PATIENCE:
        return "", None
    unit.meta.put(_asked(letter.id), UNCLEAR)
    return "unclear", None


def is_unclear(unit: Unit, letter_id: str) -> bool:
    """Whether a letter is in doubt because the database was restored."""
    return unit.meta.get(_asked(letter_id)) == UNCLEAR


def is_new(unit: Unit, letter_id: str) -> None:
    """This letter was decided after the lost time and may leave, though at the very instant of its end."""
    unit.meta.put(_asked(letter_id), "new")


def _asked(letter_id: str) -> str:
    return f"restored unclear:{letter_id}"


def _tried_since(unit: Unit, letter: Letter, found: Restored) -> bool:
    """Whether this daemon itself has tried it and knows what came of it; the claim in hand is not counted."""
    return any(a.ended_at is not None and a.started_at >= found.at for a in unit.outbox.attempts(letter.id))


# -- the number of a case -----------------------------------------------------------------------------------------


def reference_for(unit: Unit, office: Office, identity: str) -> str:
    """The reference that a mail's case had before the database was lost, "" when no copy tells (G1)."""
    if state(unit) is None:
        return ""
    kept = unit.inbox.get(identity)
    if kept is None:
        return ""
    try:
        message_id = parse(kept.octets).message_id
    except Unreadable:
        return ""
    theirs = [c for c in sorted(copies(unit).values(), key=lambda one: one.at) if office.has(c.case)]
    begun = {c.case: c.at for c in reversed(theirs) if not unit.log.last(c.case)}
    answered = (c.case for c in theirs if message_id and message_id in c.answers and c.case in begun)
    found = next(answered, "")
    if found:
        return found
    # The copy of the answer to this mail is gone. A case whose first copy came home at once after this mail, and that
    # answered no other mail then, is its own.
    ours = {c.message_id for c in theirs}
    others = {c.case for c in theirs if c.at <= begun.get(c.case, c.at) + PATIENCE and set(c.answers) - ours}
    soon = {case: at for case, at in begun.items() if kept.arrived_at <= at <= kept.arrived_at + PATIENCE}
    return next((case for case in sorted(soon, key=lambda one: (soon[one], one)) if case not in others), "")


def _parts(case: str) -> tuple[str, int, int]:
    """Prefix, year and number of a reference that bears its right check characters; number 0 for anything else."""
    words = case.split("-")
    if len(words) >= 3 and words[1].isdecimal() and words[2].isdecimal() and len(words[2]) <= len(str(_MOST_NUMBER)):
        prefix, year, number = words[0], int(words[1]), int(words[2])
        with suppress(ValueError):
            if reference.make(prefix, year, number) == case:
                return prefix, year, number
    return "", 0, 0
