"""Mails and letters counted on both sides: what the ledger, the log and the outbox say, and what lies in the mailboxes.

The tables are read as they are, past the program's own readings, so that a fault of those hides nothing here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import Engine, create_engine, select

from mailflow import wiring
from mailflow.flow import rebuilding, verifying
from mailflow.flow.collect import identity_of
from mailflow.flow.reconcile import reconcile
from mailflow.store import schema
from tests.crash.days import Days
from tests.crash.rig import FOLDERS

LETTER = re.compile(rb"^X-Mailflow-Letter: ([^;\r\n]+);", re.MULTILINE)
MESSAGE_ID = re.compile(rb"^Message-ID: *(<[^>\r\n]+>)", re.MULTILINE | re.IGNORECASE)
OUTCOMES = {"done", "held", "quarantined"}
LEFT = ("sent", "served", "bounced")
SENT = ".Sent"
_TO_ITS_DOT = schema.attempts.c.phase.in_(("dot", "reply"))
# How often a letter may lie with its recipient; nobody may be left claimed.
LAWFUL = {
    **dict.fromkeys(LEFT, (1,)),
    **dict.fromkeys(("waiting", "deferred", "refused", "withdrawn"), (0,)),
    "in_doubt": (0, 1),
    "claimed": (),
}


@dataclass
class Count:
    """What was counted; `differences` is empty when both sides agree and nothing happened twice."""

    mails: int = 0
    in_ledger: int = 0
    letters: int = 0
    copies: int = 0
    home: int = 0
    in_doubt: int = 0
    differences: list[str] = field(default_factory=list)

    def __add__(self, other: Count) -> Count:
        mine, theirs = vars(self), vars(other)
        return Count(**{name: mine[name] + theirs[name] for name in mine})

    def note(self, fault: str) -> None:
        """One more difference."""
        self.differences.append(fault)


def count(days: Days) -> Count:
    """Both sides of an office that is at rest."""
    counted, rig = Count(), days.rig
    with rig.house() as house:
        engine = create_engine(rig.found.settings.store_url)
        try:
            _mails(counted, days, engine)
            _letters(counted, days, engine)
            _moves(counted, engine)
        finally:
            engine.dispose()
        for office in house.offices.values():
            source = wiring.source_of(rig.found.settings.offices[office.id])
            try:
                report = reconcile(house, office, source, wiring.now_of(house))
            finally:
                source.close()
            counted.differences += [f"reconcile: {d.what}" for d in report.differences]
            counted.differences += [f"reconcile: {report.away}"] if report.away else []
        with house.store.read() as unit:
            for flaws in verifying.prove(unit, house.offices.values()):
                counted.differences += [f"verify: {flaw}" for flaw in flaws]
            for ref in rebuilding.cases(house, unit):
                counted.differences += [f"rebuild: {d}" for d in rebuilding.rebuild_case(house, unit, ref)]
            for identity in unit.inbox.identities():
                counted.differences += [f"rebuild: {d}" for d in rebuilding.rebuild_mail(house, unit, identity) or ()]
    return counted


def _mails(counted: Count, days: Days, engine: Engine) -> None:
    """Each mail that was put into the mailbox lies there once, is in the ledger once, and has one outcome."""
    boxes = [list(days.rig.mail.octets(address)) for address in days.rig.mailboxes]
    found = [identity_of(octets)[0] for box in boxes for octets in box]
    ids = Counter(m[1].decode() for box in boxes for octets in box if (m := MESSAGE_ID.search(octets)))
    for message_id in days.posted:
        if ids[message_id] != 1:
            counted.note(f"the mail {message_id} lies in the mailbox {ids[message_id]} times")
    with engine.connect() as connection:
        seen = Counter(connection.execute(select(schema.sightings.c.identity)).scalars())
        states = dict(connection.execute(select(schema.inbox.c.identity, schema.inbox.c.state)).all())
    counted.mails, counted.in_ledger = len(set(found)), len(states)  # a copy may lie in Sent and in Junk
    for identity, times in Counter(found).items():
        if seen[identity] != times:
            counted.note(f"the mail {identity[:16]} lies in the mailbox {times} times, in the ledger {seen[identity]}")
        if states.get(identity) not in OUTCOMES:
            counted.note(f"the mail {identity[:16]} has the outcome {states.get(identity)}")
    if extra := set(states) - set(found):
        counted.note(f"{len(extra)} mails of the ledger lie in no mailbox")


def _letters(counted: Count, days: Days, engine: Engine) -> None:
    """Each letter lies once with each recipient whose server took it, and with nobody else.

    A service may put one copy of our own into Sent and another into Junk: more than one in a folder is one too many.
    But what it puts into Sent by itself it puts there for each transaction, and a letter that was put off for one of
    its readers leaves in two.
    """
    rig = days.rig
    with engine.connect() as connection:
        taken = Counter(connection.execute(select(schema.attempts.c.letter).where(_TO_ITS_DOT)).scalars())
    lying: Counter[tuple[str, str]] = Counter()
    for login in rig.mail.users:
        for folder in FOLDERS:
            found = (LETTER.search(octets) for octets in rig.mail.octets_in(login, folder))
            here = Counter((one[1].decode(), login) for one in found if one)
            if login in rig.mailboxes and folder == SENT:
                here = Counter({one: 1 if times <= taken[one[0]] else times for one, times in here.items()})
            lying |= here
    with engine.connect() as connection:
        rows = connection.execute(select(schema.envelopes)).mappings().all()
        known = set(connection.execute(select(schema.letters.c.id)).scalars())
        decided = [
            row.data.get("letter")
            for row in connection.execute(select(schema.log).where(schema.log.c.kind == "letter"))
            if row.data.get("status", "decided") == "decided"
        ]
    counted.letters = len(known)
    for letter in decided:
        if letter not in known:
            counted.note(f"the letter {letter} was decided and is not in the outbox")
    expected: dict[tuple[str, str], str] = {}
    for row in rows:
        login = rig.mail.owner(row["recipient"])
        state = expected.get((row["letter"], login))
        expected[row["letter"], login] = row["state"] if state not in LEFT else state
        counted.home += bool(row["home"])
    for (letter, login), state in expected.items():
        times = lying.pop((letter, login), 0)
        counted.copies += times
        counted.in_doubt += state == "in_doubt"
        if times not in LAWFUL[state]:
            counted.note(f"the letter {letter} to {login} is {state} and lies there {times} times")
    for (letter, login), times in lying.items():
        counted.note(f"the letter {letter} lies with {login} {times} times and was never addressed there")


def _moves(counted: Count, engine: Engine) -> None:
    """Each cause stands in the log once, as one run of lines; no mail moved two cases."""
    with engine.connect() as connection:
        lines = connection.execute(
            select(schema.log.c.case, schema.log.c.seq, schema.log.c.cause).order_by(
                schema.log.c.case, schema.log.c.seq
            )
        ).all()
        causes = connection.execute(select(schema.causes.c.case, schema.causes.c.cause)).all()
    runs: Counter[tuple[str, str]] = Counter()
    before = ("", "")
    for case, _seq, cause in lines:
        if (case, cause) != before:
            runs[case, cause] += 1
        before = (case, cause)
    counted.differences += [f"{cause} moved {case} {times} times" for (case, cause), times in runs.items() if times > 1]
    mails = Counter(cause for _case, cause in causes if cause.startswith("mail:"))
    counted.differences += [f"{cause} moved {times} cases" for cause, times in mails.items() if times > 1]
