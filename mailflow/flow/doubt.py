"""Letters whose fate is not known, or not yet known to their case: settled by evidence, never by a guess.

In: letters in doubt, copies that came home, the officer's word.
Out: LetterSettled events; letters sent again under the same Message-ID; one question to a person per letter.
Fails: Conflict; what a case makes of its letter's fate is raised, and told again later.
Limits: absence proves little (servers hide or drop copies): a letter leaves again only when a later one's copy has come
  home and its own has not, or by the setting in_doubt = "resend", or by a person's word. A report on our own health
  that is in doubt is put to nobody by mail: it stands among what is held.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog

from mailflow.errors import Conflict, EditionUnreadable, Unavailable
from mailflow.flow import restored
from mailflow.flow.ports import House, Office
from mailflow.procedure.events import LetterSettled
from mailflow.store import Envelope, Letter, Unit
from mailflow.store.outbox import BEFORE_THE_DOT, HOME, Attempt

# How long a copy may take to come home before its absence is worth a thought.
PATIENCE = timedelta(minutes=15)
# A mail of the office's own waits so long for the copy of a later one, which settles it, before anybody is asked.
OWN_PATIENCE = timedelta(days=1)
# A letter that ends in doubt again and again is a person's matter, whatever the setting says.
RESENDS = 2
_OWED = "letters owed"

_log = structlog.get_logger()


# -- telling the case ---------------------------------------------------------------------------------------------


def owe(unit: Unit, letter_id: str) -> None:
    """Remember that a letter's fate has still to be told to its case (an office's own letters have none)."""
    if letter_id.startswith("office:"):
        return
    before = owed(unit)
    if letter_id not in before:
        unit.meta.put(_OWED, json.dumps([*before, letter_id]))


def owed(unit: Unit) -> list[str]:
    """The ids of letters whose fate their cases have still to be told."""
    return json.loads(unit.meta.get(_OWED) or "[]")


def tell_case(house: House, unit: Unit, letter_id: str, now: datetime) -> bool:
    """Tell the case what became of its letter, once; True when the fate is known and nothing is left to tell.

    sent: at the first recipient who was accepted. bounced: every recipient was refused. withdrawn: it was taken back
    when it was put off.
    """
    bundle = unit.outbox.get(letter_id)
    if bundle is None:
        return True
    letter, envelopes = bundle
    result, detail = fate(envelopes)
    if not result:
        return not any(e.state in ("waiting", "claimed", "deferred", "in_doubt") for e in envelopes if not e.home)
    if letter.case.startswith("office:"):
        return True
    from mailflow.flow.advance import advance

    # K9: our sending date is when our mail server accepted the message; a copy that came home was accepted before.
    settled_by_copy = result == "sent" and letter_id in owed(unit)
    # It was not before the transaction in which its readers were: an earlier one may have reached our mailbox alone.
    began = [a.started_at for a in unit.outbox.attempts(letter_id) if a.phase not in BEFORE_THE_DOT]
    at = min(now, max([unit.outbox.home_at(letter_id) or now, *began[-1:]])) if settled_by_copy else now
    event = LetterSettled(letter.id, result, at, detail)
    advance(house, unit, letter.case, event, cause=f"letter:{letter.id}/{result}", now=now)
    return True


def fate(envelopes: Iterable[Envelope]) -> tuple[str, str]:
    """("sent" | "bounced" | "withdrawn" | "", words) of a letter, by its recipients without the mailbox's own copy."""
    party = [e for e in envelopes if not e.home]
    for envelope in party:
        if envelope.state in ("sent", "served"):
            return "sent", envelope.verdict
    lost = [e for e in party if e.state in ("refused", "bounced")]
    if lost and len(lost) == len(party):
        return "bounced", "; ".join(dict.fromkeys(e.verdict for e in lost))
    if party and all(e.state == "withdrawn" or e in lost for e in party):
        return "withdrawn", ""
    return "", ""


def tell_owed(house: House, now: datetime) -> bool:
    """Tell cases what could not be told before; True if one was told. One letter's failure does not stop the others."""
    with house.store.read() as unit:
        waiting = [letter_id for letter_id in owed(unit) if _ripe(house, unit, letter_id)]
    first: Exception | None = None
    told = False
    for letter_id in waiting:
        try:
            with house.store.unit(purpose="tell_case") as unit:
                if tell_case(house, unit, letter_id, now):
                    unit.meta.put(_OWED, json.dumps([other for other in owed(unit) if other != letter_id]))
                    told = True
        except Conflict:
            raise
        except EditionUnreadable:
            continue
        except Exception as fault:
            first = first or fault
    if first is not None:
        raise first
    return told


def _ripe(house: House, unit: Unit, letter_id: str) -> bool:
    """Whether it is known what became of a letter, and its office is served now."""
    bundle = unit.outbox.get(letter_id)
    if bundle is None:
        return True
    if not house.serves(bundle[0].case):
        return False
    open_states = ("waiting", "claimed", "deferred", "in_doubt")
    return bool(fate(bundle[1])[0]) or not any(e.state in open_states for e in bundle[1] if not e.home)


# -- settling a doubt ---------------------------------------------------------------------------------------------


def settle_doubts(house: House, now: datetime) -> bool:
    """Look at every letter in doubt once; True if one was settled, sent again or asked about."""
    with house.store.read() as unit:
        served = (letter for letter, _ in unit.outbox.in_doubt() if house.serves(letter.case))
        doubtful = [letter for letter in served if _look_at(house, unit, letter) <= now]
    first: Exception | None = None
    moved = False
    for letter in doubtful:
        try:
            with house.store.unit(purpose="doubt") as unit:
                moved = _settle_one(house, unit, letter, now) or moved
        except (Conflict, Unavailable):
            raise
        except Exception as fault:  # one question that cannot be put keeps no other doubt from being settled
            first = first or fault
    if first is not None:
        raise first
    return moved


def next_look(house: House, after: datetime) -> datetime | None:
    """When a letter in doubt, not asked about yet, is next worth a look."""
    with house.store.read() as unit:
        looks = [_look_at(house, unit, letter) for letter, _ in unit.outbox.in_doubt()]
        looks += [_ask_at(house, unit, letter) for letter, _ in unit.outbox.in_doubt()]
    return min((at for at in looks if at > after), default=None)


def _look_at(house: House, unit: Unit, letter: Letter) -> datetime:
    attempts = unit.outbox.attempts(letter.id)
    return (_began(attempts[-1]) if attempts else letter.leave_at) + PATIENCE


def _began(attempt: Attempt) -> datetime:
    """When an attempt began, or was found to lie in the future, where the machine's clock was put right."""
    return min(attempt.started_at, attempt.ended_at or attempt.started_at)


def _ask_at(house: House, unit: Unit, letter: Letter) -> datetime:
    own = letter.case.startswith("office:")
    return _look_at(house, unit, letter) + (OWN_PATIENCE if own else timedelta(0))


def _settle_one(house: House, unit: Unit, letter: Letter, now: datetime) -> bool:
    bundle = unit.outbox.get(letter.id)
    if bundle is None or not any(e.state == "in_doubt" for e in bundle[1]):
        return False
    office = house.office_of(letter.case)
    attempts = unit.outbox.attempts(letter.id)
    settled = _by_itself(unit, letter, bundle[1], now)
    if settled or question_of(unit, letter.id):
        return settled
    # The absence of a copy says something only if it travelled in the transaction that is in doubt.
    travelled = any(e.home and e.state == "in_doubt" for e in bundle[1])
    looked = unit.inbox.read_through(office.mailbox)
    if looked is None or looked < _began(attempts[-1]) + PATIENCE:
        return False  # nobody has looked for the copy yet
    # What left from a database that was lost left no attempt here: later copies say nothing about it.
    later = travelled and not restored.is_unclear(unit, letter.id) and unit.outbox.later_home(letter.id)
    again = office.in_doubt == "resend" or later
    if again and len(attempts) <= RESENDS:
        return resend(unit, letter.id, now)
    ripe = now >= _ask_at(house, unit, letter)
    return ripe and _ask(house, unit, office, letter, _began(attempts[-1]), now)


def _by_itself(unit: Unit, letter: Letter, envelopes: Sequence[Envelope], now: datetime) -> bool:
    """A copy shows what has left, or nothing but our own copy is in doubt: nobody is asked about that."""
    proved = unit.outbox.proved(letter.id, unit.outbox.home_at(letter.id))
    if proved:
        return _close(unit, letter, "sent", HOME, now, proved)
    if any(e.state == "in_doubt" and not e.home for e in envelopes):
        return False
    return _close(unit, letter, "refused", "only our own copy was in doubt", now)


def resend(unit: Unit, letter_id: str, now: datetime) -> bool:
    """Let a letter in doubt leave again with the same octets and Message-ID; False when it is not in doubt."""
    bundle = unit.outbox.get(letter_id)
    moved = False
    for envelope in bundle[1] if bundle else []:
        if envelope.state == "in_doubt":
            unit.outbox.settle(letter_id, envelope.recipient, "waiting", "sent again after a doubt", now, at=now)
            moved = True
    if moved:
        close_question(unit, letter_id, "sent again")
        _log.warning("letter.again", letter=letter_id)
    return moved


def count_as_sent(unit: Unit, letter_id: str, now: datetime) -> bool:
    """A person says that a letter in doubt arrived; False when it is not in doubt. The case is told by `tell_owed`."""
    bundle = unit.outbox.get(letter_id)
    return bundle is not None and _close(unit, bundle[0], "sent", "a person says that it arrived", now)


def _close(
    unit: Unit, letter: Letter, state: str, words: str, now: datetime, only: Sequence[Envelope] | None = None
) -> bool:
    bundle = unit.outbox.get(letter.id)
    moved = False
    for envelope in bundle[1] if bundle else []:
        if envelope.state == "in_doubt" and (only is None or envelope in only):
            moved = unit.outbox.settle(letter.id, envelope.recipient, state, words, at=now) or moved
    if moved:
        owe(unit, letter.id)
        close_question(unit, letter.id, words)
    return moved


def close_question(unit: Unit, letter_id: str, how: str) -> None:
    """What was asked about a letter is answered, if nothing of it that concerns a reader is in doubt any more."""
    question, bundle = question_of(unit, letter_id), unit.outbox.get(letter_id)
    if question and not any(e.state == "in_doubt" and not e.home for e in (bundle[1] if bundle else [])):
        unit.held.close(question, how)


def tag_of(letter_id: str) -> str:
    """The tag of the first question about a letter in doubt."""
    return f"letter:{letter_id}"


def question_of(unit: Unit, letter_id: str) -> str:
    """The tag of the question that is open about a letter, "" if none is."""
    held = unit.held.by_identity(letter_id)
    return held.tag if held is not None and held.open else ""


def _ask(house: House, unit: Unit, office: Office, letter: Letter, tried_at: datetime, now: datetime) -> bool:
    """Put the question to a person, once: the case's owner, and the administrator who can look into the server."""
    from mailflow.flow.office_mail import letter_for, put_office_letter

    view = unit.views.get(letter.case) or {}
    to = [a for a in dict.fromkeys((str(view.get("owner") or ""), office.administrator or office.address)) if a]
    reason = (
        "The mail server took this letter but its answer was lost, so it may or may not have left. It is not sent "
        "again by itself. Please ask the recipient or look at the mail server's log; the administrator can then let "
        "it leave again or count it as sent."
    )
    if restored.is_unclear(unit, letter.id):
        reason = (
            "The database was restored from a backup, and this letter may or may not have left since then: no copy of "
            "it is in the mailbox. It is not sent by itself. Please ask the recipient or look at the mail server's "
            "log; the administrator can then let it leave or count it as sent."
        )
    own = letter.case == office.stream
    facts = [
        ("Case", "none: a mail of the office's own" if own else letter.case),
        ("Letter", f"{letter.template}, to the {letter.party}"),
        ("Tried", f"{office.calendar.local(tried_at):%d %B %Y, %H:%M}"),
        ("Letter id", letter.id),
    ]
    context = {"facts": facts, "reason": reason, "state_words": "a letter may or may not have left"}
    suggestion = {"letter": letter.id, "case": letter.case, "template": letter.template}
    # In doubt once more after it was sent again it is asked about once more.
    again = f"#{len(unit.outbox.attempts(letter.id))}" if unit.held.by_tag(tag_of(letter.id)) is not None else ""
    unit.held.open(f"{tag_of(letter.id)}{again}", letter.id, "letter in doubt", suggestion, now)
    health = letter_for(office, "health")
    if not own or letter.template != health:
        # About a report on our own health nobody is asked by another one: it stands among what is held.
        put_office_letter(house, unit, office, health, to, context, key=f"doubt/{letter.id}{again}", now=now)
    _log.warning("letter.asked", case=letter.case, letter=letter.id)
    return True
