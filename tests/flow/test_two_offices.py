"""Two offices of one house: whose mail, whose case, whose clock; nothing of one reaches the other."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from mailflow.flow.ports import House, Office
from mailflow.flow.summarise import due_digests
from mailflow.store import Store
from tests.flow.bench import BOX, JOAN, MAYA, OLIVE, ROOT, Bench, at, letters_of, office, write

SOUTH = "concerns@south.example"
KARL = "karl.benning@council.example"


class TwoOffices(Bench):
    """The council twice, as two offices that know the same people; `to_south` and `to_council` turn to one of them."""

    def __init__(self, store: Store):
        super().__init__(store)
        self.council = self.office
        self.south = replace(office(), id="south", address=SOUTH, prefix="SO", name="South Council")
        self.offices = (self.council, self.south)
        self.house = House(store, {o.id: o for o in self.offices}, letters_of(ROOT / "templates"), b"x" * 32)
        self._uid = itertools.count(5000)

    def turn_to(self, chosen: Office) -> None:
        """Mails from now on come to this office."""
        self.office = chosen

    def settle(self) -> None:
        """As the bench does; both mailboxes are read."""
        assert self.now is not None
        super().settle()
        with self.store.unit() as unit:
            for each in self.offices:
                unit.inbox.set_read_through(each.mailbox, self.now)


@pytest.fixture
def two(bench: Bench) -> TwoOffices:
    return TwoOffices(bench.store)


def both(two: TwoOffices) -> tuple[str, str]:
    """A concern with the provider in each office: the council's and the south's."""
    council = two.with_provider()
    two.turn_to(two.south)
    south = two.with_provider("2027-02-02")
    return council, south


def test_each_office_answers_in_its_own_name_with_its_own_reference(two: TwoOffices):
    """Prefix, sender and name are those of the office whose mailbox the mail came to, though the procedure is one."""
    council, south = both(two)
    assert (council[:3], south[:3]) == ("CC-", "SO-")
    ours, theirs = (x for x in two.letters("M20") if JOAN in x.to)
    assert (ours.message.from_.email, theirs.message.from_.email) == (BOX, SOUTH)
    assert "South Council" in theirs.words and "South Council" not in ours.words


def test_a_mail_without_reference_is_matched_in_its_own_office_only(two: TwoOffices):
    """G1: a provider of cases in both who writes to one mailbox is asked about there."""
    council, south = both(two)
    identity = two.mail("2027-02-03 10:00", JOAN, "Your letter", "We are looking into it.")
    kept = two.kept(identity)
    assert (kept.state, kept.case) == ("held", south)
    assert two.letters("M57")[-1].message.from_.email == SOUTH


def test_an_answer_to_the_other_offices_letter_is_not_taken_for_its_case(two: TwoOffices):
    """A mail that came to this mailbox cannot move a case of the other, even by In-Reply-To; a person is asked."""
    council, south = both(two)
    letter = next(x for x in two.letters("M20") if x.case == council)
    before = two.standing(council)
    identity = two.mail("2027-02-03 10:00", JOAN, "An answer", "We dispute this.", answers=letter.message)
    assert two.kept(identity).case != council and two.standing(council) == before


def test_an_officer_cannot_name_a_case_of_the_other_office(two: TwoOffices):
    """A concern is no duplicate of another office's case, and a held mail does not belong there."""
    council, south = both(two)
    new = two.concern("2027-02-03 09:00", KARL)
    two.mail("2027-02-03 09:30", MAYA, two.tag(new), f"Duplicate of {council}")
    assert two.state(new) == "RCV" and two.letters("M51")
    two.mail("2027-02-03 10:00", JOAN, "Your letter", "We are looking into it.")
    (tag,) = two.open_questions()
    two.mail("2027-02-03 10:30", MAYA, f"Re: [{tag}]", f"Belongs to {council}")
    assert two.open_questions() == [tag] and two.state(council) == "WPR"


def test_the_others_cases_are_not_shown_with_a_provider(two: TwoOffices):
    """Q11 lists other concerns of this office: what another organisation deals with is not its business."""
    council, south = both(two)
    assert two.letter("M02").case == south and council not in two.letter("M02").words
    third = two.concern("2027-02-03 09:00", KARL)
    two.mail("2027-02-03 09:30", MAYA, two.tag(third), "Provider is Oakfield Care Ltd")
    two.mail("2027-02-03 09:40", MAYA, two.tag(third), "Ask: Which calls were missed?")
    two.mail("2027-02-03 10:30", KARL, two.tag(third), "All three on Friday.")
    shown = two.letter("M02").words
    assert south in shown and council not in shown


def test_a_held_mail_of_one_office_holds_no_chaser_of_the_other(two: TwoOffices):
    """G9 per mailbox: what the provider wrote to the south is no sign of life for the council's letter."""
    council, south = both(two)
    two.mail("2027-02-10 10:00", JOAN, "Your letter", "We are looking into it.")
    two.to("2027-02-16 17:00")
    assert (two.state(council), two.state(south)) == ("PRM", "WPR")


def test_each_office_has_its_own_daily_list(two: TwoOffices):
    """An officer of both gets a list from each, with that office's cases only."""
    council, south = both(two)
    two.to("2027-02-15 07:00")
    two.now = at("2027-02-15 08:00")
    while due_digests(two.house, two.now):
        pass
    two.settle()
    lists = [x for x in two.letters("M55", MAYA)]
    assert {x.message.from_.email for x in lists} == {BOX, SOUTH}
    for each in lists:
        mine, other = (council, south) if each.message.from_.email == BOX else (south, council)
        assert mine in each.words and other not in each.words


def test_what_another_office_sent_from_a_shared_account_is_nobodys_letter_here(two: TwoOffices):
    """Two offices in folders of one account share its Sent folder: a letter of one is filed silently by the other."""
    council, south = both(two)
    questions = len(two.open_questions())
    identity = two.mail("2027-02-03 10:00", BOX, "Hello", "We will call you.", to=JOAN, folder="Sent")
    assert two.kept(identity).state == "done" and len(two.open_questions()) == questions


def test_an_own_copy_settles_whichever_mailbox_it_came_to(two: TwoOffices):
    """OLIVE's concern in both offices: two references, two acknowledgements, no copies taken for one another."""
    two.concern("2027-02-01 09:30", OLIVE)
    two.turn_to(two.south)
    two.concern("2027-02-01 09:45", OLIVE)
    assert len(two.refs()) == 2 and len(two.letters("M01", OLIVE)) == 2


def test_a_mail_sent_to_both_is_answered_in_each(two: TwoOffices):
    """G1: one Message-ID may open a case in each office; what answers it belongs to the case of its own mailbox."""
    words = ("Missed calls", "Oakfield Care Ltd missed three calls.")
    first = write(KARL, *words, message_id="<both@council.example>")
    two.raw("2027-02-01 09:30", first)
    two.turn_to(two.south)
    with two.store.unit() as unit:
        kept = {"mailbox": SOUTH, "folder": "INBOX", "uidvalidity": 1, "uid": 1, "sender": KARL}
        unit.inbox.keep("another", first, arrived_at=two.now, kept_at=two.now, **kept)
    two.settle()
    assert [ref[:3] for ref in two.refs()] == ["CC-", "SO-"]
    answers = (("In-Reply-To", "<both@council.example>"),)
    identity = two.mail("2027-02-01 11:00", KARL, "More about it", "It was on Friday.", headers=answers)
    kept_mail = two.kept(identity)
    assert (kept_mail.state, kept_mail.case) == ("done", two.refs()[1])
