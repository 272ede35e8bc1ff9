"""What is written down of a word that was said, and what the person who said it is told.

In: a decision in the making, the word, and why it was refused if it was.
Out: the facts said, refused, asked or receipt, and at most one mail back to the person.
Fails: Refused, for a word that no stage listens to now.
Limits: knows no word or role by name.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailflow.procedure import dispatch, ranking, values
from mailflow.procedure.decision import Decision, Refused
from mailflow.procedure.definition import ANYTHING
from mailflow.procedure.events import Said
from mailflow.procedure.standing import Machine

CORRECTING = ("approve_correction", "no_correction")  # the acts that end the waiting for a correction


def all_roles(d: Decision, roles: frozenset[str]) -> frozenset[str]:
    """Roles with those they include: a deputy's or a manager's `also`."""
    return ranking.roles_with(d.procedure, roles)


def head(d: Decision, said: Said, machine: str, final: bool = False) -> None:
    """The fact that a word was said: whose, what, and in which mail (G14)."""
    d.emit(
        "said",
        machine,
        verb=said.verb,
        actor=said.by.address,
        name=said.by.name,
        roles=sorted(said.by.roles),
        line=said.line,
        note=said.note,
        mail=said.mail,
        at=said.at.isoformat(),
        blanks={k: _plain(v) for k, v in said.blanks.items()},
        files=[{"mail": f.mail, "name": f.name, "size": f.size, "digest": f.digest} for f in said.files],
        final=final,
    )


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(i) for i in value]
    return values.plain(value)


def main_of(d: Decision) -> Machine:
    """The case's own machine."""
    return d.case.machines[d.procedure.main]


def speakable(d: Decision, roles: frozenset[str]) -> tuple[str, ...]:
    """The verbs that this person may say in the stages that are live now."""
    found: list[str] = []
    for machine in d.case.machines.values():
        for row in d.definition(machine).rows_from(machine.state):
            for name in (
                n for t in row.on if t.kind == "said" and ranking.hears(d.procedure, t, roles) for n in t.names
            ):
                verb = d.procedure.verbs[name]
                if name not in found and ("anyone" in verb.by or not roles.isdisjoint(verb.by)):
                    found.append(name)
    return tuple(found)


def out_of_order(d: Decision, said: Said) -> None:
    """G6: a word that no stage listens to now."""
    title = d.definition(main_of(d)).states[main_of(d).state].title
    verb = d.procedure.verbs[said.verb]
    raise Refused(
        "asked",
        f'"{verb.label}" does not fit now: the {d.procedure.case_word} stands at "{title}".',
        speakable(d, all_roles(d, said.by.roles)),
    )


def refuse(d: Decision, said: Said, refusal: Refused) -> None:
    """Nothing was taken: the log says so, and the person (and for a wrong role its holder) hears why (G6, G7)."""
    machine = main_of(d)
    letter = d.procedure.acts["refused" if refusal.kind == "refused" else "which"]
    fact = "refused" if refusal.kind == "refused" else "asked"
    d.emit(
        fact,
        machine.id,
        verb=said.verb,
        actor=said.by.address,
        mail=said.mail,
        line=said.line,
        why=refusal.why,
        kind=refusal.kind,
        at=said.at.isoformat(),
    )
    choices = refusal.choices
    if refusal.kind == "asked" and choices == (said.verb,):
        choices = (said.verb, *(v for v in speakable(d, all_roles(d, said.by.roles)) if v != said.verb))
    extra = {"kind": refusal.kind, "said": said.line, "verb": said.verb, "mail": said.mail}
    dispatch.send(d, machine, letter, why=refusal.why, buttons=choices, extra=extra)
    # What only its speaker may know of is told to nobody else, not even as a word that was refused (Q45).
    if refusal.role and not d.case.restricted and ANYTHING not in d.procedure.verbs[said.verb].beats:
        extra["to_holder"] = True
        dispatch.send(
            d, machine, d.procedure.acts["refused_holder"], why=refusal.why, to_roles=(refusal.role,), extra=extra
        )


def receipt(d: Decision, sayings: tuple[Said, ...]) -> None:
    """At most one mail answers an act: the receipt rides on a task mail that goes to the same person (5.2)."""
    last = sayings[-1]
    if not d.may_see(last.by.address):
        d.event = last
        dispatch.send(d, main_of(d), d.procedure.acts["received_only"], extra={"mail": last.mail})
        return
    if all(d.procedure.verbs[s.verb].act in ("status", "help") for s in sayings):
        return
    # What had left before it was undone is told in a mail of its own, never beside a task.
    corrects = any(f.kind == "undone" and f.data["corrections"] for f in d.facts)
    for fact in d.facts if not corrects else ():
        if fact.kind == "letter" and last.by.address in fact.data["to"] and not fact.data.get("missing"):
            d.emit("receipt", fact.machine, letter=fact.data["letter"], verbs=[s.verb for s in sayings])
            return
    d.event = last
    extra: dict[str, object] = {"verbs": [s.verb for s in sayings], "mail": last.mail}
    buttons: tuple[str, ...] = ()
    if d.case.corrections:
        # Q33: what has left can only be corrected, and no correction leaves unseen.
        extra["corrections"] = list(d.case.corrections)
        buttons = tuple(v.name for v in d.procedure.verbs.values() if v.act in CORRECTING)
    dispatch.send(d, main_of(d), d.procedure.acts["recorded"], buttons=buttons, extra=extra)
