"""A letter that was put off before it left: what its case has decided meanwhile counts as if no courier had had it.

In: a letter that a courier has claimed again, and its case.
Out: whether it is on hold; a letter that is not wanted any more is taken back, and its case is owed the word of it.
Fails: never because of a case that cannot be read any more: its letter leaves as it was decided.
Limits: what is with one recipient, or may be, has left and is not taken back (README, "A letter in doubt").
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from mailflow.errors import EditionUnreadable
from mailflow.flow import advance as stepping
from mailflow.flow import doubt
from mailflow.flow.ports import House, Office
from mailflow.store import Envelope, Letter, Unit

_log = structlog.get_logger()


def is_kept_back(house: House, unit: Unit, office: Office, letter: Letter, envelopes: Sequence[Envelope]) -> bool:
    """Its case was held while a courier had the letter, which was then put off: it waits as if nobody had claimed it.

    What was in doubt leaves again by evidence or by a person's word.
    """
    if not _again(letter, envelopes) or not (unit.views.get(letter.case) or {}).get("held_until"):
        return False
    case = stepping.read_case(unit, letter.case)
    with suppress(EditionUnreadable):
        return stepping.keeps_back(stepping.procedure_of(house, office, case), case, letter.id)
    return False


def take_back(unit: Unit, letter: Letter, envelopes: Sequence[Envelope], now: datetime) -> bool:
    """Its case wanted it back while a courier had it, who was then told "later": it is withdrawn now, if none of it
    has left. envelopes: those that are claimed."""
    if not _again(letter, envelopes) or not unit.log.has(letter.case, "letter_unwanted"):
        return False
    bundle = unit.outbox.get(letter.id)
    if bundle is None or any(e.left_at is not None for e in bundle[1] if not e.home):
        return False
    sent = stepping.read_case(unit, letter.case).letters.get(letter.id)
    if sent is None or not sent.unwanted or sent.status != "decided":
        return False
    for envelope in envelopes:
        unit.outbox.settle(letter.id, envelope.recipient, "waiting", "not wanted any more", now, at=now)
    taken = unit.outbox.withdraw(letter.id)
    if taken:
        doubt.owe(unit, letter.id)
        _log.info("letter.taken_back", case=letter.case, letter=letter.id)
    return taken


def _again(letter: Letter, envelopes: Sequence[Envelope]) -> bool:
    """Whether this is not the letter's first claim, and what it is about may still be here."""
    tried = any(e.attempts > 1 and e.left_at is None and not e.home for e in envelopes)
    return tried and not letter.case.startswith("office:")
