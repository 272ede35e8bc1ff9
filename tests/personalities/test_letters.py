"""Letters under the manners of a plain server, Exchange Online and Gmail: each leaves once, and what proves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.personalities.world import ADMIN, PEOPLE, World
from tests.servers.personality import EXCHANGE, GMAIL, Personality

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix]


def left(world: World) -> bool:
    """Nothing waits and nothing is in doubt."""
    return bool(world.refs()) and set(world.states()) == {"sent"}


def all_home(world: World) -> None:
    """Everything has left, and each letter's copy was found."""
    world.until(lambda: left(world))
    world.arrived()
    world.until(lambda: world.came_home() == len(world.decided_letters()))


def test_the_courier_dies_at_the_final_dot(world: World):
    """Before it nothing has left: the next courier sends it. After it the letter has left, whose copy settles that."""
    world.concern()
    world.dies_at("dot")
    world.dies_at("reply")
    all_home(world)
    assert len(world.got(PEOPLE[0])) == 1 and not world.asked()
    world.nothing_lost()


def test_the_answer_to_the_final_dot_is_lost(world: World):
    """The same without a death: the copy, read before or after the doubt, settles it."""
    world.manners.lose = 2
    world.concern()
    all_home(world)
    assert not world.manners.lose and not world.asked()
    world.nothing_lost()


def test_the_final_dot_is_lost(world: World):
    """It has not left: when a later letter's copy is home and its own is not, it leaves again, as it was."""
    world.manners.swallow = 1
    world.concern()
    world.until(lambda: world.states()["in_doubt"] == 1)
    world.go(minutes=5)
    world.concern("Sunny Ltd came late")
    all_home(world)
    assert len(world.got(PEOPLE[0])) == len(world.got(PEOPLE[1])) == 1
    world.nothing_lost()


@pytest.mark.parametrize("traits", [GMAIL, EXCHANGE], ids=lambda one: one.name)
def test_without_any_copy_a_person_is_asked(worlds: Callable[..., World], traits: Personality):
    """Where no folder with copies is read, nothing is known and nothing is sent twice: one question, and no guess."""
    world = worlds(traits, sent="", junk="")
    world.manners.lose = 1
    world.concern()
    world.until(lambda: bool(world.asked()))
    world.go(days=2)
    assert len(world.asked()) == 1 and world.states()["in_doubt"] == 1
    world.arrived()
    assert not any(n > 1 for n in world.manners.accepted.values())
    assert not [d for d in world.report().differences if d.kind != "late"]
    told = [m for m in world.got(ADMIN) if "may or may not have left" in m.text]
    assert len(told) == 1


def test_the_way_out_is_throttled(worlds: Callable[..., World], personality: Personality):
    """More letters than the service takes in a minute: they wait, all leave, none twice."""
    world = worlds(replace(personality, per_minute=4))
    for number in range(3):
        world.concern(f"Home {number} Ltd was late")
    world.until(lambda: len(world.refs()) == 3 and left(world))
    assert world.manners.refused and len(world.decided()) > 8
    world.nothing_lost()
