"""Rules of the outbox: once, in order, and taken back only while it waits."""

from __future__ import annotations

import itertools
import threading
from datetime import datetime, timedelta

import pytest

from mailflow.store import Store
from mailflow.store.outbox import FROM_STATES
from tests.store.steps import AL, HOME, JO, Make, claimed, states


def test_a_fact_sends_a_letter_once(store: Store, letter: Make, noon: datetime) -> None:
    """G3: the same case, machine, template, party and sequence number is one row, whatever its id."""
    with store.unit() as u:
        assert u.outbox.put(letter("L1"), [JO])
        assert not u.outbox.put(letter("L2"), [JO])
        assert not u.outbox.put(letter("L1"), [JO])
        assert u.outbox.put(letter("L3", seq=2), [JO])
        assert [found.id for found, _ in u.outbox.of_case("CC-2027-0001")] == ["L1", "L3"]


def test_a_message_id_used_by_another_fact_is_a_fault(store: Store, letter: Make) -> None:
    """Only the once-key is met in silence; a letter must not vanish behind another one's Message-ID."""
    with pytest.raises(Exception, match="(?i)unique"), store.unit() as u:
        u.outbox.put(letter("L1"), [JO])
        u.outbox.put(letter("L2", seq=2, message_id="<L1@council.example>"), [JO])


def test_a_letter_needs_a_recipient(store: Store, letter: Make) -> None:
    """A letter to nobody would wait for ever."""
    with pytest.raises(ValueError, match="recipient"), store.unit() as u:
        u.outbox.put(letter(), [])


def test_a_claim_takes_all_recipients_and_records_the_attempt(store: Store, letter: Make, noon: datetime) -> None:
    """One transaction carries all recipients and the home copy; the attempt is on record before dialling."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO, AL], home=HOME)
        ((found, envelopes),) = u.outbox.claim(noon, lease_seconds=60)
        assert found == letter()
        assert [(e.recipient, e.state, e.attempts, e.home) for e in envelopes] == [
            (AL, "claimed", 1, False),
            (JO, "claimed", 1, False),
            (HOME, "claimed", 1, True),
        ]
        (attempt,) = u.outbox.attempts("L1")
        assert (attempt.phase, attempt.started_at, attempt.ended_at) == ("claimed", noon, None)
        assert attempt.lease_until == noon + timedelta(seconds=60)
        assert claimed(u, noon) == []


def test_nothing_leaves_before_its_time(store: Store, letter: Make, noon: datetime) -> None:
    """leave_at itself is the first instant; next_leave tells it."""
    with store.unit() as u:
        u.outbox.put(letter(minutes=10), [JO])
        assert u.outbox.next_leave() == noon + timedelta(minutes=10)
        assert claimed(u, noon + timedelta(minutes=10, microseconds=-1)) == []
        assert claimed(u, noon + timedelta(minutes=10)) == ["L1"]
        assert u.outbox.next_leave() is None


def test_two_couriers_never_claim_one_letter(store: Store, letter: Make, noon: datetime) -> None:
    """Threads that claim together get every letter exactly once."""
    with store.unit() as u:
        for n in range(24):
            u.outbox.put(letter(f"L{n}", case=f"c{n}"), [JO])
    got: list[str] = []
    barrier = threading.Barrier(4)

    def courier() -> None:
        barrier.wait()
        while True:
            with store.unit() as u:
                mine = claimed(u, noon, limit=2)
            if not mine:
                return
            got.extend(mine)

    threads = [threading.Thread(target=courier) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(f"L{n}" for n in range(24))


def test_priority_then_time(store: Store, letter: Make, noon: datetime) -> None:
    """Of different cases the smaller priority leaves first, then the earlier letter."""
    with store.unit() as u:
        u.outbox.put(letter("slow", case="a", priority=9, minutes=-9), [JO])
        u.outbox.put(letter("late", case="b", priority=1, minutes=-1), [JO])
        u.outbox.put(letter("early", case="c", priority=1, minutes=-2), [JO])
        assert claimed(u, noon, limit=3) == ["early", "late", "slow"]


@pytest.mark.parametrize(
    ("state", "blocks"),
    [
        ("claimed", True),
        ("deferred", True),
        ("in_doubt", True),
        ("sent", False),
        ("refused", False),
        ("withdrawn", False),
    ],
)
def test_letters_of_a_case_to_a_party_leave_in_order(
    store: Store, letter: Make, noon: datetime, state: str, blocks: bool
) -> None:
    """A later letter waits while an earlier one to the same party may still leave; other parties do not wait."""
    with store.unit() as u:
        u.outbox.put(letter("first", seq=1), [JO])
        u.outbox.put(letter("second", seq=2, priority=0), [JO])
        u.outbox.put(letter("other", seq=3, party="referrer"), [AL])
        if state == "withdrawn":
            assert u.outbox.withdraw("first")
        else:
            # The first one goes first, whatever the priority of the second.
            assert claimed(u, noon) == ["first"]
        if state not in ("claimed", "withdrawn"):
            u.outbox.settle("first", JO, state, "", next_at=noon + timedelta(hours=1), at=noon)
        expected = ["other"] if blocks else ["second", "other"]
        assert claimed(u, noon, limit=5) == expected


def test_order_is_leave_at_then_recorded_then_seq(store: Store, letter: Make, noon: datetime) -> None:
    """A later fact with an earlier leave_at goes first; equal ones go in the order of their facts."""
    with store.unit() as u:
        u.outbox.put(letter("d", seq=4, minutes=-1), [JO])
        u.outbox.put(letter("c", seq=3, minutes=-1), [JO])
        u.outbox.put(letter("b", seq=9, minutes=-1, recorded_at=noon - timedelta(days=1)), [JO])
        u.outbox.put(letter("a", seq=10, minutes=-2), [JO])
        order = []
        while mine := claimed(u, noon):
            order += mine
            u.outbox.settle(mine[0], JO, "sent", "250", at=noon)
        assert order == ["a", "b", "c", "d"]


def test_next_leave_does_not_name_a_letter_that_is_held_back(store: Store, letter: Make, noon: datetime) -> None:
    """A courier that sleeps until next_leave must not spin over a letter that waits behind another."""
    with store.unit() as u:
        u.outbox.put(letter("first", seq=1), [JO])
        u.outbox.put(letter("second", seq=2), [JO])
        claimed(u, noon)
        assert u.outbox.next_leave() is None
        u.outbox.settle("first", JO, "deferred", "451", next_at=noon + timedelta(hours=1), at=noon)
        assert u.outbox.next_leave() == noon + timedelta(hours=1)
        claimed(u, noon + timedelta(hours=1))
        u.outbox.settle("first", JO, "sent", "250", at=noon)
        assert u.outbox.next_leave() == noon


def test_only_the_deferred_recipient_is_tried_again(store: Store, letter: Make, noon: datetime) -> None:
    """Who has had the letter does not get it again; a partly settled letter is not claimed a second time meanwhile."""
    later = noon + timedelta(minutes=15)
    with store.unit() as u:
        u.outbox.put(letter(), [JO, AL], home=HOME)
        claimed(u, noon)
        u.outbox.settle("L1", JO, "deferred", "450 later", next_at=noon, at=noon)
        assert claimed(u, noon) == []
        u.outbox.settle("L1", AL, "sent", "250", at=noon)
        assert u.outbox.attempts("L1")[0].ended_at is None
        u.outbox.settle("L1", HOME, "sent", "250", at=noon)
        assert u.outbox.attempts("L1")[0].ended_at == noon
        assert "450 later" in u.outbox.attempts("L1")[0].words
        ((_, envelopes),) = u.outbox.claim(later, lease_seconds=60)
        assert [(e.recipient, e.attempts) for e in envelopes] == [(JO, 2)]
        assert len(u.outbox.attempts("L1")) == 2


@pytest.mark.parametrize(
    ("before", "after"), list(itertools.product(sorted({*FROM_STATES, "claimed"}), sorted(FROM_STATES)))
)
def test_the_state_table_is_kept(store: Store, letter: Make, noon: datetime, before: str, after: str) -> None:
    """An envelope moves only along the table; what is sent never waits again."""
    way = {
        "waiting": [],
        "claimed": [],
        "sent": ["sent"],
        "served": ["sent", "served"],
        "bounced": ["sent", "bounced"],
        "deferred": ["deferred"],
        "refused": ["refused"],
        "in_doubt": ["in_doubt"],
        "withdrawn": ["withdrawn"],
    }
    with store.unit() as u:
        u.outbox.put(letter(), [JO])
        if before not in ("waiting", "withdrawn"):
            claimed(u, noon)
        for step in way[before]:
            assert u.outbox.settle("L1", JO, step, "", at=noon)
        assert states(u, "L1") == {JO: before}
        assert u.outbox.settle("L1", JO, after, "", at=noon) is (before in FROM_STATES[after])
        assert states(u, "L1") == {JO: after if before in FROM_STATES[after] else before}


def test_withdrawing_races_the_courier(store: Store, letter: Make, noon: datetime) -> None:
    """Only a letter of which all still waits is taken back, and what is taken back never leaves."""
    with store.unit() as u:
        u.outbox.put(letter("L1"), [JO, AL])
        assert u.outbox.withdraw("L1") and not u.outbox.withdraw("L1")
        assert set(states(u, "L1").values()) == {"withdrawn"}
        assert claimed(u, noon) == []
        u.outbox.put(letter("L2", seq=2), [JO, AL])
        claimed(u, noon)
        assert not u.outbox.withdraw("L2")
        u.outbox.settle("L2", JO, "sent", "", at=noon)
        u.outbox.settle("L2", AL, "waiting", "", at=noon)
        assert not u.outbox.withdraw("L2")
        assert states(u, "L2") == {JO: "sent", AL: "waiting"}
        assert not u.outbox.withdraw("unknown")


@pytest.mark.parametrize(
    ("jo", "al", "home", "waits"),
    [
        ("deferred", "deferred", "deferred", True),
        ("deferred", "refused", "deferred", True),
        ("deferred", "deferred", "sent", True),
        ("deferred", "sent", "sent", False),
        ("deferred", "in_doubt", "in_doubt", False),
        ("deferred", "deferred", "in_doubt", False),
        ("refused", "refused", "refused", False),
    ],
)
def test_a_letter_that_was_put_off_waits_until_somebody_has_it(
    store: Store, letter: Make, noon: datetime, jo: str, al: str, home: str, waits: bool
) -> None:
    """A deferred letter is held and taken back like one never tried, unless a recipient has it or may have it; our own
    copy counts for nobody."""
    later = noon + timedelta(days=3650)
    with store.unit() as u:
        u.outbox.put(letter(), [JO, AL], home=HOME)
        claimed(u, noon)
        assert not u.outbox.waits("L1") and not u.outbox.set_leave("L1", later)
        for name, state in ((JO, jo), (AL, al), (HOME, home)):
            u.outbox.settle("L1", name, state, "", next_at=noon, at=noon)
        assert u.outbox.waits("L1") is waits
        assert u.outbox.set_leave("L1", later) is waits
        if waits:
            assert claimed(u, noon) == [] and u.outbox.next_leave() == later
        assert u.outbox.withdraw("L1") is waits
        assert (states(u, "L1")[JO] == "withdrawn") is waits
        assert states(u, "L1")[AL] == ("withdrawn" if waits and al == "deferred" else al)


def test_withdraw_and_claim_in_two_threads(store: Store, letter: Make, noon: datetime) -> None:
    """Exactly one of the two wins, every time."""
    for turn in range(10):
        with store.unit() as u:
            u.outbox.put(letter(f"L{turn}", case=f"c{turn}"), [JO])
        barrier = threading.Barrier(2)
        outcome: dict[str, bool] = {}

        def withdraw(name: str, barrier: threading.Barrier = barrier, outcome: dict[str, bool] = outcome) -> None:
            barrier.wait()
            with store.unit() as u:
                outcome["withdrawn"] = u.outbox.withdraw(name)

        def claim(barrier: threading.Barrier = barrier, outcome: dict[str, bool] = outcome) -> None:
            barrier.wait()
            with store.unit() as u:
                outcome["claimed"] = bool(claimed(u, noon))

        threads = [threading.Thread(target=withdraw, args=(f"L{turn}",)), threading.Thread(target=claim)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcome["withdrawn"] is not outcome["claimed"]


def test_waiting_letters_of_a_case_are_withdrawn_by_machine_and_template(store: Store, letter: Make) -> None:
    """Only the waiting letters named are taken back."""
    with store.unit() as u:
        u.outbox.put(letter("a", template="chase"), [JO])
        u.outbox.put(letter("b", template="ask"), [JO])
        u.outbox.put(letter("c", machine="RA-1", template="chase"), [JO])
        u.outbox.put(letter("d", case="other", template="chase"), [JO])
        assert u.outbox.withdraw_waiting("CC-2027-0001", "concern", ["chase"]) == ["a"]
        assert u.outbox.withdraw_waiting("CC-2027-0001") == ["b", "c"]
        assert u.outbox.withdraw_waiting("CC-2027-0001") == []
        assert states(u, "d") == {JO: "waiting"}


def test_leaving_can_be_put_off_while_it_waits(store: Store, letter: Make, noon: datetime) -> None:
    """set_leave moves a waiting letter, not one on its way."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO])
        assert u.outbox.set_leave("L1", noon + timedelta(hours=1))
        assert claimed(u, noon) == []
        assert claimed(u, noon + timedelta(hours=1)) == ["L1"]
        assert not u.outbox.set_leave("L1", noon)


def test_what_may_have_left_is_counted(store: Store, letter: Make, noon: datetime) -> None:
    """The brake on the outbox counts sent and doubtful envelopes since an instant, home copies apart."""
    with store.unit() as u:
        u.outbox.put(letter("a", case="a"), [JO, AL], home=HOME)
        u.outbox.put(letter("b", case="b"), [JO])
        claimed(u, noon, limit=2)
        for recipient in (JO, AL, HOME):
            u.outbox.settle("a", recipient, "sent", "", at=noon)
        u.outbox.settle("a", AL, "bounced", "", at=noon + timedelta(days=1))
        u.outbox.settle("b", JO, "in_doubt", "", at=noon + timedelta(minutes=1))
        ours = "office@council.example"
        assert u.departures.sent_count(noon, ours, now=noon) == 3
        assert u.departures.sent_count(noon, "office@insurer.example", now=noon) == 0
        assert u.departures.sent_to(noon, JO, now=noon) == 2
        assert u.departures.sent_count(noon + timedelta(seconds=1), ours, now=noon) == 1
        assert u.outbox.all_states() == {"bounced": 1, "in_doubt": 1, "sent": 2}


def test_letters_are_found_by_message_id(store: Store, letter: Make) -> None:
    """A reply or a bounce names our Message-ID and nothing else."""
    with store.unit() as u:
        u.outbox.put(letter(), [JO])
        assert u.outbox.by_message_id("<L1@council.example>") == letter()
        assert u.outbox.by_message_id("<x@council.example>") is None
        assert u.outbox.get("x") is None


def test_forgetting_a_case_spares_what_must_still_leave(store: Store, letter: Make, noon: datetime) -> None:
    """The octets of letters that have left are erased, others stay."""
    with store.unit() as u:
        u.outbox.put(letter("a"), [JO])
        u.outbox.put(letter("b", seq=2), [JO])
        claimed(u, noon)
        u.outbox.settle("a", JO, "sent", "", at=noon)
        assert u.outbox.forget("CC-2027-0001") == 1
        first, second = u.outbox.of_case("CC-2027-0001")
        assert first[0].octets == b"" and second[0].octets != b""
