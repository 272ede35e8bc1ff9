"""Days in a small office: concerns come, are answered, agreed and closed, some are left silent; nobody minds a restart.

Every day one concern begins and the earlier ones go on, so that mails and letters go both ways all the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import count

from mailflow.demo.installation import contracts_by_email
from mailflow.flow import doubt
from mailflow.flow.settling import settle
from tests.acceptance.council import CMO, FORGER, PDF, PROVIDER, SPO
from tests.acceptance.office import queue_empty
from tests.crash.rig import Rig

# Who has a live concern and writes without its reference is asked which is meant: so everybody writes once.
REFERRERS = tuple(f"referrer{n}@family.example" for n in range(40))
PEOPLE = (*REFERRERS, FORGER)
START = datetime(2027, 2, 1, 8, 30, tzinfo=UTC)
OFFICE = {"start": START, "registers": contracts_by_email(), "strangers": PEOPLE}
# A day's mail of a case: hour, minute, what happens; by the days since it came.
COURSE: dict[int, tuple[tuple[int, int, str], ...]] = {
    0: ((9, 30, "receive"), (10, 15, "eligible"), (11, 0, "send")),
    1: ((9, 0, "reply"), (10, 0, "accepted"), (11, 0, "recommend"), (12, 0, "decide")),
    2: ((9, 45, "conclude"),),
}
WORDS = {
    "eligible": (CMO, "Provider is Oakfield Care Ltd\nService is Home care\nEligible"),
    "send": (CMO, "Send"),
    "accepted": (CMO, "Accepted"),
    "recommend": (CMO, "Recommend: The concern is upheld.\nDefault notice: no"),
    "decide": (SPO, "Decision: agreed, no default notice"),
    "conclude": (CMO, "Send"),
}
LETTER = "Concern about your service: please review, investigate and respond"
PATIENCE = timedelta(days=1)
ASIDE = "set aside by the operator"  # as `mailflow held settle` says it
QUIET = 12  # looks at most until nothing is under way any more


class Days:
    """Lives in the office one step after the other; `posted` are the Message-IDs of all mails put into its mailbox."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.posted = rig, []
        self.asked: list[str] = []
        self._refs: dict[int, str] = {}
        self._number = count()

    def steps(self) -> Iterator[Callable[[], None]]:
        """All steps of all days to come, without an end."""
        day, cases = START.date(), []
        while True:
            if day.weekday() < 5:
                cases = [(n, age + 1) for n, age in cases if age < max(COURSE)]
                cases.append((next(self._number), 0))
                todo = [(time(h, m), n, what) for n, age in cases for h, m, what in COURSE[age]]
                todo += [(time(13), -1, "stranger"), (time(13, 5), -1, "away")]
                for at, n, what in sorted(todo):
                    yield partial(self._do, datetime.combine(day, at, UTC), n, what)
            day += timedelta(days=1)

    def lived(self) -> Iterator[bool]:
        """Live on, and tell after each step whether a day was over; then the administrator has looked as well."""
        for step in self.steps():
            day = self.rig.time.date()
            step()
            over = self.rig.time.date() != day
            if over:
                self.attend()
            yield over

    @property
    def passed(self) -> int:
        """How many days have passed."""
        return (self.rig.time.date() - START.date()).days

    def _do(self, at: datetime, number: int, what: str) -> None:
        self.rig.now(at)
        if number % 4 == 1 and what not in ("receive", "stranger", "away"):
            return  # the officer leaves this one until its clocks run out
        if number % 4 == 3 and what == "reply":
            return  # the other side says nothing
        match what:
            case "receive":
                words = f"Calls were missed again, the {number}th time. Please look into it."
                self._post(REFERRERS[number], f"Missed calls at Oakfield Care Ltd ({number})", words)
                self._refs[number] = self._newest()
            case "reply":
                ref = self._refs[number]
                self._post(PROVIDER, f"Re: [{ref}] {LETTER}", f"We accept this. Our answer to number {number} follows.")
            case "stranger":
                bulk = {"Precedence": "bulk", "List-Id": "<news.elsewhere.example>"}
                self._post(FORGER, f"Our newsletter of {at:%d %B}", f"It is {at:%d %B %Y}: news.", headers=bulk)
            case "away":
                headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
                self._post(PROVIDER, "Automatic reply: your mail", f"I am away on {at:%d %B %Y}.", headers=headers)
            case _:
                who, said = WORDS[what]
                files = [PDF] if what in ("send", "conclude") else []
                self._post(who, f"Re: [{self._refs[number]}] your mail", said, attachments=files)

    def _post(self, sender: str, subject: str, body: str, **more: object) -> None:
        self.posted.append(self.rig.send(sender, subject=subject, body=body, **more))  # type: ignore[arg-type]
        self.quiet()

    def quiet(self) -> None:
        """Until the servers have delivered everything, the daemon has read it, and nobody is asked anything."""
        for _ in range(QUIET):
            queue_empty(self.rig.mail)
            before = self.rig.restarts, self._seen()
            self.rig.sync()
            queue_empty(self.rig.mail)
            if before == (self.rig.restarts, self._seen()):
                return
        raise AssertionError("the office does not come to rest")

    def come_to_rest(self) -> None:
        """Two more working hours for what is in doubt, of which what is left is put to a person; then the clock goes on
        while a server's refusal keeps letters waiting."""
        for minutes in (20, 40, 60):
            self.rig.now(self.rig.time + timedelta(minutes=minutes))
            self.quiet()
            self.attend()
            self.quiet()
        for _ in range(QUIET):
            put_off = self._put_off()
            if not put_off:
                return
            self.rig.now(min(put_off))
            self.quiet()
        raise AssertionError("letters are put off again and again")

    def _put_off(self) -> list[datetime]:
        """When letters that should have left already may leave."""
        with self.rig.house() as house, house.store.read() as unit:
            waiting = [bundle for state in ("waiting", "deferred") for bundle in unit.outbox.with_state(state)]
        now = self.rig.time
        late = [envelope for letter, some in waiting if letter.leave_at <= now for envelope in some]
        return [one.next_at for one in late if one.next_at is not None and one.next_at > now]

    def _seen(self) -> int:
        return sum(1 for _ in self.rig.mail.octets(self.rig.mailboxes[0]))

    def _newest(self) -> str:
        with self.rig.house() as house, house.store.read() as unit:
            cases = [ref for ref in unit.log.cases() if house.serves(ref)]
        fresh = [ref for ref in cases if ref not in self._refs.values()]
        assert len(fresh) == 1, f"one new case, not {fresh}"
        return fresh[0]

    # -- the administrator ----------------------------------------------------------------------------------------

    def attend(self) -> None:
        """Answer what only a person can: a letter in doubt is looked for in the recipient's mailbox, a stranger's mail
        is set aside after a day, a mail that was given up is tried again."""
        now = self.rig.time
        with self.rig.house() as house, house.store.unit() as unit:
            for held in unit.held.all_open():
                if held.tag != doubt.tag_of(held.identity):
                    if now - held.asked_at > PATIENCE and settle(unit, held.identity, "done", ASIDE, now=now):
                        unit.held.close(held.tag, "set aside by the administrator")
                    continue
                self.asked.append(held.identity)
                mark = b"X-Mailflow-Letter: " + held.identity.encode() + b"; "
                boxes = (login for login in self.rig.mail.users if login not in self.rig.mailboxes)
                left = any(mark in octets for login in boxes for octets in self.rig.mail.octets(login))
                assert (doubt.count_as_sent if left else doubt.resend)(unit, held.identity, now)
                unit.held.close(held.tag, "settled by the administrator")
            for kept in unit.inbox.by_state("quarantined"):
                assert settle(unit, kept.identity, "kept", "tried again", now=now)
        self.rig.synced()
