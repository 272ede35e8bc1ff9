"""The daily list: to each officer what is overdue, due today, due next, and what waits for their word.

In: the live stories of an office, its open questions, the local day.
Out: for each officer's address, the groups of the daily letter.
Fails: never.
Limits: lists what has a date or a question; what merely stands in a stage without a clock is in the weekly summary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from mailflow.flow.counting import Open, Story
from mailflow.flow.placing import askable
from mailflow.flow.ports import Office
from mailflow.procedure.deadlines import short_date
from mailflow.store import Held, Unit

OVERDUE = "Overdue"
TODAY = "Due today"
WAITING = "Waiting for your answer"
NEXT = "Due on the next working day"
SOFT = 'Later than the procedure wishes, where it says "where possible"'
GROUPS = (OVERDUE, TODAY, WAITING, NEXT, SOFT)

Row = dict[str, object]
Lists = dict[str, dict[str, list[Row]]]  # address, group, rows


def lists_for(unit: Unit, office: Office, stories: Sequence[Story], now: datetime) -> Lists:
    """The rows of each officer who has any, by group; addresses are those of the register's officers."""
    found: Lists = {}
    today = office.calendar.local_date(now)

    def put(addresses: Iterable[str], group: str, row: Row) -> None:
        for address in addresses:
            officer = office.register.officer(address)
            if officer is not None:
                found.setdefault(officer.email, {}).setdefault(group, []).append(row)

    for story in stories:
        if story.case.restricted:
            continue
        for step in story.open_steps(today):
            group = group_of(office, step, today)
            if group:
                put((c.email for c in step.owners), group, _row(step))
        for address, row in _asked(story):
            put([address], WAITING, row)
    for held in questions(unit, office):
        put(_asked_of(unit, office, held, now), WAITING, _question(office, held))
    for groups in found.values():
        for rows in groups.values():
            rows.sort(key=lambda row: (row["due"] or today, str(row["ref"])))
    return found


def groups_of(rows: Mapping[str, Sequence[Row]]) -> list[dict[str, object]]:
    """The groups of one officer in the order of the letter."""
    return [{"title": title, "rows": list(rows[title])} for title in GROUPS if rows.get(title)]


def group_of(office: Office, step: Open, today: date) -> str:
    """Where a clock stands on a day: overdue from the day after its due date (K4), due, due next, or nowhere."""
    if step.overdue:
        return SOFT if step.soft else OVERDUE
    if step.target <= today:
        return TODAY
    # ESC: one working day before. A limit that ends on a day off (K6) is named on the last working day before it.
    return NEXT if step.target <= office.calendar.next_working_day(today) else ""


def _row(step: Open) -> Row:
    late = ""
    if step.overdue:
        late = f"{step.late} working day{'' if step.late == 1 else 's'}"
    return {"ref": step.ref, "party": step.party, "step": step.step, "due": step.on, "late": late}


def unsaid(story: Story) -> int:
    """How many officers' words could not be taken and have not been followed up."""
    return len(list(_asked(story)))


def _asked(story: Story) -> Iterator[tuple[str, Row]]:
    """Words that could not be taken and that their officer has not followed up; mails in reply to be judged."""
    local = story.office.calendar.local_date
    waiting: dict[str, tuple[date, str]] = {}
    for fact, at in zip(story.facts, story.at, strict=True):
        actor = str(fact.data.get("actor", ""))
        if fact.kind == "asked":
            waiting[actor] = (local(at), str(fact.data.get("line", "")))
        elif fact.kind == "said":
            waiting.pop(actor, None)
    if story.main is None or story.main.ended:
        return
    for actor, (on, line) in waiting.items():
        words = f'Your word of {short_date(on)} could not be taken: "{line[:80]}"'
        yield (
            actor,
            {"ref": story.ref, "party": story.field(story.procedure.party), "step": words, "due": "", "late": ""},
        )


def questions(unit: Unit, office: Office) -> list[Held]:
    """The open questions of one office: about mails that came to its mailbox, and about its own letters."""
    return [held for held in unit.held.all_open() if _is_of(unit, office, held)]


def _is_of(unit: Unit, office: Office, held: Held) -> bool:
    kept = unit.inbox.get(held.identity)
    if kept is not None:
        return kept.mailbox == office.mailbox
    bundle = unit.outbox.get(held.identity)
    return bundle is not None and bundle[0].mail_from == office.address


def _asked_of(unit: Unit, office: Office, held: Held, now: datetime) -> list[str]:
    """Whom a question is put to today: the owner of the case it may belong to, otherwise those who screen."""
    return askable(unit, office, str(held.suggestion.get("case") or ""), now)


def _question(office: Office, held: Held) -> Row:
    since = short_date(office.calendar.local_date(held.asked_at))
    words = f"{held.reason.rstrip('.')} (asked {since})"
    return {"ref": held.tag, "party": "", "step": words, "due": "", "late": ""}
