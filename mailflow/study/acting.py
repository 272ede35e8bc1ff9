"""The people around one case that is played: they write, say words and let time pass.

In: a case to be played (Rehearsal), dice, and how careful people are.
Out: the case, played on through the real engine.
Fails: RuntimeError or ValueError if the procedure cannot be played any further.
Limits: people are the addresses of a make-believe office; their texts are made up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from mailflow.procedure import by_post
from mailflow.procedure.definition import Row
from mailflow.procedure.events import Actor, Commands, Contact, Event, File, MailCame, Said
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Fact, Machine
from mailflow.procedure.stimuli import address, prepared
from mailflow.study.habits import Habits
from mailflow.study.saying import filled
from mailflow.study.ways import Ways

FILE = File("mail file", "copy.pdf", 1000, "d" * 64)
REFUSALS = ("asked", "refused")


class Acting:
    """A case, the people around it, and the clock."""

    def __init__(self, play: Rehearsal, ways: Ways, dice: Random, habits: Habits):
        self.play, self.ways, self.dice, self.habits = play, ways, dice, habits
        self.procedure = play.procedure
        self.whole_office = play.terms
        self.opener = ""
        self._mails = 0

    def begin(self, start: datetime, sender: str) -> None:
        """A mail opens the case; mostly somebody says at once what the first stage wants to know."""
        self.opener = sender
        self.happen(MailCame("anyone", start, self.mail_id(), sender, subject="words"), start)
        if self.dice.random() < self.habits.careful:
            self.prepare()

    # -- time -------------------------------------------------------------------------------------------------------

    def run_to(self, at: datetime) -> None:
        """Let the clock run to an instant, or stay where it is if that has passed."""
        self.play.run_to(max(at, self.play.now))

    def wait(self, most: timedelta) -> None:
        """Nobody does anything: the clock runs until it has moved the case, or so long at most."""
        end, before = self.play.now + most, self.states()
        while self.states() == before and (due := self.play.next_due()) and due[0] <= end:
            self.play.happen(due[1], due[0])
        if self.states() == before:
            self.play.run_to(end)

    def states(self) -> list[tuple[str, str]]:
        """Where each machine of the case is."""
        return [(m.id, m.state) for m in self.play.case.machines.values()]

    # -- mails and words --------------------------------------------------------------------------------------------

    def mail_id(self) -> str:
        """A new mail's identity."""
        self._mails += 1
        return f"m{self._mails}"

    def happen(self, event: Event, at: datetime) -> list[Fact]:
        """One event, and the letters that leave at once."""
        facts = self.play.happen(event, at)
        self.play.run_to(at)
        return facts

    def write(self, role: str) -> None:
        """A mail from somebody of this role."""
        found = self.play.terms.people.get(role) or (Contact(role, address(role)),)
        sender = self.opener if role == self.procedure.opened_by else self.dice.choice(found).email
        self.happen(MailCame(role, self.play.now, self.mail_id(), sender), self.play.now)

    def actor(self, role: str) -> Actor:
        """Somebody who holds this role, or one of those who are written to in it."""
        officers = self.play.terms.officers
        holders = [who for who, roles in officers.items() if role in roles]
        found = holders or [contact.email for contact in self.play.terms.people.get(role, ())] or [address(role)]
        who = self.opener if role == self.procedure.opened_by and not holders else self.dice.choice(found)
        return Actor(who, role, officers.get(who, frozenset({role})))

    def saying(self, name: str, blanks: Mapping[str, object], by: Actor, mail: str, **more: object) -> Said:
        """A word as the engine reads it."""
        line = self.procedure.verbs[name].label
        return Said(name, by, self.play.now, mail, blanks, line=line, note="words", **more)

    def utter(self, name: str, blanks: Mapping[str, object], by: Actor, **more: object) -> list[Fact]:
        """A mail with one word in it."""
        return self.happen(Commands((self.saying(name, blanks, by, self.mail_id(), **more),)), self.play.now)

    def role_for(self, by: Sequence[str]) -> str:
        """Who says a word: mostly the first who may, now and then somebody who may not."""
        if self.dice.random() < self.habits.wrong_role or not by:
            return self.dice.choice(sorted(self.procedure.roles))
        role = by[0] if self.dice.random() < 0.8 else self.dice.choice(by)
        return self.procedure.opened_by if role == "anyone" else role

    def say(self, name: str, machine: Machine | None = None, row: Row | None = None) -> None:
        """A word, more or less complete; mostly it is put right and said again if it was not taken."""
        careful = self.dice.random() < self.habits.careful
        verb = self.procedure.verbs[name]
        blanks = self._fitting(filled(self.dice, self.play, verb, machine, careful=careful), row)
        files = (FILE,) if self.dice.random() < 0.3 else ()
        confirmed = self.dice.random() < 0.8
        heard = [role for t in (row.on if row else ()) if name in t.names for role in t.by] or list(verb.by)
        facts = self.utter(name, blanks, self.actor(self.role_for(heard)), files=files, confirmed=confirmed)
        if any(fact.kind in REFUSALS for fact in facts) and self.dice.random() < self.habits.careful:
            self.prepare()
            blanks = self._fitting(filled(self.dice, self.play, verb, machine), row)
            self.run_to(self.play.now + timedelta(minutes=30))
            self.utter(name, blanks, self.actor(self.dice.choice(heard)), files=(FILE,), confirmed=True)

    def prepare(self) -> None:
        """The words that put into empty fields what guards ask for."""
        for name in prepared(self.procedure):
            verb = self.procedure.verbs[name]
            if self.play.case.fields.get(verb.field) in (None, ""):
                self.utter(name, filled(self.dice, self.play, verb), self.actor(verb.by[0]))

    def post(self) -> None:
        """An officer has posted the letter that has waited longest (Q15)."""
        letter = by_post.unposted(self.play.case)[0]
        for verb in [v for v in self.procedure.verbs.values() if v.act == "posted"][:1]:
            blanks = {"which": letter.name, "on": self.play.calendar.local_date(self.play.now)}
            self.utter(verb.name, blanks, self.actor(verb.by[0]))

    def _fitting(self, blanks: dict[str, object], row: Row | None) -> dict[str, object]:
        """An address that is asked for with a role belongs to somebody who has it."""
        for phrase in row.needs if row else ():
            words = phrase.split()
            if words[0] == "officer" and words[-1] in self.procedure.roles and words[1] in blanks:
                blanks[words[1]] = self.actor(words[-1]).address
        return blanks
