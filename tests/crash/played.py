"""Two concerns of the demonstration played while something befalls the daemon: what everybody has at the end.

The mail server is the demonstration's, which stamps what it takes with the pretended time; the daemon meets it through
a service with manners, people do not.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from mailflow.cli.main import main
from mailflow.demo import installation
from mailflow.demo.letterbox import Mail
from mailflow.demo.scripts import MAYA, OLIVE, OUTSIDERS, START, WITHDRAWN, Script, answer, at, write
from mailflow.demo.show import Player
from mailflow.demo.stage import Stage, StageFailed
from mailflow.demo.timeline import Timeline
from tests.crash.manners import Service

# Begins in the middle of the other one.
SECOND = Script(
    "S",
    "screened out while another concern is with the police",
    "XLO",
    (
        write(
            at(2, 12, 11),
            OLIVE,
            "Lunch late twice, Oakfield Care Ltd",
            "At the day centre of Oakfield Care Ltd lunch was late twice last week.\n\nOlive",
        ),
        answer(at(2, 15, 13), MAYA, "M02", "Not eligible: low level"),
    ),
)
SCRIPTS = (WITHDRAWN, SECOND)
STEPS = sum(len(script.steps) for script in SCRIPTS)
# From this, and from their place in the log, letters of all performances have the same Message-IDs.
SECRET = "what nobody can guess, for the letters of a test"
# What the administrator is told of the mishap itself.
DOUBT, NEWS = "may or may not have left", "The database was restored."


def says(mail: Mail, words: str) -> bool:
    """Whether these words stand in a mail, wherever its lines end."""
    return words in " ".join(mail.text.split())


class Mannered(Stage):
    """A stage whose daemon meets its mail server through a service; people meet the server itself."""

    def __init__(self, folder: Path, service: Service | None, **more: Any) -> None:
        super().__init__(folder, start=START, registers=installation.contracts_by_email(), strangers=OUTSIDERS, **more)
        self._service = service

    def _write(self) -> None:
        own = self.mail.imap_port, self.mail.smtp_port
        if self._service:
            self._service(self.mail)
            self._service.follow(lambda: self.time)
        installation.secret_file(self.folder, "id", SECRET)
        super()._write()
        self.mail.imap_port, self.mail.smtp_port = own

    def cli(self, *words: str) -> Any:
        """As Stage.cli, without a process that reads all modules for one answer; tests/cli starts them as people do."""
        ran = CliRunner().invoke(main, [*words, "--config", str(self.config)])
        if ran.exit_code:
            raise StageFailed(f"mailflow {' '.join(words)} ended with {ran.exit_code}: {ran.output}")
        try:
            return json.loads(ran.stdout)
        except ValueError:
            return ran.stdout


class Played:
    """What came of a performance: states and references by script, letters (with their Message-IDs) by person."""

    def __init__(self, player: Player) -> None:
        outcome = player.play()
        player.close()
        self.faults, self.states, self.refs = outcome.faults, outcome.states, outcome.refs
        people = player.cast.people.values()
        self.boxes: Mapping[str, Counter[tuple[str, str]]] = {
            p.address: Counter(
                (m.letter_id, m.message_id) for m in p.mails if m.letter_id and not says(m, DOUBT) and not says(m, NEWS)
            )
            for p in people
        }
        self.doubts = [" ".join(m.text.split()) for p in people for m in p.mails if says(m, DOUBT)]
        self.news = [" ".join(m.text.split()) for p in people for m in p.mails if says(m, NEWS)]
        self.restarts = player.stage.restarts


def performed(
    folder: Path,
    between: Callable[[Player, int], None] = lambda _player, _number: None,
    *,
    service: Service | None = None,
    patient: bool = False,
    player: type[Player] = Player,
) -> Played:
    """All scripts played; `between` is called before each step."""
    with Mannered(folder, service, patient=patient) as stage:
        told = io.StringIO()
        playing = player(stage, SCRIPTS, Timeline(told, 1), lambda number: between(playing, number))
        played = Played(playing)
        assert played.faults == [], told.getvalue()[-6000:]
        return played


def agree(disturbed: Played, undisturbed: Played) -> None:
    """The same ends, and the same letters in everybody's mailbox."""
    assert disturbed.refs == undisturbed.refs
    assert disturbed.states == undisturbed.states
    twice = {person: [i for i, n in box.items() if n > 1] for person, box in disturbed.boxes.items()}
    assert not any(twice.values()), twice
    before = undisturbed.boxes
    differ = {p: (before[p] - b, b - before[p]) for p, b in disturbed.boxes.items() if b != before[p]}
    assert differ == {}
