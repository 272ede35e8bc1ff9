"""Yesterday's database comes back where nobody reads the folder with the copies; tests/crash has the usual ways."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.personalities.world import ADMIN, HOUR, PEOPLE, World
from tests.servers.personality import GMAIL

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix]
# In the past of the machine: Dovecot takes no date in the future as a mail's arrival, and arrivals count after a loss.
THEN = datetime(2026, 2, 2, 9, 30, tzinfo=UTC)
LOST = "The database was restored from a backup, and this letter may or may not have left since then"


def quiet(world: World, concerns: int) -> None:
    world.until(lambda: len(world.refs()) == concerns and not world.states()["waiting"])
    world.arrived()


def disaster(world: World) -> None:
    """A concern, a backup, an hour and another concern whose letters leave; then the database is lost and restored."""
    world.concern()
    quiet(world, 1)
    saved, since = world.saved(), world.now
    world.go(hours=1)
    world.concern("Sunny Ltd came late")
    quiet(world, 2)
    world.go(hours=1)
    world.restored(saved, since)


def test_without_copies_every_letter_of_the_lost_time_is_put_to_a_person(worlds: Callable[..., World]):
    """Gmail with no folder of sent mail read: nothing leaves twice, and each letter is asked about once, in words."""
    world = worlds(GMAIL, start=THEN, sent="", junk="")
    disaster(world)
    letters = world.letters()
    world.go(days=1, hours=1)
    world.arrived()
    assert len(world.got(PEOPLE[1])) == 1
    assert all(world.letters()[letter] == n for letter, n in letters.items())
    of_case = {tag for tag in world.asked() if "office:" not in tag}
    assert {tag.partition(":")[2] for tag in of_case} == {
        key.partition(" to ")[0] for key in letters if key.startswith(world.refs()[1])
    }
    told = [m for m in world.got(ADMIN) if LOST in " ".join(m.text.split())]
    assert len(told) == len(world.asked()) and all(
        tag.partition(":")[2] in str([m.text for m in told]) for tag in of_case
    )


def test_who_says_when_the_lost_daemon_stopped_is_not_asked(worlds: Callable[..., World]):
    """--stopped-at: what was to leave later has certainly not left, so it leaves now, once."""
    world = worlds(GMAIL, start=THEN, sent="", junk="")
    world.concern()
    quiet(world, 1)
    saved, since = world.saved(), world.now
    world.manners.arrival = lambda: since + HOUR
    world.concern("Sunny Ltd came late")  # nobody reads it any more
    world.now = since + 2 * HOUR
    world.restored(saved, since, until=since)
    quiet(world, 2)
    assert len(world.got(PEOPLE[1])) == 1 and not world.asked()
    world.nothing_lost()
