"""Which mails are asked for together."""

from __future__ import annotations

from mailflow.mailbox.batches import BATCH, LOOKS_ASIDE, STRIKES, Batches, by_weight


def test_batches_are_bounded_and_in_order():
    """At most fifty UIDs together, ascending."""
    batches, aside = Batches().plan("INBOX", 1, {5, 3, *range(10, 200)})
    assert [uid for batch in batches for uid in batch] == [3, 5, *range(10, 200)]
    assert max(map(len, batches)) == BATCH
    assert not aside


def test_suspects_come_last_and_alone():
    """What was in a broken batch may not take others down again."""
    plan = Batches()
    plan.broke("INBOX", 1, [2, 3])
    assert plan.plan("INBOX", 1, [1, 2, 3, 4])[0] == [[1, 4], [2], [3]]
    assert plan.plan("INBOX", 2, [1, 2, 3, 4])[0] == [[1, 2, 3, 4]]
    assert plan.plan("Sent", 1, [1, 2, 3, 4])[0] == [[1, 2, 3, 4]]


def test_left_aside_is_not_for_ever():
    """After many looks a poison mail gets one more chance: perhaps it was the network."""
    plan = Batches()
    for _ in range(STRIKES):
        plan.broke("INBOX", 1, [2])
    looks = [plan.plan("INBOX", 1, [1, 2]) for _ in range(LOOKS_ASIDE)]
    assert [aside for _, aside in looks] == [{2}] * (LOOKS_ASIDE - 1) + [set()]
    assert looks[-1][0] == [[1], [2]]


def test_heavy_mails_stand_alone():
    """A group stays within the bound; a single mail above it is a group of its own, whatever stands around it."""
    sizes = {1: 10, 2: 300, 3: 0, 4: 60, 5: 50, 6: 40}
    assert by_weight([1, 2, 3, 4, 5, 6], sizes, 100) == [[1], [2], [3, 4], [5, 6]]
    assert by_weight([], {}, 100) == []
