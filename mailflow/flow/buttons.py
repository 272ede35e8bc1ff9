"""The buttons of a task mail: mailto links that carry the words and a one-time code, and checking such codes.

In: a case, verbs, the addresses the mail goes to, the secret of the installation.
Out: labels, words and links; whether a code that came back is good, stale or nobody's.
Fails: never.
Limits: a code proves freshness and, from its own address, the person (G8); it is kept only as a digest.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from mailflow.flow.ports import House, Office
from mailflow.mail import reference
from mailflow.procedure.case import Case, Machine
from mailflow.procedure.definition import Procedure, Verb
from mailflow.procedure.machine import sayable
from mailflow.store import Unit

CODE_LENGTH = 12  # of a 32-letter alphabet: 60 bits (5.2 asks for at least 50)
MOST_LINK = 1900
CONFIRM = "confirm:"


@dataclass(frozen=True)
class Button:
    """One choice: what it is called, the words to write instead, and the link."""

    label: str
    words: str
    href: str


def state_key(machine: Machine) -> str:
    """What a code is tied to: this stay of this machine in its state."""
    return f"{machine.id}:{machine.state}:{machine.entered}"


def code_for(secret: bytes, *parts: str) -> str:
    """A code nobody can guess, the same for the same button of the same mail."""
    digest = hmac.new(secret, "\0".join(("button", *parts)).encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:CODE_LENGTH].translate(str.maketrans("", "", "="))


def digest_of(code: str) -> str:
    """How a code is kept."""
    return hashlib.sha256(f"code\0{code.lower()}".encode()).hexdigest()


def offered(procedure: Procedure, case: Case, wanted: Iterable[str], about: str = "") -> list[tuple[Verb, Machine]]:
    """Of the verbs a letter would offer, those that can be said now, each with the machine it speaks to.

    about: the machine that the letter is about; it is asked before the others.
    """
    live = [m for m in case.machines.values() if not m.ended] or list(case.machines.values())[:1]
    found = []
    variants = {v.button_for for v in procedure.verbs.values() if v.button_for}
    names: list[str] = []
    for name in wanted:
        if name in variants:
            names += [v.name for v in procedure.verbs.values() if v.button_for == name]
        else:
            names.append(name)
    for name in dict.fromkeys(names):
        verb = procedure.verbs[name]
        said = procedure.verbs[verb.button_for] if verb.button_for else verb
        for machine in sorted(case.machines.values(), key=lambda m: m.id != about):
            if said.name in sayable(procedure, case, machine):
                found.append((verb, machine))
                break
        else:
            if said.act and live:
                found.append((verb, live[0]))
    return found


def make(
    house: House,
    unit: Unit,
    office: Office,
    procedure: Procedure,
    case: Case,
    wanted: Sequence[str],
    addresses: Sequence[str],
    letter_id: str,
    now: datetime,
    before: str = "",
    needing: frozenset[str] = frozenset(),
    about: str = "",
) -> list[Button]:
    """Buttons for the verbs that can be said now; `before` is a line that the words in `needing` want first.

    about: the machine that the letter is about; if it is that of an item, its number stands in the words.
    """
    found = []
    for verb, machine in offered(procedure, case, wanted, about):
        said = procedure.verbs[verb.button_for] if verb.button_for else verb
        item = machine.item if machine.id == about else 0
        label, words = (_numbered(text, said, item) for text in (verb.label, plain_words(verb)))
        if before and said.name in needing:
            words = f"{before}\n{words}"
        code = code_for(house.secret, letter_id, verb.name)
        unit.codes.put(
            digest_of(code), case.ref, machine.id, said.name, " ".join(sorted(addresses)), state_key(machine), now
        )
        # A blank that is still open belongs into the text alone: filled in there, it would contradict the subject.
        first = words.splitlines()[0] if words else ""
        subject = first if before else first.partition("(")[0].rstrip(" :,")
        found.append(Button(label, words.replace("\n", " / "), mailto(office, case.ref, words, code, subject)))
    return found


def confirming(
    house: House,
    unit: Unit,
    office: Office,
    case: Case,
    line: str,
    verb: str,
    addresses: Sequence[str],
    letter_id: str,
    now: datetime,
) -> Button:
    """The button by which a person confirms what cannot be undone, or proves who wrote (G7, G8)."""
    machine = next(iter(case.machines.values()))
    code = code_for(house.secret, letter_id, CONFIRM + verb)
    key = CONFIRM + state_key(machine)
    unit.codes.put(digest_of(code), case.ref, machine.id, CONFIRM + verb, " ".join(sorted(addresses)), key, now)
    words = " / ".join(line.splitlines())
    return Button(f"Confirm: {words}", f"{words} #{code}", mailto(office, case.ref, line, code))


def plain_words(verb: Verb) -> str:
    """The words of a button as they are written into the mail: the form to fill in, or the label."""
    return verb.form or verb.label


def _numbered(words: str, said: Verb, item: int) -> str:
    """The words with the number of the item, where the verb wants one and it is known."""
    wants = any(":number}" in text for text in said.say)
    return words.replace("(number)", str(item)) if item and wants else words


def mailto(office: Office, ref: str, words: str, code: str, first: str = "") -> str:
    """RFC 6068: address, subject with the reference, the words and the code, body with the same first line."""
    first = first or (words.splitlines()[0] if words else "")
    subject = f"{reference.tag(ref)} {first} #{code}"
    body = words.replace("\n", "\r\n") + "\r\n"
    link = f"mailto:{quote(office.address, safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
    if len(link) > MOST_LINK:
        link = f"mailto:{quote(office.address, safe='@')}?subject={quote(subject, safe='')}"
    return link


@dataclass(frozen=True)
class Proof:
    """What a code in a mail is worth: good, stale (the case has moved on, or it was used), foreign, or none."""

    state: str  # good | stale | foreign | none
    verb: str = ""
    digest: str = ""


def _still_means_it(procedure: Procedure, case: Case, machine: Machine, key: str, verb: str) -> bool:
    """Whether the button still says what it said: the same stay in the stage, or only the clock has moved since.

    A stage that the clock alone has opened and in which the word still works (allocation at the day's end) makes no
    button old; anything that a person said or wrote does.
    """
    if state_key(machine) == key:
        return True
    entered = int(key.rpartition(":")[2] or 0)
    spoken = any(act.seq > entered and procedure.verbs[act.verb].act != "note" for act in case.acts)
    return machine.changed[1] == "timer" and not spoken and verb in sayable(procedure, case, machine)


def prove(unit: Unit, procedure: Procedure, case: Case, codes: Sequence[str], sender: str) -> Proof:
    """Judge the codes of a mail for this case and this sender (G8: only from the address it was sent to)."""
    for code in codes:
        found = unit.codes.get(digest_of(code))
        if found is None:
            continue
        if found.case != case.ref or sender not in found.address.split():
            return Proof("foreign", found.verb)
        machine = case.machines.get(found.machine)
        key = found.state_key.removeprefix(CONFIRM)
        # A code of a held mail has no machine: it is good until it is used.
        known = machine is not None and _still_means_it(procedure, case, machine, key, found.verb)
        fresh = not found.machine or known
        if found.used_at is not None or not fresh:
            return Proof("stale", found.verb)
        return Proof("good", found.verb, found.digest)
    return Proof("foreign" if codes else "none")
