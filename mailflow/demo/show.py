"""Plays the scripts on a stage, tells what happens while it happens, and judges how each concern ended.

In: a stage, the scripts, somewhere to write.
Out: references and last states, whether each is what its script says; folders of mails and letters.
Fails: StageFailed from the stage; a step that cannot be done is told at the end, the others go on.
Limits: judges by what the daemon's own command line answers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from mailflow.demo import installation
from mailflow.demo.cast import Cast, News
from mailflow.demo.insurer_scripts import ISSUES
from mailflow.demo.scripts import CONCERNS, OUTSIDERS, Script, Step
from mailflow.demo.stage import Stage
from mailflow.demo.timeline import GREEN, RED, Timeline

WORDS = re.compile(r"[^a-z0-9]+")
SCRIPTS = (*CONCERNS, *ISSUES)
FIRST = ("M01", "N01")  # the letters by which whoever opened a case learns its reference


@dataclass
class Outcome:
    """What became of the scripts. refs and states: by script key; faults: sentences."""

    refs: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    letters: dict[str, News] = field(default_factory=dict)


class Player:
    """One performance. between: called before every step with its number, so that a test can get in the way."""

    def __init__(
        self,
        stage: Stage,
        scripts: Iterable[Script],
        timeline: Timeline,
        between: Callable[[int], None] = lambda _number: None,
    ) -> None:
        self.stage, self.scripts, self.timeline, self._between = stage, tuple(scripts), timeline, between
        self.cast = Cast(stage, {**installation.names(stage.folder), **OUTSIDERS})
        self.outcome = Outcome()
        self._opening: dict[str, str] = {}

    def play(self) -> Outcome:
        """All steps of all scripts in the order of the calendar, then on to the end of it."""
        steps = sorted(((step, script) for script in self.scripts for step in script.steps), key=lambda s: s[0].at)
        end = steps[-1][0].at + timedelta(days=1)
        for number, (step, script) in enumerate(steps):
            self._between(number)
            self.stage.now(step.at)
            self.tell()
            self.timeline.step(step, script, self.cast.people[step.who].name)
            try:
                self._do(step, script)
            except LookupError as fault:
                self.outcome.faults.append(f"{script.key}: {fault}")
                self.timeline.line(f"          not possible: {fault}", RED)
                continue
            self.stage.sync()
            self.tell()
            following = steps[number + 1][0].at if number + 1 < len(steps) else end
            if following.date() != step.at.date():
                self.timeline.waits(self.stage.next())
        self._between(len(steps))
        self.stage.now(end)
        self.tell()
        self._judge()
        return self.outcome

    def tell(self) -> None:
        """What has arrived in people's mailboxes since the last look."""
        news = self.cast.look()
        for one in news:
            if one.mail.letter_id:
                self.outcome.letters.setdefault(one.mail.letter_id, one)
            if one.mail.template in FIRST:
                for person in one.readers:
                    if key := self._opening.pop(person.address, ""):
                        self.outcome.refs[key] = one.mail.ref
        self.timeline.news(news, {ref: key for key, ref in self.outcome.refs.items()})

    def _do(self, step: Step, script: Script) -> None:
        if step.act == "mend":
            self.stage.mail.bounce_later.pop(step.who, None)
        elif step.act == "write":
            self._opening[step.who] = script.key
            self.cast.write(step.who, script.office.address, step.label, step.words)
        else:
            ref = self.outcome.refs.get(script.key, "")
            if not ref and " " not in step.letter:
                raise LookupError(f"there is no case yet, so {step.who} cannot have got {step.letter}.")
            mail = self.cast.people[step.who].latest(ref, step.letter)
            if step.act == "press":
                self.cast.press(step.who, mail, step.label, step.words, step.files)
            else:
                self.cast.answer(step.who, mail, step.words, step.files, automatic=step.act == "away")

    def _judge(self) -> None:
        # Of a restricted record the list tells only that it is one.
        state_of = {c["ref"]: (c["state"] or c["title"]) if c["ended"] else "" for c in self.stage.cases()}
        for script in self.scripts:
            ref = self.outcome.refs.get(script.key, "")
            state = self.outcome.states[script.key] = state_of.get(ref, "") or "not ended"
            if state != script.ends:
                self.outcome.faults.append(f"{script.key}: {ref or 'no case'} should be {script.ends}: {state}.")

    def save(self) -> tuple[int, int, int]:
        """Write mails and letters into the stage's folder; how many of each, and closure reports."""
        folder = self.stage.folder
        mails = self.cast.save(folder / "mail")
        letters = sorted(self.outcome.letters.values(), key=lambda one: (one.mail.ref, one.mail.arrived))
        numbers: Counter[str] = Counter()
        for one in letters:
            ref = one.mail.ref or "office"
            numbers[ref] += 1
            target = folder / "letters" / ref
            target.mkdir(parents=True, exist_ok=True)
            words = WORDS.sub("-", (one.mail.subject.partition("] ")[2] or one.mail.subject).lower())[:40].strip("-")
            name = f"{numbers[ref]:03} {one.mail.arrived:%Y-%m-%d} {one.mail.template} {words}.html".replace("  ", " ")
            (target / name).write_text(one.mail.html or one.mail.text, "utf-8")
        return mails, len(letters), len(list(folder.glob("reports*/**/*.html")))

    def close(self) -> None:
        """The cast goes home."""
        self.cast.close()


def sum_up(player: Player, seconds: float) -> None:
    """About ten lines: what happened and where to look."""
    outcome, stage, line = player.outcome, player.stage, player.timeline.line
    mails, letters, reports = player.save()
    where = Path(stage.folder)
    line()
    for script in player.scripts:
        good = outcome.states.get(script.key) == script.ends
        mark = "as written" if good else f"NOT as written ({script.ends})"
        line(f"{script.key} {outcome.refs.get(script.key, '?'):16} {outcome.states.get(script.key, '?'):4} {mark}: "
             f"{script.title}", GREEN if good else RED)  # fmt: skip
    for fault in outcome.faults:
        line(f"  {fault}", RED)
    line(f"{letters} letters were written in {seconds:.0f} seconds. Look into {where}:")
    line(f"  mail/      {mails} mails as .eml, a folder for each person")
    line("  letters/   each letter once as a page, a folder for each case")
    line(f"  reports*/  {reports} closure reports")
    line("  mailflow.sqlite3, daemon.log; for one case from its first mail to its last:")
    line(f"  mailflow show {outcome.refs.get(player.scripts[0].key, 'REF')} --config {stage.config}")


def choose(keys: Iterable[str] | None) -> tuple[Script, ...]:
    """The scripts with these keys, all by default."""
    wanted = set(keys) if keys is not None else {script.key for script in SCRIPTS}
    return tuple(script for script in SCRIPTS if script.key in wanted)
