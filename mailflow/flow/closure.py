"""The closure report of a case: its sections as the procedure declares them, filled from the log and the file.

In: a unit of work, an office, a procedure and the case as it stands with the facts that close it.
Out: one HTML page and the timeline as CSV, each with its path below the office's reports folder (domain.md 6.3).
Fails: KeyError for a kind that `known_section` does not know (the loader asks it first).
Limits: where a flag of the procedure protects a person, neither name nor address nor subject of theirs is shown.

The kinds of sections a procedure's [[report]] may declare, and what their `items` are:
    facts           label and value · items: fields of the procedure, or @reference @version @cycle @opened @state
                    @repeats @retention, or "child KIND FIELD" for the field of every child of a kind
    text            a field in full, as written · items: one field; one more to stand in its place on a protected case
    timeline        planned against actual for each step, with lateness and reason · items: none
    list            the rows of a list field with the state of the children made from it · items: one list
    children        children with stage, dates and fields · items: kinds of children
    words           what officers said, when and with which note · items: verbs
    answer          mails of a party, or "none after letter X of (date)" · items: a role, then a letter
    changes         extensions, pauses, holds, undone words, corrections, reopenings · items: none
    correspondence  every mail in and out with its date · items: none
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape

from mailflow.documents.report import closure_report, timeline_csv
from mailflow.errors import CannotRender
from mailflow.flow import revealing, sealing
from mailflow.flow.closure_sections import SECTIONS, File, timeline_rows
from mailflow.flow.counting import Story
from mailflow.flow.office_mail import base_context, tell_administrator
from mailflow.flow.ports import House, Office
from mailflow.procedure.case import Case
from mailflow.procedure.deadlines import add_months
from mailflow.procedure.definition import Procedure
from mailflow.store import Unit

YEAR = 12


def known_section(kind: str) -> bool:
    """Whether [[report]] may declare a section of this kind."""
    return kind in SECTIONS


def closure_file(
    house: House, unit: Unit, office: Office, procedure: Procedure, case: Case, what: str, now: datetime
) -> tuple[str, bytes]:
    """The report of a case that a row of the procedure asks for: its path and octets; the timeline is put beside it.

    `what` is how the row calls it. The version is the number of reports asked for so far, so no report is ever written
    over an earlier one.
    Raises CannotRender.
    """
    file = file_of(unit, office, procedure, case)
    path = report_path(office, case, what)
    steps = timeline_rows(file)
    unit.files.put(case.ref, path.removesuffix(".html") + ".csv", timeline_csv(steps).encode("utf-8-sig"), case.seq)
    try:
        return path, report_page(house, file, now).encode()
    except CannotRender as fault:
        key = f"{office.stream}/unwritten/{path}"
        told = [("Case", case.ref), ("File", path), ("What is wrong", str(fault))]
        tell_administrator(house, unit, office, key=key, facts=told, now=now)
        words = f"This report could not be written: {fault} Everything it would say is in the log of {case.ref}."
        return path, f"<!doctype html>\n<title>{escape(case.ref)}</title>\n<p>{escape(words)}</p>\n".encode()


def report_path(office: Office, case: Case, what: str) -> str:
    """Where the newest report of a case lies below the reports folder: "2027/<ref>/<ref> closure report v1.html"."""
    assert case.opened_at is not None
    year = office.calendar.local_date(case.opened_at).year
    return f"{year}/{case.ref}/{case.ref} {what} v{max(1, len(case.files))}.html"


def report_page(house: House, file: File, now: datetime) -> str:
    """The report as HTML."""
    case, procedure = file.case, file.procedure
    context = base_context(file.office, [file.office.address], now)
    context |= {
        "ref": case.ref,
        "version": max(1, len(case.files)),
        "procedure": {"title": procedure.title},
        "sections": sections(file),
    }
    return closure_report(house.letters_of(file.office), context)


def sections(file: File) -> list[Mapping[str, object]]:
    """The declared sections in order; one without content says "None recorded"."""
    found = []
    for section in file.procedure.report:
        shape = revealing.without(file.hidden, SECTIONS[section.kind](file, section))
        found.append({"title": section.title, "note": section.note, **shape})
    return found


def file_of(unit: Unit, office: Office, procedure: Procedure, case: Case) -> File:
    """Everything a report may say of a case, read from the log, the correspondence and the other cases."""
    lines = tuple(unit.log.read(case.ref))
    facts = tuple(sealing.facts_of(unit, lines))
    story = Story(office, procedure, case, lines, facts)
    repeats, hidden = _repeats(unit, office, procedure, case), revealing.whom(unit, office, procedure, case)
    return File(story, tuple(unit.inbox.correspondence(case.ref)), repeats, hidden)


def _repeats(unit: Unit, office: Office, procedure: Procedure, case: Case) -> int:
    """How many other cases about the same party came in the twelve months before this one."""
    party = str(case.fields.get(procedure.party) or "")
    if not party or case.opened_at is None:
        return 0
    came = office.calendar.local_date(case.opened_at)
    since = add_months(came, -YEAR).isoformat()
    others = (v for v in unit.views.find("party", party) if v.get("office") == office.id and v["case"] != case.ref)
    return sum(since <= str(v.get("received_on", "")) <= came.isoformat() for v in others)
