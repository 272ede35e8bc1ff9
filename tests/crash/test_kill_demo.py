"""The daemon is killed in the middle of its work, again and again, and nobody can tell from their mailbox."""

from __future__ import annotations

import os
import random
import signal
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from mailflow.demo.show import Player
from tests.crash.manners import Service
from tests.crash.played import DOUBT, STEPS, Played, agree, performed, says

KILLS = 6
LONGEST_WAIT = 0.15
ADMINISTRATOR = "ruth.kemp@council.example"

pytestmark = pytest.mark.usefixtures("forked_daemons")


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class Killer:
    """Kills the daemon after some of the deliveries, before their answer can be read, and at any time in some steps."""

    def __init__(self, seed: int, deliveries: int) -> None:
        dice = random.Random(seed)
        self.at_delivery = set(dice.sample(range(1, deliveries + 1), KILLS // 2))
        self.at_step = {n: dice.uniform(0, LONGEST_WAIT) for n in dice.sample(range(STEPS), KILLS // 2)}
        self.seen, self.killed = 0, 0
        self._threads: list[threading.Thread] = []

    def __call__(self, player: Player, number: int) -> None:
        if number == 0:
            self._watch(player)
        for thread in self._threads:
            thread.join()
        wait = self.at_step.get(number)
        if wait is not None:
            # The process of now, not the one that is started in its place meanwhile.
            timer = threading.Timer(wait, kill, [player.stage.pid])
            timer.start()
            self._threads = [timer]
            self.killed += 1

    def _watch(self, player: Player) -> None:
        stage = player.stage
        heard = stage.mail.on_delivery

        def delivered(user: str, octets: bytes, folder: str) -> None:
            heard(user, octets, folder)
            self.seen += 1
            if self.seen in self.at_delivery and b"X-Mailflow-Letter" in octets:
                self.killed += 1
                kill(stage.pid)

        stage.mail.on_delivery = delivered


class Attended(Player):
    """With an administrator who looks into the mail server when a letter may or may not have left, and says which."""

    def tell(self) -> None:
        super().tell()
        if not any(says(mail, DOUBT) for mail in self.cast.people[ADMINISTRATOR].mails[self.read :]):
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


def test_nobody_notices_that_the_daemon_was_killed(undisturbed: Played, tmp_path: Path, service: Service) -> None:
    """kill -9 while letters leave and mails are read, then a restart: the same ends, no letter twice, none missing,
    and every letter's Message-ID and reference is what its place in the log makes it."""
    seed = int(os.environ.get("MAILFLOW_SEED") or random.randrange(1_000_000))
    deliveries = sum(box.total() for box in undisturbed.boxes.values())
    print(f"MAILFLOW_SEED={seed}, {deliveries} deliveries")
    killer = Killer(seed, deliveries)
    disturbed = performed(tmp_path, killer, service=service, patient=True, player=Attended)
    print(f"killed {killer.killed} times, started again {disturbed.restarts} times")
    assert disturbed.restarts >= KILLS // 2
    agree(disturbed, undisturbed)
