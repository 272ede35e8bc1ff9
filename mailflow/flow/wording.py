"""Everything a letter may say: the context that its template is rendered with.

In: a decided letter, the case after the decision, the office, the log.
Out: a mapping of plain values; local dates, never instants.
Fails: never; a template that needs more says so by CannotRender.
Limits: values from mails are handed on as they are; escaping is the letters' room's matter.
"""

from __future__ import annotations

from datetime import date, datetime

from mailflow.flow import buttons, explaining, shown, splitting, telling
from mailflow.flow.moment import CaseWords, Moment, case_words, item_words, office_words
from mailflow.mail import reference
from mailflow.procedure import by_post
from mailflow.procedure.answers import CORRECTING
from mailflow.procedure.case import Case, Fact, Machine, instant
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import LetterDef, Procedure
from mailflow.procedure.dispatch import resolve
from mailflow.procedure.machine import sayable


def context(moment: Moment, letter: LetterDef, fact: Fact) -> dict[str, object]:
    """What the template of this letter may say."""
    case, procedure, office = moment.case, moment.procedure, moment.office
    d = moment.decision()
    machine = case.machines.get(fact.machine) or next(iter(case.machines.values()))
    dates = telling.dates_of(procedure, case, machine.id)
    for definition in procedure.machines.values():
        telling.provisional(d, definition, letter.name, dates)
    nexts = telling.next_dates(procedure, case)
    data = fact.data
    leave = instant(data["leave_at"]) if data.get("leave_at") else moment.now
    state = d.definition(machine).states[machine.state]
    asked = bool(data.get("party")) and letter.name in (procedure.acts["status"], procedure.acts["help"])
    due = _due(dates, nexts, machine, str(data.get("timer", "")))
    to = [str(a) for a in data.get("to", ())]
    return {
        **_officer_words(moment, letter, fact, d, machine),
        "ref": case.ref,
        "tag": reference.tag(case.ref),
        "party": shown.party_words(moment),
        "breach": shown.breach_words(moment),
        "procedure": {"title": procedure.title, "case_word": procedure.case_word},
        "office": office_words(office),
        "today": moment.today,
        "leaving": office.calendar.local_date(leave),
        "late": _late(moment, leave, party=bool(data.get("party"))),
        "to": _addressee(moment, to, str(data.get("role", "")), bool(data.get("post"))),
        "by_post": data.get("post") == by_post.ONLY,
        "printed": None,
        "case": CaseWords(case_words(moment, machine, d, letter.name, leave)),
        "dates": dates,
        "due": due,
        "next_dates": shown.party_dates(moment) if asked else nexts,
        "stage": {"number": "", "title": shown.party_stage(moment), "owner_title": ""}
        if asked
        else {"number": state.stage, "title": state.title, "owner_title": telling.owner_title(d, machine)},
        "said": shown.said_words(moment),
        "mail": shown.mail_of_letter(moment, letter, fact),
        "answers": shown.answers_words(moment, letter),
        "original": shown.original(moment),
        "first_letter_on": shown.first_formal(moment),
        "item": item_words(moment, machine, d),
        "reason": str(data.get("why", "")),
        "choices": _words_now(moment) if letter.name == procedure.acts["help"] else [],
        "drafts": [],
        "awaited": shown.awaited(procedure, case),
        "awaited_people": shown.awaited_people(moment, machine),
        "to_holder": bool(data.get("to_holder")),
        "agreed": not data.get("refused"),
        "moved": shown.moved_dates(moment, data.get("moved") or ()),
        "paused": bool(case.hold),
        "days_late": shown.days_late(moment, machine, str(data.get("timer", ""))),
        "item_line": shown.step_words(d, machine, str(data.get("timer", ""))),
        "owner_name": ", ".join(c.name or c.email for c in resolve(d, machine, "owner")),
        "explained": None if asked or letter.name != procedure.acts["status"] else explaining.of(moment),
        "audience": "party" if data.get("party") else "officer",
        "suggestion": "",
        "joined": bool(data.get("also")),
        "correction": shown.correction(moment, str(data.get("about", ""))),
        "bounce": shown.bounce(moment, str(data.get("about", ""))),
        "report_path": shown.report_path(moment),
    }


def _officer_words(moment: Moment, letter: LetterDef, fact: Fact, d: Decision, machine: Machine) -> dict[str, object]:
    """What only an officer's mail shows: the file, the buttons, what was recorded and what leaves."""
    case, procedure = moment.case, moment.procedure
    letter_id, to = str(fact.data["letter"]), [str(a) for a in fact.data.get("to", ())]
    role = procedure.roles.get(procedure.party_of(str(fact.data.get("role", letter.to))))
    to_officer = role is None or role.is_officer
    file = telling.file_of(moment.unit, moment.office, procedure, case, moment.history) if to_officer else []
    receipt = letter.name == procedure.acts["recorded"] or any(
        f.kind == "receipt" and f.data["letter"] == letter_id for f in moment.facts
    )
    wanted = list(fact.data.get("buttons") or letter.buttons)
    if letter.name == procedure.acts["recorded"]:
        wanted = _after_an_act(procedure, case, moment.facts)
    choices = []
    if to and to_officer and not fact.data.get("party"):
        before, needing = _prefill(moment, procedure)
        choices = buttons.make(
            moment.house,
            moment.unit,
            moment.office,
            procedure,
            case,
            wanted,
            to,
            letter_id,
            moment.now,
            before,
            needing,
            machine.id,
        )
    if fact.data.get("kind") == "confirm":
        line = str(fact.data.get("said", ""))
        choices = [
            buttons.confirming(
                moment.house, moment.unit, moment.office, case, line, str(fact.data["verb"]), to, letter_id, moment.now
            )
        ]
    return {
        "file": file,
        "history": file,
        "others": shown.others(moment) if to_officer else [],
        "buttons": choices,
        "recorded": _recorded(moment) if receipt else [],
        "leaves": shown.leaves(moment) if receipt else [],
        "gone": shown.already_left(moment) if receipt else [],
        "commands": [],
    }


def _recorded(moment: Moment) -> list[str]:
    told = telling.recorded(moment.office, moment.procedure, moment.facts)
    others = splitting.others(moment.procedure, moment.case, moment.history, moment.facts)
    return [*told, others] if others else told


def _words_now(moment: Moment) -> list[str]:
    """What the person who asked for help may say at this stage."""
    procedure, case = moment.procedure, moment.case
    asked = next((f for f in reversed(moment.facts) if f.kind == "said"), None)
    mine = set(asked.data.get("roles", ())) if asked else set()
    mine |= {also for name in mine if name in procedure.roles for also in procedure.roles[name].also} | {"anyone"}
    now = {name for m in case.machines.values() if not m.ended for name in sayable(procedure, case, m)}
    found = [
        verb.label
        for verb in procedure.verbs.values()
        if verb.say and not verb.part_of and mine & set(verb.by)
        if verb.name in now or (verb.act and verb.act not in explaining.FOR_HELD_MAIL)
    ]
    return list(dict.fromkeys(found))


def _after_an_act(procedure: Procedure, case: Case, facts: list[Fact]) -> list[str]:
    """Undo first; approving a correction where one waits; then what may be said next."""
    undo = [v.name for v in procedure.verbs.values() if v.act == "undo"]
    approve = [v.name for v in procedure.verbs.values() if v.act in CORRECTING] if case.corrections else []
    return [*undo, *approve]


def _prefill(moment: Moment, procedure: Procedure) -> tuple[str, frozenset[str]]:
    """A line that names the organisation, where exactly one we know is named in the mail (Q10: only proposed)."""
    for role in procedure.roles.values():
        if role.who != "contacts" or moment.case.fields.get(role.field):
            continue
        original = shown.original(moment)
        words = f"{original['subject']} {original['text']}".casefold() if original else ""
        named = {
            p.name
            for p in moment.office.register.parties
            if p.domains and any(n.casefold() in words for n in p.all_names)
        }
        verb = next(
            (v for v in procedure.verbs.values() if v.act == "set" and v.field == role.field and not v.unlisted), None
        )
        if len(named) == 1 and verb:
            phrase = f"field {role.field}"
            rows = [r for r in procedure.top.rows if phrase in r.needs]
            needing = frozenset(n for r in rows for t in r.on if t.kind == "said" for n in t.names)
            return verb.say[0].partition("{")[0] + named.pop(), needing
    return "", frozenset()


def _due(dates: telling.Dates, nexts: list[telling.DateWords], machine: Machine, timer: str) -> object:
    if timer and dates[timer]:
        return dates[timer]
    own = [w for w in nexts if w.machine == machine.id]
    return (own or nexts or [None])[0]


def _late(moment: Moment, leave: datetime, *, party: bool) -> date | None:
    """The day on which a letter of the clock's should have left, if it leaves later: it then says so (G10)."""
    at = next((fact.data.get("at") for fact in moment.facts if fact.kind == "timer"), None)
    if not at:
        return None
    calendar = moment.office.calendar
    planned = calendar.office_time(instant(at)) if party else instant(at)
    day = calendar.local_date(planned)
    return day if day < calendar.local_date(leave) else None


def _addressee(moment: Moment, to: list[str], role: str, posted: bool) -> dict[str, object]:
    defined = moment.procedure.roles.get(moment.procedure.party_of(role))
    person = moment.office.register.person(to[0]) if to else None
    return {
        "name": person.name if person else "",
        "postal": moment.office.register.postal_address(to[0], moment.today) if to and posted else (),
        "role_title": defined.title if defined else "",
        "role": role,
        # Only those whom the case is about see its name and its contract over a letter.
        "is_party": bool(defined and defined.field and defined.field == moment.procedure.party),
    }
