"""After the show: the servers stay up, and a person with a mail program plays a role by hand.

In: what is typed: a date, ENTER for the next deadline, or quit; mails that come from outside.
Out: host, ports and passwords; what the daemon does about each mail.
Fails: StageFailed from the stage.
Limits: one person at the terminal; the clock goes forward only.
"""

from __future__ import annotations

import sys
import threading
from datetime import datetime

from mailflow.demo.scripts import ZONE
from mailflow.demo.show import Player
from mailflow.demo.stage import StageFailed
from mailflow.demo.timeline import Timeline


def open_house(player: Player, timeline: Timeline) -> None:
    """Until quit, end of input or Ctrl-C."""
    stage, line = player.stage, timeline.line
    turn, rung, over = threading.Lock(), threading.Event(), threading.Event()
    heard = stage.mail.on_delivery

    def ring(user: str, octets: bytes, folder: str) -> None:
        if heard:
            heard(user, octets, folder)
        rung.set()

    def answer_the_door() -> None:
        while not over.is_set():
            rung.wait()
            rung.clear()
            if not over.is_set():
                with turn:
                    stage.sync()
                    player.tell()

    stage.mail.on_delivery = ring
    door = threading.Thread(target=answer_the_door, name="door", daemon=True)
    door.start()
    line()
    line(f"IMAP {stage.mail.host}:{stage.mail.imap_port}   SMTP {stage.mail.host}:{stage.mail.smtp_port}   no TLS")
    line(f"Write to {' or '.join(stage.mailboxes)}.")
    line("Log in with the full address:")
    for person in sorted(player.cast.people.values(), key=lambda one: one.address):
        line(f"  {person.address:34} {stage.mail.users[person.address]:22} {person.name}")
    line("Type a date to move the clock there (2027-05-04 or 2027-05-04 16:00),")
    line("ENTER for the next deadline, quit to end.")
    try:
        for typed in sys.stdin:
            if typed.strip().lower() in ("quit", "exit", "q"):
                break
            with turn:
                try:
                    _move(player, timeline, typed.strip())
                except (ValueError, StageFailed) as fault:
                    line(f"  {str(fault).splitlines()[0]}")
    except KeyboardInterrupt:
        pass
    finally:
        over.set()
        rung.set()
        door.join(5)
        stage.mail.on_delivery = heard


def _move(player: Player, timeline: Timeline, typed: str) -> None:
    stage = player.stage
    if typed:
        try:
            to = datetime.fromisoformat(typed)
        except ValueError:
            raise ValueError(f'"{typed}" is no date; write 2027-05-04 or 2027-05-04 16:00.') from None
        to = to if to.tzinfo else to.replace(tzinfo=ZONE)
        if to < stage.time:
            raise ValueError(
                f"It is {stage.time.astimezone(ZONE):%Y-%m-%d %H:%M} already; the clock goes forward only."
            )
    else:
        found = stage.next()
        if found is None:
            raise ValueError("Nothing is due any more: every case has ended.")
        to = found
    stage.now(to)
    player.tell()
    timeline.line(f"It is {to.astimezone(ZONE):%A, %d %B %Y, %H:%M}.")
