"""Mail that has no place yet: holding it, asking the officer, and doing what the officer answers in a word.

In: a mail being sorted, why it cannot be placed, perhaps a suggestion.
Out: a held mail with a tag of its own and one question (M57); later, the event it turned out to be.
Fails: CannotRender for the question; the mail is then tried again and quarantined in the end.
Limits: an accepted address counts for one case only and lives in that case's log (G2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailflow.flow import buttons, colleagues, people, settling, shown
from mailflow.flow.arrived import HELD_MARK, Mail
from mailflow.flow.moment import Moment
from mailflow.flow.office_mail import letter_for, put_office_letter
from mailflow.flow.ports import House, Office
from mailflow.mail import reference
from mailflow.mail.munged import munged
from mailflow.procedure.case import Case
from mailflow.register.people import Officer
from mailflow.store import Held, Unit

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Outcome:
    """What became of a mail: its state, why, its case; `ours`: a copy of our own letter."""

    state: str
    reason: str
    case: str = ""
    ours: bool = False


def file_mail(unit: Unit, office: Office, mail: Mail, ref: str, role: str) -> None:
    """Put a mail on a case's file, whole; nothing moves by it."""
    text_id = unit.texts.put(ref, "mail", mail.reply.new or mail.message.text, 0)
    unit.inbox.add_sorted(
        mail.kept.identity,
        case=ref,
        party=role,
        at=mail.kept.arrived_at,
        subject=mail.message.subject,
        text_id=text_id,
        kind=mail.kind.name,
        direction="in",
        correspondent=mail.sender,
        attachments=[
            {"name": a.name, "type": a.content_type, "size": len(a.octets), "digest": a.digest, "note": a.note}
            for a in mail.message.attachments
        ],
    )


def hold(
    house: House,
    unit: Unit,
    office: Office,
    mail: Mail,
    why: str,
    now: datetime,
    *,
    case: str = "",
    role: str = "",
    others: Sequence[str] = (),
    senders: Sequence[str] = (),
    to: Sequence[str] = (),
    at: datetime | None = None,
    report_on: str = "",
    sealed: bool = False,
    flood: str = "",
) -> Outcome:
    """Hold the mail and ask the owner of the suggested case, otherwise whoever screens (or `to`), what it is.

    senders: who may have raised it, for an officer to confirm. at: when an officer says that it came in (K8).
    report_on: the letter of ours of which the mail reports that it did not arrive.
    sealed: only who may read restricted cases is asked, as of a mail that belongs to one (Q45).
    flood: the budget that the mail exceeds. Of all held under one budget, one at a time is asked about (flooding.py).
    """
    year = office.calendar.local_date(now).year
    prefix = office.prefix + HELD_MARK
    tag = reference.make(prefix, year, unit.numbers.next(prefix, year))
    suggestion: dict[str, object] = {"case": case, "role": role, "others": list(others), "senders": list(senders)}
    by, writer = mail.message.sender, mail.message.from_
    if by and writer and by.email != writer.email and munged(mail.message) is None:
        suggestion["sent_by"] = by.email  # noted, never proof of who wrote it
    if at:
        suggestion["at"] = at.isoformat()
    if to:
        suggestion["ask"] = list(to)
    if report_on:
        suggestion["report_on"] = report_on
    if sealed or is_sealed(unit, Held(tag, mail.kept.identity, why, suggestion, now, "", True)):
        to = colleagues.named_readers(office)
        suggestion["sealed"] = True
    hour = [h for h in held_of(unit, office) if h.asked_at > now - HOUR and h.suggestion.get("asked")]
    if not flood and len(hour) >= house.limits.questions_per_hour:
        flood = "questions"
    if flood:
        suggestion["flood"] = flood
    unit.held.open(tag, mail.kept.identity, why, suggestion, now)
    if flood and asked_for(unit, office, flood):
        return Outcome("held", why, case)
    held = Held(tag, mail.kept.identity, why, suggestion, now, "", True)
    put_question(house, unit, office, held, to or askable(unit, office, case, now), now)
    return Outcome("held", why, case)


def held_of(unit: Unit, office: Office) -> list[Held]:
    """The open questions about mails of an office, oldest first."""
    return [held for held in unit.held.all_open() if held.tag.startswith(f"{office.prefix}{HELD_MARK}-")]


def asked_for(unit: Unit, office: Office, flood: str) -> Held | None:
    """The mail by which an officer has been asked about all that exceed one budget."""
    of = (held for held in held_of(unit, office) if held.suggestion.get("flood") == flood)
    return next((held for held in of if held.suggestion.get("asked")), None)


def ask_next(house: House, unit: Unit, office: Office, answered: Held, ignored: bool, now: datetime) -> None:
    """Ask about the next of the mails held under one budget; those with the words of one set aside go with it."""
    flood = answered.suggestion.get("flood")
    if not flood:
        return
    kept = unit.inbox.get(answered.identity)
    alike = unit.inbox.alike(kept.mailbox, kept.sender, answered.identity) if ignored and kept else ()
    for identity in alike:
        other = unit.held.by_identity(identity)
        if other and other.open and other.suggestion.get("flood") == flood:
            unit.held.close(other.tag, f"the same words as {answered.tag}")
            why = f"the same words as a mail that was set aside ({answered.tag})"
            settling.settle(unit, identity, "done", why, now=now)
    left = [held for held in held_of(unit, office) if held.suggestion.get("flood") == flood]
    if left and not asked_for(unit, office, str(flood)):
        case = str(left[0].suggestion.get("case") or "")
        to = [str(a) for a in left[0].suggestion.get("ask", ())] or askable(unit, office, case, now)
        put_question(house, unit, office, left[0], to, now)


def put_question(
    house: House,
    unit: Unit,
    office: Office,
    held: Held,
    to: Sequence[str],
    now: datetime,
    nth: int = 0,
    waiting: Mapping[str, object] | None = None,
) -> None:
    """Ask what a held mail is, with buttons that are good for those it goes to, and note who was asked.

    nth: 0 for the first time, once each. waiting: what the question says when it is not the first time.
    """
    shell = Moment(house, unit, office, office.procedure, Case(ref=held.tag), [], [], now)
    roles = office.procedure.roles
    case, role, senders = (held.suggestion.get(name) for name in ("case", "role", "senders"))
    suggestion = f"It may belong to {reference.tag(case)}." if case else ""
    if role in roles:
        suggestion += f" The sender is listed there as: {roles[role].title}."
    by = held.suggestion.get("sent_by")
    if by:
        suggestion += f" The mail says that {by} has sent it for whoever is named as its writer."
    if senders:
        suggestion += f" It may have been written by {', or '.join(senders)}."
    context = {
        "ref": held.tag,
        "tag": reference.tag(held.tag),
        "reason": held.reason,
        "suggestion": suggestion,
        "waiting": waiting,
        "mail": shown.mail_words(shell, held.identity),
        "buttons": _choices(house, unit, office, held, to, now, nth),
        "stage": None,
        "case": None,
        "said": None,
        "choices": [],
    }
    key = f"held:{held.identity}:{held.tag}" + (f":{nth}" if nth else "")
    put_office_letter(
        house, unit, office, letter_for(office, "who"), to, context, key=key, now=now, auto_submitted="auto-replied"
    )
    asked = {"times": nth, "at": now.isoformat(), "to": list(to)}
    unit.held.note(held.tag, {**held.suggestion, "asked": asked})


def askable(unit: Unit, office: Office, case: str, now: datetime) -> list[str]:
    """The owner's address of a case, otherwise those who screen today; in the end the administrator."""
    today = office.calendar.local_date(now)
    view = unit.views.get(case) if case else None
    if view and view.get("restricted"):
        return colleagues.named_readers(office)
    owner = office.register.officer(str(view["owner"])) if view and view.get("owner") else None
    if owner:
        there = office.register.stand_in(owner, today)
        if there:
            return [there.email]
    role = office.procedure.top.states[office.procedure.top.start].owner
    if colleagues.raised_by_staff(office.procedure):
        role = office.procedure.roles[role].above or role  # whoever raises a case screens nothing
    holders = screeners(office, role, today)
    return [h.email for h in holders] or [office.administrator or office.address]


def is_sealed(unit: Unit, held: Held) -> bool:
    """Whether only the readers of restricted cases are asked: so it was put, or its case has become one."""
    about = (held.suggestion.get("case"), *held.suggestion.get("others", ()))
    views = (unit.views.get(str(ref)) for ref in about if ref)
    return bool(held.suggestion.get("sealed")) or any(view and view.get("restricted") for view in views)


def screeners(office: Office, role: str, today: date) -> tuple[Officer, ...]:
    """Who does what nobody has been given yet: whoever is on duty, in a gap of the rota the role above (Q5)."""
    holders = people.on_duty(office, role, today)
    above = office.procedure.roles[role].above
    if holders is None or (not holders and not above):
        return office.register.holders(role, today)
    return holders or office.register.holders(above, today)


def _choices(
    house: House, unit: Unit, office: Office, held: Held, to: Sequence[str], now: datetime, nth: int
) -> list[buttons.Button]:
    found: list[buttons.Button] = []
    tag, case, senders = held.tag, held.suggestion.get("case") or "", held.suggestion.get("senders") or ()
    about_a_letter = bool(held.suggestion.get("report_on"))

    def offer(name: str, words: str) -> None:
        code = buttons.code_for(house.secret, tag, name, *([str(nth)] if nth else []))
        unit.codes.put(buttons.digest_of(code), tag, "", name, " ".join(sorted(to)), buttons.CONFIRM + tag, now)
        shown_as = words.replace("\n", " / ")
        found.append(buttons.Button(shown_as, shown_as, buttons.mailto(office, tag, words, code)))

    for verb in office.procedure.verbs.values():
        fits = verb.act in ("ignore", "new", "belongs") or (verb.act in ("attribute", "note") and case)
        if about_a_letter:  # a report is nobody's answer and no new case
            fits = verb.act in ("ignore", "lost") or (verb.act == "note" and case)
        if not fits or (verb.act == "note" and verb.say[0].count("{") > 1):
            continue
        words = verb.label
        if verb.act == "belongs":
            words = verb.label if not case else f"{verb.say[0].partition('{')[0]}{case}"
        if verb.act == "new":
            for n, sender in enumerate(senders):
                offer(f"{verb.name} {n}", f"{verb.say[-1]}\n{_raised_by(office)}{sender}")
        offer(verb.name, words)
    return found


def _raised_by(office: Office) -> str:
    """The words by which an officer names who raised a case, up to the address."""
    field = office.procedure.roles[office.procedure.opened_by].field
    verbs = office.procedure.verbs.values()
    return next((v.say[0].partition("{")[0] for v in verbs if v.act == "set" and v.field == field), "")
