"""From a decided letter to final octets in the outbox: render, enclose, compose, put.

In: a letter fact and the moment it was decided in.
Out: an outbox row with its envelopes, and the letter on the case's file.
Fails: CannotRender when the template needs what the stage cannot give.
Limits: octets are final here; the courier only carries them (architecture.md, invariant 7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from mailflow.documents.letters import Rendered
from mailflow.errors import CannotRender, Unreadable
from mailflow.flow import printing, revealing, shown, telling, wording
from mailflow.flow.moment import Moment
from mailflow.flow.people import addresses_of
from mailflow.mail.compose import Draft, compose, letter_header, message_id_for
from mailflow.mail.message import Address, Attachment
from mailflow.mail.parse import parse
from mailflow.mail.reply_text import REPLY_MARKER
from mailflow.procedure import by_post, shielding
from mailflow.procedure.case import Fact, Sent, instant
from mailflow.procedure.definition import LetterDef
from mailflow.store.outbox import Letter

AUTO = {"generated": "auto-generated", "replied": "auto-replied", "": ""}
MOST_REFERENCES = 20
FOR_OFFICERS = 5  # an officer's task mail waits behind party mail that is due at the same instant


def put(moment: Moment, fact: Fact) -> None:
    """Render, compose and put one decided letter. Raises CannotRender; nothing is put then.

    A letter that goes by post alone is only put on the case's file: an officer gets it to be printed (Q15).
    """
    letter = moment.procedure.letters[str(fact.data["name"])]
    context = wording.context(moment, letter, fact)
    context["drafts"] = [_draft(moment, name, fact) for name in letter.drafts]
    prints = printing.of(moment, fact)
    context["printed"] = prints and prints.words
    if prints:
        others = [row for row in context["leaves"] if row["what"] != prints.words["subject"]]  # type: ignore[attr-defined]
        context["leaves"] = others
    rendered = moment.letters.render(f"{moment.procedure.id}/{letter.template}", context)
    letter_id = str(fact.data["letter"])
    office = moment.office
    to = [str(a) for a in fact.data["to"]]
    if fact.data.get("post") == by_post.ONLY:
        enclosed = _enclosures(moment, letter)
        _look(moment, fact, letter, (rendered.subject, rendered.text, rendered.html), enclosed)
        _on_file(moment, fact, rendered, enclosed)
        return
    cc = [str(a) for a in fact.data.get("cc", ())]
    domain = office.address.rpartition("@")[2]
    role = moment.procedure.roles.get(moment.procedure.party_of(str(fact.data["role"])))
    party = bool(role and not role.is_officer)
    answers, references = _thread(moment, fact, party)
    leave_at = instant(fact.data["leave_at"])
    enclosed = _enclosures(moment, letter)
    if prints:
        page = _attachment(f"{prints.name}.html", "text/html", prints.page.encode())
        printed = _enclosures(moment, prints.letter)
        _look(moment, moment.case.letters[str(fact.data["about"])], prints.letter, (prints.page,), printed)
        enclosed += [page, *printed]
    draft = Draft(
        message_id=message_id_for(letter_id, moment.house.secret, domain),
        from_=Address(f"{office.team}, {office.name}", office.address),
        to=tuple(_address(moment, a) for a in to),
        cc=tuple(_address(moment, a) for a in cc),
        reply_to=Address(office.team, office.address),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        date=leave_at,
        auto_submitted=AUTO[letter.auto],
        references=references,
        in_reply_to=answers,
        letter_id=letter_header(letter_id, moment.house.secret),
        loop=office.address,
        attachments=tuple(enclosed),
    )
    if party:
        _look(moment, fact, letter, (rendered.subject, rendered.text, rendered.html), enclosed)
    moment.unit.outbox.put(
        Letter(
            id=letter_id,
            case=moment.case.ref,
            machine=fact.machine,
            template=letter.name,
            party=str(fact.data["role"]),
            message_id=draft.message_id,
            octets=compose(draft),
            mail_from=office.address,
            leave_at=leave_at,
            why=str(fact.data.get("row") or fact.data.get("timer") or ""),
            party_mail=party,
            priority=0 if party else FOR_OFFICERS,
            seq=int(letter_id.rpartition("/")[2]),
            recorded_at=moment.now,
        ),
        [*to, *cc],
        home=office.address,
    )
    moment.unit.inbox.remember_message_id(draft.message_id, letter_id, moment.case.ref)
    _on_file(moment, fact, rendered, enclosed)


def _on_file(moment: Moment, fact: Fact, rendered: Rendered, enclosed: Sequence[Attachment]) -> None:
    letter_id = str(fact.data["letter"])
    text_id = moment.unit.texts.put(moment.case.ref, "letter", rendered.text, int(letter_id.rpartition("/")[2]))
    moment.unit.inbox.add_sorted(
        letter_id,
        case=moment.case.ref,
        party=str(fact.data["role"]),
        at=instant(fact.data["leave_at"]),
        subject=rendered.subject,
        text_id=text_id,
        kind=str(fact.data["name"]),
        direction="out",
        correspondent=str(fact.data["to"][0]),
        attachments=[
            {"name": a.name, "type": a.content_type, "size": len(a.octets), "digest": a.digest} for a in enclosed
        ],
    )


def _look(
    moment: Moment, sent: Fact | Sent, letter: LetterDef, texts: Sequence[str], files: Sequence[Attachment]
) -> None:
    """The last look at a letter to somebody else than a person whom the case protects. Raises NamesProtected (Q9)."""
    people = {str(a) for name in ("to", "cc") for a in sent.data.get(name, ())}
    if not people & set(shielding.addresses(moment.procedure, moment.case)):
        who = revealing.whom(moment.unit, moment.office, moment.procedure, moment.case)
        revealing.refuse(who, letter.name, texts, files)


def _address(moment: Moment, email: str) -> Address:
    person = moment.office.register.person(email)
    return Address(person.name if person else "", email)


def _draft(moment: Moment, name: str, about: Fact) -> dict[str, str]:
    """A letter as it would read if it left now, for the officer to check."""
    letter = moment.procedure.letters[name]
    d = moment.decision()
    to, _ = d.letter_people(letter)
    data = {
        "letter": f"{about.data['letter']}/draft",
        "name": name,
        "role": letter.to,
        "to": [c.email for c in to],
        "cc": [],
        "leave_at": moment.office.calendar.office_time(moment.now).isoformat(),
        "party": True,
    }
    addressed = ", ".join(c.name or c.email for c in to) or "(no address on file)"
    role = moment.procedure.roles.get(moment.procedure.party_of(letter.to))
    title = f"to the {role.title.lower()}" if role else name
    try:
        context = wording.context(moment, letter, Fact("letter", about.machine, data))
        rendered = moment.letters.render(f"{moment.procedure.id}/{letter.template}", context)
    except CannotRender as fault:
        return {"name": title, "to": addressed, "subject": "(cannot be drafted yet)", "text": str(fault)}
    text = rendered.text.removeprefix(REPLY_MARKER).lstrip()
    return {"name": title, "to": addressed, "subject": telling.untagged(rendered.subject), "text": text}


def _thread(moment: Moment, fact: Fact, party: bool) -> tuple[str, tuple[str, ...]]:
    """In-Reply-To and References, so that the letter joins its addressee's conversation (RFC 5322 section 3.6.4).

    Only a conversation of the same address or organisation is joined: a role may have had other people before.
    """
    role = moment.procedure.party_of(str(fact.data["role"]))
    same = _same_people(moment, fact, role) if party else lambda address: True
    mine = [
        letter.message_id
        for letter, envelopes in moment.unit.outbox.of_case(moment.case.ref)
        if moment.procedure.party_of(letter.party) == role and any(same(e.recipient) for e in envelopes if not e.home)
    ]
    identity = ""
    if party:
        identity = moment.case.last_mail.get(role, ("",))[0]
    elif fact.data.get("mail"):
        identity = str(fact.data["mail"])
    theirs = ""
    kept = moment.unit.inbox.get(identity) if identity else None
    if kept:
        try:
            message = parse(kept.octets)
            theirs = message.message_id if message.from_ and same(message.from_.email) else ""
        except Unreadable:
            theirs = ""
    references = tuple(dict.fromkeys([*mine[-MOST_REFERENCES:], *([theirs] if theirs else [])]))
    return theirs or (mine[-1] if mine else ""), references


def _same_people(moment: Moment, fact: Fact, role: str) -> Callable[[str], bool]:
    """Whether an address is an addressee of the letter, or of the organisation that it goes to."""
    known = {str(a) for a in (*fact.data["to"], *fact.data.get("cc", ()))}
    domains: set[str] = set()
    if role in moment.procedure.roles and moment.procedure.roles[role].who == "contacts":
        today = moment.today
        addresses, domains = addresses_of(moment.office, moment.procedure, moment.case, role, today)
        known |= addresses
    return lambda address: address in known or address.rpartition("@")[2] in domains


def _enclosures(moment: Moment, letter: LetterDef) -> list[Attachment]:
    found: list[Attachment] = []
    for what in letter.attach:
        if what in moment.procedure.fields:
            found += _files(moment, moment.case.fields.get(what))
        elif what == "report":
            rows = moment.unit.files.of(moment.case.ref)
            pages = [r for r in rows if r.path.endswith(".html")]
            if pages:
                found.append(_attachment(pages[-1].path.rpartition("/")[2], "text/html", pages[-1].octets))
        elif what == "response":
            found += _files(moment, shown.approved_copy(moment, letter))
            mails = shown.answers(moment, letter)
            for n, identity in enumerate(mails, 1):
                found += _whole(moment, identity, f"response-{n}.eml" if len(mails) > 1 else "response.eml")
        else:
            found += _whole(moment, shown.first_mail(moment), f"{what}.eml")
    return found


def _whole(moment: Moment, identity: str, name: str) -> list[Attachment]:
    kept = moment.unit.inbox.get(identity) if identity else None
    return [_attachment(name, "message/rfc822", kept.octets)] if kept else []


def _files(moment: Moment, approved: object) -> Sequence[Attachment]:
    """The approved copy: named files of an officer's mail, or the mail that opened the case (Q14)."""
    if approved == "original":
        return _whole(moment, shown.first_mail(moment), f"{moment.procedure.case_word}.eml")
    found = []
    for one in approved if isinstance(approved, list) else ():
        kept = moment.unit.inbox.get(str(one["mail"]))
        for attachment in parse(kept.octets).attachments if kept else ():
            if attachment.digest == one["digest"]:
                found.append(attachment)
                break
    return found


def _attachment(name: str, content_type: str, octets: bytes) -> Attachment:
    return Attachment(name, content_type, octets, hashlib.sha256(octets).hexdigest())
