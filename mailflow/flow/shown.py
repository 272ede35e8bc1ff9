"""What a letter shows of the file: the mail it speaks of, the word that caused it, what came back, what leaves.

In: the moment of wording.
Out: small mappings for templates; None where there is nothing to show.
Fails: never.
Limits: shows a mail's new words; the whole mail stays on the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from mailflow.errors import Unreadable
from mailflow.flow import telling
from mailflow.flow.arrived import read_mail
from mailflow.flow.moment import CaseWords, Moment, item_words
from mailflow.flow.people import party_of_role, speaker_on
from mailflow.procedure import by_post, deadlines
from mailflow.procedure.case import Case, Fact, Machine, instant
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import LetterDef, Procedure


def said_words(moment: Moment) -> dict[str, object] | None:
    """The word that caused this decision, or the one that was refused."""
    for fact in reversed(moment.facts):
        if fact.kind in ("said", "asked", "refused"):
            data = fact.data
            verb = moment.procedure.verbs.get(str(data["verb"]))
            roles = [moment.procedure.roles[r].title for r in data.get("roles", ()) if r in moment.procedure.roles]
            return {
                "verb": telling.plain_label(verb.label) if verb else "",
                "line": data.get("line", ""),
                "blanks": CaseWords(data.get("blanks", {})),
                "note": data.get("note", ""),
                "name": data.get("name") or _name_of(moment, str(data.get("actor", ""))),
                "role_title": roles[0] if roles else "",
                "at": moment.office.calendar.local_date(instant(data["at"])),
            }
    return None


def _name_of(moment: Moment, address: str) -> str:
    known = moment.office.register.person(address) if address else None
    return known.name if known and known.name else address


def mail_words(moment: Moment, identity: str) -> dict[str, object] | None:
    """A mail on the file as letters show it; its new words only (the whole stays on the file)."""
    kept = moment.unit.inbox.get(identity) if identity else None
    if kept is None:
        return None
    try:
        mail = read_mail(moment.office, kept)
    except Unreadable:  # its octets have been erased (Q35)
        return None
    message = mail.message
    local = moment.office.calendar.local(kept.arrived_at)
    sender = message.from_
    known = moment.office.register.person(sender.email) if sender else None
    return {
        "from_name": (sender.name or (known.name if known else "") or sender.email) if sender else "",
        "from_email": sender.email if sender else "",
        "arrived": local.date(),
        "arrived_at": deadlines.clock_words(local.time().replace(second=0, microsecond=0)),
        "subject": message.subject,
        "new_contact": any(
            f.kind == "mail" and f.data["mail"] == identity and "new_contact" in f.data.get("flags", ())
            for f in (*moment.history, *moment.facts)
        ),
        "text": mail.reply.new or message.text,
        "attachments": [
            {"name": a.name, "size": f"{max(1, len(a.octets) // 1024)} kB", "note": a.note} for a in message.attachments
        ],
    }


def first_mail(moment: Moment) -> str:
    """The identity of the mail that opened the case."""
    return next((str(f.data["mail"]) for f in moment.history if f.kind == "mail"), "")


def original(moment: Moment) -> dict[str, object] | None:
    identity = first_mail(moment)
    return mail_words(moment, identity) if identity else None


def mail_of_letter(moment: Moment, letter: LetterDef, fact: Fact) -> dict[str, object] | None:
    role = moment.procedure.party_of(letter.mail) if letter.mail else ""
    if role and role in moment.case.last_mail:
        return mail_words(moment, moment.case.last_mail[role][0])
    for head in reversed(moment.facts):
        if head.kind in ("mail", "own_letter"):
            return mail_words(moment, str(head.data["mail"]))
    return mail_words(moment, str(fact.data.get("mail", ""))) if fact.data.get("mail") else None


def answers(moment: Moment, letter: LetterDef) -> tuple[str, ...]:
    """The mails that a letter passes on, oldest first: all of the role since the letter they answer left, or the last.

    None where an officer has approved a copy that stands in their place.
    """
    role = moment.procedure.party_of(letter.mail) if letter.mail else ""
    if role not in moment.case.last_mail or approved_copy(moment, letter):
        return ()
    left = [s.at for s in moment.case.letters.values() if s.name == letter.since and s.status == "sent"]
    found = {}
    for fact in (*moment.history, *moment.facts):
        if left and fact.kind == "mail" and moment.procedure.party_of(str(fact.data["role"])) == role:
            if instant(fact.data["at"]) >= max(left):
                found[str(fact.data["mail"])] = instant(fact.data["at"])
    return tuple(sorted(found, key=lambda mail: found[mail])) or (moment.case.last_mail[role][0],)


def answers_words(moment: Moment, letter: LetterDef) -> list[dict[str, object]]:
    """Those mails as the letter quotes them, if it encloses them."""
    mails = answers(moment, letter) if "response" in letter.attach else ()
    return [words for words in (mail_words(moment, one) for one in mails) if words]


def approved_copy(moment: Moment, letter: LetterDef) -> list[dict[str, str]]:
    """The files that an officer approved for the addressee of a letter in place of the mails themselves."""
    approved = moment.case.fields.get(f"{moment.procedure.party_of(letter.to)}_copy")
    return approved if isinstance(approved, list) else []


def moved_dates(moment: Moment, moved: Iterable[Mapping[str, str]]) -> list[dict[str, object]]:
    """Dates given in an earlier letter that have moved (K12): each with the day it was, and the action it is about."""
    found, d = [], moment.decision()
    for one in moved:
        machine = moment.case.machines[one["machine"]]
        definition = moment.procedure.machines[machine.kind].timers[one["timer"]]
        due = telling.of_timer(machine, machine.timers[one["timer"]], definition)
        found.append({"due": due, "old": date.fromisoformat(one["old"]), "item": item_words(moment, machine, d)})
    return found


def first_formal(moment: Moment) -> date | None:
    """When our first formal letter to a party left."""
    formal = [
        s.at
        for s in moment.case.letters.values()
        if s.status == "sent" and s.name in moment.procedure.letters and moment.procedure.letters[s.name].formal
    ]
    return moment.office.calendar.local_date(min(formal)) if formal else None


def party_words(moment: Moment) -> dict[str, str]:
    """What the field beside the reference in lists is called and says, "" in a procedure that names no such field."""
    value = moment.case.fields.get(moment.procedure.party)
    return {"title": moment.procedure.party_title, "name": str(value or "")}


def breach_words(moment: Moment) -> str:
    """The data breach that is open on the case in an officer's words (Q34), "" if none is."""
    field = next((v.field for v in moment.procedure.verbs.values() if v.act == "breach"), "")
    return str(moment.case.fields.get(field) or "") if field else ""


def awaited(procedure: Procedure, case: Case) -> str:
    for machine in case.machines.values():
        state = procedure.machines[machine.kind].states[machine.state]
        if not machine.ended and state.waits_for:
            return procedure.roles[state.waits_for].title
    return ""


def awaited_people(moment: Moment, machine: Machine) -> list[dict[str, str]]:
    """Whom the machine's stage waits for, with telephone numbers, for those who have to call them (Q41)."""
    waits = moment.procedure.machines[machine.kind].states[machine.state].waits_for
    role = moment.procedure.roles.get(waits)
    if role is None or role.who != "contacts":
        return []
    party = party_of_role(moment.office, moment.procedure, moment.case, role)
    contacts = moment.office.register.contacts_of(party, "", moment.today) if party else ()
    return [{"name": c.name or c.email, "phone": c.phone, "role": role.title, "party": party} for c in contacts]


def party_stage(moment: Moment) -> str:
    """Where a case stands, for a party that asks (5.2, Status): whose turn it is, and nothing of our own steps."""
    mine, case = _asking(moment), moment.case
    live = [moment.procedure.machines[m.kind].states[m.state] for m in case.live()]
    if not live:
        return "closed"
    return "with you" if any(s.waits_for in mine for s in live) else "with us"


def party_dates(moment: Moment) -> list[telling.DateWords]:
    """The running clocks that wait for whoever asks. What counts from the end of another clock is our own step."""
    mine, found = _asking(moment), []
    for machine in moment.case.live():
        definition = moment.procedure.machines[machine.kind]
        waits = definition.states[machine.state].waits_for in mine
        for name, timer in machine.timers.items():
            clock = definition.timers.get(name)
            if clock is None or timer.state != "running" or any(s.startswith("timer ") for s in clock.start):
                continue
            if mine.intersection(clock.chases) and (waits or mine.issuperset(clock.chases)):
                found.append(telling.of_timer(machine, timer, clock))
    return sorted(found, key=lambda w: w.day)


def _asking(moment: Moment) -> set[str]:
    """The roles of whoever has just asked, and those that they stand in for."""
    said = next((f for f in reversed(moment.facts) if f.kind in ("said", "noted") and f.data.get("by")), None)
    address = str(said.data["by"]) if said else ""
    speaker = speaker_on(moment.office, moment.procedure, moment.case, address, moment.today) if address else None
    if speaker is None:
        return set()
    return {speaker.role, moment.procedure.roles[speaker.role].counts_as} - {""}


def days_late(moment: Moment, machine: Machine, timer: str) -> int:
    held = machine.timers.get(timer)
    return moment.office.calendar.working_days_between(held.on, moment.today) if held else 0


def step_words(d: Decision, machine: Machine, timer: str) -> str:
    definition = d.definition(machine).timers.get(timer)
    return definition.step if definition else d.procedure.hold.clause if timer == d.procedure.hold.timer else ""


def others(moment: Moment) -> list[dict[str, object]]:
    """Other cases about the same party in the last 12 months (Q11)."""
    party = str(moment.case.fields.get(moment.procedure.party) or "")
    if not party:
        return []
    found = []
    for row in moment.unit.views.find("party", party):
        opened = instant(row["opened_at"])
        if row["office"] == moment.office.id and row["ref"] != moment.case.ref and (moment.now - opened).days <= 366:
            found.append(
                {
                    "ref": row["ref"],
                    "received_on": moment.office.calendar.local_date(opened),
                    "state_title": row["state_title"],
                    "outcome": row["state_title"] if row["ended"] else "open",
                }
            )
    return found


def leaves(moment: Moment) -> list[dict[str, object]]:
    """Parties' letters that this decision sends, and when they leave."""
    subjects = {c.identity: c.subject for c in moment.unit.inbox.correspondence(moment.case.ref)}
    found = []
    for fact in moment.facts:
        role = moment.procedure.roles.get(moment.procedure.party_of(str(fact.data.get("role", ""))))
        if fact.kind == "letter" and fact.data.get("leave_at") and role and not role.is_officer:
            local = moment.office.calendar.local(instant(fact.data["leave_at"]))
            clock = deadlines.clock_words(local.time().replace(second=0, microsecond=0))
            words = f"{deadlines.long_date(local.date())}, {clock}"
            if fact.data.get("post") == by_post.ONLY:
                words = "by post: it comes to an officer to be printed"
            subject = subjects.get(str(fact.data["letter"]), "")
            found.append({"what": telling.untagged(subject), "to": role.title, "at": words})
    return found


def correction(moment: Moment, letter_id: str) -> dict[str, object] | None:
    wrong = moment.case.letters.get(letter_id)
    if wrong is None:
        return None
    said = next((f for f in reversed(moment.facts) if f.kind == "said"), None)
    text = said.data.get("blanks", {}).get("text", "") if said else ""
    return {"letter_on": moment.office.calendar.local_date(wrong.at), "text": str(text or "")}


def already_left(moment: Moment) -> list[dict[str, object]]:
    """Letters that an undo came too late for: what, to whom, and when they left (Q33)."""
    wanted = [str(x) for f in moment.facts if f.kind == "undone" for x in f.data.get("corrections", ())]
    subjects = {c.identity: c.subject for c in moment.unit.inbox.correspondence(moment.case.ref)}
    found = []
    for letter in (moment.case.letters[x] for x in wanted if x in moment.case.letters):
        role = moment.procedure.roles.get(moment.procedure.party_of(letter.role))
        to = f"{role.title if role else letter.role}: {', '.join(letter.to)}"
        on = deadlines.long_date(moment.office.calendar.local_date(letter.at))
        found.append({"what": telling.untagged(subjects.get(letter.id, "")), "to": to, "at": on})
    return found


def bounce(moment: Moment, letter_id: str) -> dict[str, object] | None:
    for fact in reversed(moment.facts):
        if fact.kind == "settled" and fact.data["result"] == "bounced":
            letter = moment.case.letters.get(str(fact.data["letter"]))
            subjects = {c.identity: c.subject for c in moment.unit.inbox.correspondence(moment.case.ref)}
            return {
                "letter": telling.untagged(subjects.get(str(fact.data["letter"]), "")),
                "address": ", ".join(letter.to) if letter else "",
                "why": str(fact.data.get("detail", "")),
            }
    return None


def report_path(moment: Moment) -> str:
    """Where the newest report of the case is saved, below the office's folder of reports."""
    pages = [row.path for row in moment.unit.files.of(moment.case.ref) if row.path.endswith(".html")]
    return pages[-1] if pages else ""
