"""What happens besides the next thing that is awaited: other mails, words that do not fit, bounces, holds, undo.

In: the people around a case that is played.
Out: the case, with one such thing having happened; MISHAPS names them for the habits.
Fails: RuntimeError or ValueError if the procedure cannot be played any further.
Limits: an absence note or another machine's mail is filed before the engine sees it, so here it only passes time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from mailflow.procedure.definition import Verb
from mailflow.procedure.events import Actor, Commands, LetterSettled, OwnLetter
from mailflow.study.acting import Acting
from mailflow.study.saying import filled
from mailflow.study.ways import ASIDE, EXIT, TOLD

PAUSES = (1, 5, 24, 48, 100, 200, 400)


def _pause(people: Acting) -> None:
    people.run_to(people.play.now + timedelta(hours=people.dice.choice(PAUSES)))


def _absence(people: Acting) -> None:
    """Out of office: the intake files a machine's mail; no event, no answer (G4)."""


def _mail(people: Acting) -> None:
    """Somebody whose mail some stage listens to writes, awaited or not."""
    roles = _listed(people, "mail") | {r.name for r in people.procedure.roles.values() if r.counts_as}
    if writers := sorted(roles & set(people.procedure.roles)):
        people.write(people.dice.choice(writers))


def _own_letter(people: Acting) -> None:
    """An officer writes to a party with the mailbox in copy."""
    if roles := sorted(_listed(people, "own_letter")):
        by = people.actor(people.dice.choice(_officers(people))).address
        event = OwnLetter(people.dice.choice(roles), people.play.now, people.mail_id(), by)
        people.happen(event, people.play.now)


def _listed(people: Acting, kind: str) -> set[str]:
    machines = people.procedure.machines.values()
    return {name for m in machines for row in m.rows for t in row.on if t.kind == kind for name in t.names}


def _officers(people: Acting) -> list[str]:
    return [role.name for role in people.procedure.roles.values() if role.is_officer]


def _any_word(people: Acting) -> None:
    """Any word of the procedure by anyone, with anything in its blanks."""
    verb = people.dice.choice([v for v in people.procedure.verbs.values() if v.by and v.say])
    role = people.dice.choice(sorted(people.procedure.roles))
    confirmed = people.dice.random() < 0.3
    people.utter(
        verb.name, filled(people.dice, people.play, verb, careful=False), people.actor(role), confirmed=confirmed
    )


def _act(act: str) -> Callable[[Acting], None]:
    """One of the words that every procedure has."""

    def said(people: Acting) -> None:
        if words := _acts(people, act):
            verb = people.dice.choice(words)
            blanks = filled(people.dice, people.play, verb)
            people.utter(verb.name, blanks, people.actor(people.role_for(verb.by)))

    return said


def _acts(people: Acting, *acts: str) -> list[Verb]:
    return [v for v in people.procedure.verbs.values() if v.act in acts and v.by]


def _undo(people: Acting) -> None:
    """Mostly whoever spoke last takes it back."""
    last = next((a.actor for a in reversed(people.play.case.acts) if not a.undone), "")
    words = _acts(people, "undo")
    if words and last and people.dice.random() < 0.7:
        roles = people.play.terms.officers.get(last, frozenset())
        people.utter(words[0].name, {}, Actor(last, last, roles))
    else:
        _act("undo")(people)


def _correction(people: Acting) -> None:
    """A fact is put right, or a correction of a letter is approved."""
    if words := _acts(people, "set", "approve_correction"):
        verb = people.dice.choice(words)
        people.utter(verb.name, filled(people.dice, people.play, verb), people.actor(people.role_for(verb.by)))


def _fitting(people: Acting) -> list[str]:
    """Words that lead on from where the case is."""
    return [
        name
        for machine in people.play.case.live()
        for way in people.ways.of(machine.kind, machine.state)
        if way.kind not in (ASIDE, EXIT, TOLD)
        for trigger in way.row.on
        if trigger.kind == "said"
        for name in trigger.names
    ]


def _two_words(people: Acting) -> None:
    """One mail with two words, which may contradict each other (G11)."""
    if fitting := _fitting(people):
        names = [people.dice.choice(fitting) for _ in range(2)]
        by = people.actor(people.role_for(people.procedure.verbs[names[0]].by))
        mail, said = people.mail_id(), []
        for name in names:
            verb = people.procedure.verbs[name]
            said.append(people.saying(name, filled(people.dice, people.play, verb), by, mail))
        people.happen(Commands(tuple(said)), people.play.now)


def _second_officer(people: Acting) -> None:
    """Two people say different things within minutes."""
    for _ in range(2):
        if fitting := _fitting(people):
            people.say(people.dice.choice(fitting))
            people.run_to(people.play.now + timedelta(minutes=2))


def _bounce(people: Acting) -> None:
    """One of the last letters to a party comes back from every address."""
    case = people.play.case
    parties = [role.name for role in people.procedure.roles.values() if not role.is_officer]
    letters = (s for s in case.letters.values() if s.status == "sent" and not s.posted)
    left = [s for s in letters if people.procedure.party_of(s.role) in parties]
    left = [s for s in left[-4:] if case.last_letter(s.name) == s]
    if left:
        event = LetterSettled(people.dice.choice(left).id, "bounced", people.play.now)
        people.happen(event, people.play.now)


def _away(people: Acting) -> None:
    """A contact is missing, or an officer away with or without a deputy; the next time all are back."""
    if people.play.terms is not people.whole_office:
        people.play.terms = people.whole_office
        return
    whole = people.whole_office
    role = people.dice.choice(sorted(whole.people))
    there = whole.people.get(f"{role}.deputy", ()) if people.dice.random() < 0.7 else ()
    people.play.terms = replace(whole, people={**whole.people, role: there})


MISHAPS: dict[str, Callable[[Acting], None]] = {
    "pause": _pause,
    "mail": _mail,
    "absence note": _absence,
    "note": _act("note"),
    "undo": _undo,
    "correction": _correction,
    "any word": _any_word,
    "two words": _two_words,
    "second officer": _second_officer,
    "extension": _act("extend"),
    "refusal": _act("no_extension"),
    "hold": _act("hold"),
    "resume": _act("resume"),
    "received": _act("received"),
    "own letter": _own_letter,
    "bounce": _bounce,
    "away": _away,
}
