"""From the outbox to the submission server: claim, dial, settle, and tell the case (commits 3 and 4).

In: letters whose octets are final; a way out for each office.
Out: verdicts in the outbox; LetterSettled events on cases.
Fails: errors.StoreUnavailable; a verdict that could not be stored is kept in memory and stored first next time.
Limits: a letter counts as sent for its case at the first recipient who was accepted, and as bounced when every
  recipient was refused. What was interrupted after the final dot is settled by evidence in doubt.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog

from mailflow.errors import Conflict, EditionUnreadable, Unavailable
from mailflow.flow import budget_news, doubt, homecoming, leaving, pausing, put_off, restored, restored_several
from mailflow.flow.ports import House, Office, Submits
from mailflow.flow.unrendered import FAR
from mailflow.mail.nobody import bare, is_a_machines, takes_no_mail
from mailflow.store import Envelope, Letter, Unit
from mailflow.submission.verdict import PHASES, Verdict, retry_after

# Longer than Submission may wait for the answer to the final dot: a claim must not be taken from a courier at work.
LEASE_SECONDS = 1200
# RFC 5321 section 4.5.4.1: give up after 4 to 5 days. Only for a server that answers: an outage never bounces a letter.
GIVE_UP = timedelta(days=5)
ANSWERED = ("rcpt", "data")  # how far an attempt came that was answered, if not to its final dot
TRIES = 5
NOBODY: Mapping[str, Verdict] = MappingProxyType({})

_log = structlog.get_logger()


@dataclass(frozen=True)
class _Result:
    """What came of one transaction: a verdict for each address, and the last phase it reached."""

    letter: Letter
    verdicts: Mapping[str, Verdict]
    phase: str
    at: datetime
    attempt: int


class _NobodyElse(Exception):
    """Only our own mailbox was accepted: the transaction is not finished."""

    ours = Verdict("deferred", False, "The server took nobody else for this letter.")

    def __init__(self, refused: Mapping[str, Verdict]) -> None:
        super().__init__()
        self.refused = dict(refused)


class Courier:
    """Carries letters, one a step; `submission_of` answers the way out of an office.

    me: the name of this daemon where others work on the same store; its claims bear it.
    """

    def __init__(
        self,
        house: House,
        submission_of: Callable[[Office], Submits],
        lease_seconds: float = LEASE_SECONDS,
        me: str = "",
    ) -> None:
        self._house, self._submission_of, self._lease, self._me = house, submission_of, lease_seconds, me
        self._unstored: list[_Result] = []

    def renew(self, house: House) -> None:
        """Go on with another house; what servers have said and is not stored yet stays here."""
        self._house = house

    def recover(self, now: datetime, *, everyone: bool) -> None:
        """Settle what an earlier courier left behind (`everyone`: no other courier can be at work)."""
        with self._house.store.unit(purpose="recover") as unit:
            _recover(unit, now, everyone=everyone, holder=self._me)
            _put_right(unit, now)

    def step(self, now: datetime) -> bool:
        """Carry one letter that may leave now; True if there was one."""
        self._flush()
        # One courier after the other, so that together they keep the budgets; beside all other writers.
        with self._house.store.unit("claims", purpose="claim") as unit:
            _recover(unit, now, everyone=False, holder=self._me)
            claimed = unit.outbox.claim(now, limit=1, lease_seconds=self._lease, holder=self._me)
            if not claimed:
                return _put_right(unit, now)
            letter, envelopes = claimed[0]
            attempt = unit.outbox.attempts(letter.id)[-1].id
            office = _office(self._house, letter)
            carried = self._prepare(unit, office, letter, envelopes, now)
        if office is not None and carried:
            ours = {envelope.recipient for envelope in envelopes if envelope.home}
            self._carry(office, letter, carried, ours, now, attempt)
        return True

    def _prepare(
        self, unit: Unit, office: Office | None, letter: Letter, envelopes: list[Envelope], now: datetime
    ) -> list[str]:
        """Before dialling: whom the letter goes to now; nobody if it must wait or may be written to nobody."""
        if self._settled_before(unit, letter, envelopes, now):
            return []
        wait, why, told = leaving.wait(self._house, unit, office, letter, envelopes, now)
        if office is not None and put_off.is_kept_back(self._house, unit, office, letter, envelopes):
            wait, why, told = now + timedelta(days=FAR), "its case is on hold", ""
        if wait is not None:
            if office is not None and told:
                budget_news.tell(self._house, unit, office, letter.id, told, why, now)
            for envelope in envelopes:
                unit.outbox.settle(letter.id, envelope.recipient, "waiting", why, wait, at=now)
            _log.warning("letter.waits", case=letter.case, letter=letter.id, until=wait.isoformat(), why=why)
            return []
        if put_off.take_back(unit, letter, envelopes, now):
            return []
        carried, party = [], False
        for envelope in envelopes:
            fault = "" if envelope.home else _unwritable(self._house, office, letter, envelope.recipient)
            if fault:
                unit.outbox.settle(letter.id, envelope.recipient, "refused", fault, at=now)
                _log.warning("letter.refused", case=letter.case, letter=letter.id, why=fault)
            else:
                carried.append(envelope.recipient)
                party = party or not envelope.home
        if party or _has_left(unit, letter):
            return carried
        for recipient in carried:
            # The mailbox's own copy of a letter that goes to nobody would look like proof that it left.
            unit.outbox.settle(letter.id, recipient, "refused", "nobody else could be written to", at=now)
        doubt.owe(unit, letter.id)
        return []

    def _settled_before(self, unit: Unit, letter: Letter, envelopes: list[Envelope], now: datetime) -> bool:
        """After a restore: a letter that has left since the backup, or of which nobody can tell, does not leave now."""
        what, copy = restored.fate(unit, letter, envelopes)
        if not what:
            return False
        state, words = ("sent", "its copy came home before") if copy else ("in_doubt", "not known after a restore")
        for envelope in envelopes:
            unit.outbox.settle(letter.id, envelope.recipient, state, words, at=copy.at if copy else now)
        if copy:
            restored.use(unit, restored.copies(unit), copy, letter)
            restored_several.tell(self._house, unit, now)
        doubt.owe(unit, letter.id)
        _log.warning(f"letter.{what}", case=letter.case, letter=letter.id)
        return True

    def _carry(
        self,
        office: Office,
        letter: Letter,
        recipients: Sequence[str],
        ours: Collection[str],
        now: datetime,
        attempt: int,
    ) -> None:
        """One SMTP transaction; the phase that matters for a crash, the final dot, is committed before it is sent.

        With it goes whom the server has turned away: if we die now, they are not in doubt with the others, but tried
        again, and their refusal is then told to the case. Our own mailbox (`ours`) gets no copy of what nobody else
        gets: after a restore it would look like proof that the letter left.
        """
        phase = ""
        others = [recipient for recipient in recipients if recipient not in ours]

        def on_phase(step: str, refused: Mapping[str, Verdict] = NOBODY, /) -> None:
            nonlocal phase
            if step == "data" and others and all(to in refused for to in others):
                raise _NobodyElse(refused)
            if step == "dot":
                again = now + retry_after(1, pausing.jitter(letter.id, 1))
                with self._house.store.unit(f"letter:{letter.id}", purpose="dot") as unit:
                    unit.outbox.phase(letter.id, step, self._me)
                    for to, verdict in refused.items():
                        unit.outbox.settle(letter.id, to, "deferred", verdict.words, again, at=now)
            phase = step

        try:
            way = self._submission_of(office)
            verdicts = way.send(letter.mail_from, recipients, letter.octets, letter.id, on_phase)
        except _NobodyElse as stopped:
            verdicts = {**dict.fromkeys(recipients, stopped.ours), **stopped.refused}
            phase = "rcpt"
        except Conflict:
            # The lease ran out and another courier has the letter: nothing of ours has left.
            return
        except Exception as fault:
            # Not the server's word. Before the dot nothing has left; after it nobody knows.
            state = "in_doubt" if phase in ("dot", "reply") else "deferred"
            verdict = Verdict(state, False, f"Interrupted at our end ({type(fault).__name__}).")
            self._settle(_Result(letter, dict.fromkeys(recipients, verdict), phase, now, attempt))
            raise
        self._settle(_Result(letter, verdicts, phase, now, attempt))

    def _settle(self, result: _Result) -> None:
        self._unstored.append(result)
        self._flush()

    def _flush(self) -> None:
        """Store what servers have said. While the store is away a verdict stays here, and nothing is dialled."""
        while self._unstored:
            fault = self._store(self._unstored[0])
            _report(self._unstored.pop(0))
            if fault is not None:
                raise fault

    def _store(self, result: _Result) -> Exception | None:
        """Commit 4: the verdicts, and what they mean for the case, together; the verdicts alone if the case fails."""
        fault: Exception | None = None
        for _ in range(TRIES):
            try:
                with self._house.store.unit(purpose="settle") as unit:
                    _write(self._house, unit, result, self._me)
                    doubt.tell_case(self._house, unit, result.letter.id, result.at)
                return None
            except Conflict:
                continue
            except Unavailable:
                raise
            except EditionUnreadable:
                break  # the case stands still; it hears of its letter when it goes on again
            except Exception as error:
                fault = error
                break
        # The letter has left whatever its case makes of it: a second copy would be worse than a late word.
        _log.error("letter.unheard", case=result.letter.case, letter=result.letter.id)
        with self._house.store.unit(purpose="verdict") as unit:
            _write(self._house, unit, result, self._me)
            doubt.owe(unit, result.letter.id)
        return fault


def deliver_one(
    house: House, submission_of: Callable[[Office], Submits], now: datetime, lease_seconds: float = LEASE_SECONDS
) -> bool:
    """One letter, by a courier of its own; the loop keeps one Courier instead."""
    return Courier(house, submission_of, lease_seconds).step(now)


def _has_left(unit: Unit, letter: Letter) -> bool:
    """Whether somebody outside has the letter: then our own copy, put off by a full mailbox, may follow it."""
    bundle = unit.outbox.get(letter.id)
    return bundle is not None and any(e.state in ("sent", "served") for e in bundle[1] if not e.home)


def _recover(unit: Unit, now: datetime, *, everyone: bool, holder: str) -> None:
    for letter_id, state in unit.outbox.recover(now, everyone=everyone, holder=holder):
        _log.warning("letter.recovered", letter=letter_id, state=state)
        if state != "waiting":
            doubt.owe(unit, letter_id)


def _put_right(unit: Unit, now: datetime) -> bool:
    found = unit.misdated.put_right(now)
    if found:
        _log.warning("courier.clock", now=now.isoformat())
    return found > 0


def _office(house: House, letter: Letter) -> Office | None:
    try:
        return house.office_of(letter.case)
    except KeyError:
        return None


# -- whom nobody may write to --------------------------------------------------------------------------------------


def _unwritable(house: House, office: Office | None, letter: Letter, recipient: str) -> str:
    """Why nobody may write to this address; "" if it is an address like any other."""
    address = bare(recipient)
    own = {bare(o.address) for o in house.offices.values()}
    # A report on our own health may go to the shared mailbox if nobody else is named to read it.
    to_itself = office is not None and letter.case == office.stream and address == bare(office.administrator)
    if address in own and not to_itself:
        return "never written to: this is our own mailbox"
    listed = office is not None and office.register.person(recipient) is not None
    if takes_no_mail(recipient) or (is_a_machines(recipient) and not listed):
        return "never written to: nobody reads mail at this address"
    return ""


# -- what came of it ----------------------------------------------------------------------------------------------


def _write(house: House, unit: Unit, result: _Result, me: str) -> None:
    """The verdicts of one transaction into the outbox.

    Somebody else carries the letter now if this daemon was away for too long: then only that it has left is news.
    """
    tried = unit.outbox.attempts(result.letter.id)
    # An answer that could not be stored for long says nothing about a later attempt, even if that one has ended.
    anothers = unit.outbox.anothers(result.letter.id, me) or any(a.id > result.attempt for a in tried)
    verdicts = {to: verdict for to, verdict in result.verdicts.items() if verdict.state == "sent" or not anothers}
    if not verdicts:
        return
    bundle = unit.outbox.get(result.letter.id)
    envelopes = {e.recipient: e for e in bundle[1]} if bundle else {}
    office = house.office_of(result.letter.case)
    answered = bool(result.phase) and PHASES.index(result.phase) >= PHASES.index("rcpt")
    earliest = result.at
    states = {verdict.state for verdict in verdicts.values()}
    if any(v.throttled for v in verdicts.values()) or (states == {"deferred"} and not answered):
        earliest = pausing.slow_down(unit, office, result.at)
    elif states - {"deferred"}:
        pausing.flows_again(house, unit, office, result.at)
    if result.phase in ANSWERED and not anothers:
        with suppress(Conflict):  # the claim has run out
            unit.outbox.phase(result.letter.id, result.phase, me)
    # What was heard while the machine's clock was ahead says nothing about how long ago that was.
    answers = [a.started_at for a in tried if a.phase in (*ANSWERED, "dot") and a.started_at <= result.at]
    heard = [*answers, result.at]
    # A letter that was put off and then held begins anew when it is let go.
    too_old = answered and result.at - max(heard[0], result.letter.leave_at) >= GIVE_UP
    for recipient, verdict in verdicts.items():
        state, words = verdict.state, verdict.words
        next_at = None
        if state == "deferred" and too_old:
            state, words = "refused", f"Given up after {GIVE_UP.days} days. {words}"
        if state == "deferred":
            attempts = envelopes[recipient].attempts if recipient in envelopes else 1
            pause = retry_after(attempts, pausing.jitter(result.letter.id, attempts))
            next_at = max(earliest, result.at + pause)
        unit.outbox.settle(result.letter.id, recipient, state, words, next_at, at=result.at)
        if recipient in envelopes and envelopes[recipient].home:
            homecoming.note(house, unit, office, state, words, left="sent" in states, now=result.at)
    if "in_doubt" in states:
        doubt.owe(unit, result.letter.id)


def _report(result: _Result) -> None:
    for state in sorted({verdict.state for verdict in result.verdicts.values()}):
        count = sum(verdict.state == state for verdict in result.verdicts.values())
        known = {"case": result.letter.case, "letter": result.letter.id, "template": result.letter.template}
        _log.info(f"letter.{state}", recipients=count, phase=result.phase, **known)
