"""The daemon is killed in the middle of its work, again and again, and nobody can tell from their mailbox."""

from __future__ import annotations

import io
import os
import random
import signal
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from mailflow.demo.installation import contracts_by_email
from mailflow.demo.letterbox import Mail
from mailflow.demo.scripts import OUTSIDERS, START
from mailflow.demo.show import Player, choose
from mailflow.demo.stage import Stage
from mailflow.demo.timeline import Timeline

KEYS = ("A", "D", "G")
KILLS = 8
LONGEST_WAIT = 0.15
ADMINISTRATOR = "ruth.kemp@council.example"
DOUBT = "may or may not have left"


def in_doubt(mail: Mail) -> bool:
    """Whether the mail asks about a letter that may or may not have left."""
    return DOUBT in " ".join(mail.text.split())


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class Killer:
    """Kills the daemon after some of the deliveries, before their answer can be read, and at any time in some steps."""

    def __init__(self, seed: int, deliveries: int, steps: int) -> None:
        dice = random.Random(seed)
        self.at_delivery = set(dice.sample(range(1, deliveries + 1), KILLS // 2))
        self.at_step = {n: dice.uniform(0, LONGEST_WAIT) for n in dice.sample(range(steps), KILLS // 2)}
        self.seen, self.killed = 0, 0
        self._threads: list[threading.Thread] = []

    def watch(self, player: Player) -> None:
        self.player, stage = player, player.stage
        heard = stage.mail.on_delivery

        def delivered(user: str, octets: bytes, folder: str) -> None:
            heard(user, octets, folder)
            self.seen += 1
            if self.seen in self.at_delivery and b"X-Mailflow-Letter" in octets:
                self.killed += 1
                kill(stage.pid)

        stage.mail.on_delivery = delivered

    def between(self, number: int) -> None:
        for thread in self._threads:
            thread.join()
        wait = self.at_step.get(number)
        if wait is not None:
            # The process of now, not the one that is started in its place meanwhile.
            timer = threading.Timer(wait, kill, [self.player.stage.pid])
            timer.start()
            self._threads = [timer]
            self.killed += 1


class Attended(Player):
    """With an administrator who looks into the mail server when a letter may or may not have left, and says which."""

    def tell(self) -> None:
        super().tell()
        if not any(in_doubt(mail) for mail in self.cast.people[ADMINISTRATOR].mails[self.read :]):
            return
        self.read = len(self.cast.people[ADMINISTRATOR].mails)
        for row in self.stage.cli("held", "list", "--json"):
            if row["what"] == "letter":
                letter = row["suggestion"]["letter"].encode()
                left = any(
                    b"X-Mailflow-Letter: " + letter + b"; " in mail.octets
                    for login in self.stage.mail.users
                    for mail in self.stage.mail.mails(login)
                )
                self.stage.cli("held", "settle" if left else "release", row["tag"])
                print(f"in doubt: {row['suggestion']['letter']}, {'had left' if left else 'let go again'}")
        self.stage.sync()
        super().tell()

    read = 0


def performed(folder: Path, killer: Killer | None = None) -> tuple[dict[str, str], dict[str, Counter[str]], Stage]:
    """Last states by script; letter ids by person."""
    scripts = choose(KEYS)
    registers = contracts_by_email()
    patient = killer is not None
    with Stage(folder, start=START, registers=registers, strangers=OUTSIDERS, patient=patient) as stage:
        told = io.StringIO()
        player = Attended(stage, scripts, Timeline(told, 1), killer.between if killer else lambda _n: None)
        if killer:
            killer.watch(player)
        outcome = player.play()
        player.close()
        assert outcome.faults == [], told.getvalue()[-6000:]
        boxes = {
            person.address: Counter(m.letter_id for m in person.mails if m.letter_id and not in_doubt(m))
            for person in player.cast.people.values()
        }
        return outcome.states, boxes, stage


@pytest.fixture(scope="module")
def undisturbed(
    forked_daemons: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, str], dict[str, Counter[str]]]:
    """What everybody has in their mailbox when nothing goes wrong."""
    states, boxes, _ = performed(tmp_path_factory.mktemp("undisturbed"))
    return states, boxes


def test_nobody_notices_that_the_daemon_was_killed(
    undisturbed: tuple[dict[str, str], dict[str, Counter[str]]], tmp_path: Path
) -> None:
    """kill -9 while letters leave and mails are read, then a restart: the same ends, no letter twice, none missing."""
    states, boxes = undisturbed
    seed = int(os.environ.get("MAILFLOW_SEED") or random.randrange(1_000_000))
    deliveries = sum(box.total() for box in boxes.values())
    print(f"MAILFLOW_SEED={seed}, {deliveries} deliveries")
    steps = sum(len(script.steps) for script in choose(KEYS))
    killer = Killer(seed, deliveries, steps)
    disturbed_states, disturbed, stage = performed(tmp_path, killer)
    print(f"killed {killer.killed} times, started again {stage.restarts} times")
    assert stage.restarts >= KILLS // 2
    assert disturbed_states == states
    twice = {person: [i for i, n in box.items() if n > 1] for person, box in disturbed.items()}
    assert not any(twice.values()), twice
    differ = {p: (boxes[p] - disturbed[p], disturbed[p] - boxes[p]) for p in boxes if boxes[p] != disturbed[p]}
    assert differ == {}
