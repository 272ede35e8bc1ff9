"""Mails under the manners of a plain server, Exchange Online and Gmail: each kept once, none lost, none twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from imapclient import IMAPClient

from tests.personalities.world import ADMIN, COUNCIL, PEOPLE, World
from tests.servers.personality import EXCHANGE, PLAIN, Personality

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix]
NEVER = -1


def settled(world: World, concerns: int = 1) -> None:
    """The concerns have been read and answered, and all that was to leave has left."""
    world.until(lambda: len(world.refs()) == concerns and not world.states()["waiting"])
    world.arrived()


def officer_moves(world: World, of: str, to: str) -> None:
    """An officer drags all mail of a folder into another; both by the names that people see."""
    with world.manners.client(COUNCIL) as officer:
        officer.select_folder(of)
        officer.move(officer.search("ALL"), to)


def shown(personality: Personality, folder: str) -> str:
    """What people call one of Dovecot's folders."""
    return personality.folders.get(folder, folder)


def concerns_in(client: IMAPClient, folder: str) -> list[int]:
    client.select_folder(folder, readonly=True)
    return client.search(["SUBJECT", "Concern"])


def test_a_mail_comes_and_is_kept_once(world: World):
    """One case, answered once; looking again changes nothing; at three in the morning the books agree in silence."""
    world.concern()
    settled(world)
    world.go(days=1)
    with world.store.read() as unit:
        assert unit.meta.get(f"reconciled:{world.office.id}") == "2027-02-02"
    world.arrived()
    assert len(world.kept()) == 1 and len(world.got(PEOPLE[0])) == 1
    assert world.came_home() == len(world.decided_letters()), "a copy of each, from the inbox, from Junk or from Sent"
    assert not [m for m in world.got(ADMIN) if "do not agree" in m.text]
    world.nothing_lost()


def test_a_mail_that_an_officer_moves_is_no_second_mail(world: World):
    """Moved after it was read it has another UID and, on Exchange, other octets: still the same mail, and one case."""
    world.concern()
    settled(world)
    before = world.kept()
    for of, to in (("INBOX", "Junk"), ("Junk", "INBOX")):
        officer_moves(world, shown(world.manners.personality, of), shown(world.manners.personality, to))
        sightings = world.sightings()
        world.until(lambda n=sightings: world.sightings() > n)
    assert world.kept() == before and len(world.refs()) == 1 and len(world.got(PEOPLE[0])) == 1
    world.nothing_lost()


def test_an_officer_reads_a_mail_first(world: World):
    """\\Seen on a shared mailbox says nothing: a mail that somebody has opened and flagged is read all the same."""
    octets = world.write("Concern: Oakfield Care Ltd missed three calls", "They missed three calls last week.")
    with world.manners.behind(COUNCIL) as client:
        client.append("INBOX", octets, (b"\\Seen", b"\\Flagged"), world.now)
    settled(world)
    assert len(world.kept()) == 1 and len(world.got(PEOPLE[0])) == 1
    world.nothing_lost()


def test_the_uidvalidity_of_the_inbox_changes(world: World):
    """All is read again, and nothing is done twice: no concern, no letter, no question (RFC 3501 section 2.3.1.1)."""
    world.concern()
    settled(world)
    world.go(minutes=1)
    before, letters, sightings = world.kept(), world.letters(), world.sightings()
    world.stop()  # its connection knew the folder as it was, and Dovecot says nothing of the change there
    box = world.mail.dovecot.directory / "mail" / COUNCIL
    with world.manners.behind(COUNCIL) as client:
        was = client.select_folder("INBOX")
    for path in (box / "dovecot-uidlist", *box.glob("dovecot.index*")):
        path.unlink(missing_ok=True)
    with world.manners.behind(COUNCIL) as client:
        now = client.select_folder("INBOX")
    assert now[b"UIDVALIDITY"] != was[b"UIDVALIDITY"] and now[b"EXISTS"] == was[b"EXISTS"] > 0
    world.start()
    world.until(lambda: world.sightings() == sightings + was[b"EXISTS"])
    world.go(minutes=1)
    world.arrived()
    assert (world.kept(), world.letters()) == (before, letters) and not world.asked()
    world.nothing_lost()


def test_an_officer_deletes_or_hides_mail_first(world: World):
    """What is deleted after reading is no loss; what was moved away unread is read when it comes back."""
    world.concern()
    settled(world)
    with world.manners.client(COUNCIL) as officer:
        officer.create_folder("Aside")
        officer.select_folder("INBOX")
        uids = officer.search(["SUBJECT", "Concern"])
        officer.delete_messages(uids)
        officer.uid_expunge(uids)
    world.concern("Sunny Ltd came late")
    officer_moves(world, "INBOX", "Aside")
    world.go(minutes=1)
    assert len(world.kept()) == 1
    world.nothing_lost()
    officer_moves(world, "Aside", "INBOX")
    settled(world, 2)
    world.nothing_lost()
    if archive := world.manners.personality.archive:
        with world.manners.behind(COUNCIL) as client:
            assert len(concerns_in(client, archive)) == 1, "deleted from the inbox, kept in the archive"


def test_the_daemon_ends_between_keeping_and_sorting(world: World):
    """Commit 1 is there, nothing else: the next daemon sorts the mail, without fetching it twice."""
    world.concern()
    (intake,) = world.daemon._intakes
    for _ in range(2):  # the first look may have been given nothing
        intake.collect(world.now)
    assert [k.state for k in world.kept()] == ["kept"]
    world.restart()
    settled(world)
    assert len(world.kept()) == 1 and len(world.got(PEOPLE[0])) == 1
    world.nothing_lost()


def test_the_second_delivery_of_a_message_id(world: World):
    """Delivered twice and lying in a second folder, or dropped the second time: one mail, one case, no difference."""
    octets = world.concern()
    second = world.manners.bring(COUNCIL, octets)
    assert second != world.manners.personality.drops_second
    with world.manners.behind(COUNCIL) as client:
        client.append("Sent", octets)  # as under two labels
    settled(world)
    world.until(lambda: world.sightings() >= 2 + second)
    assert len(world.kept()) == 1 and len(world.got(PEOPLE[0])) == 1
    world.nothing_lost()


def test_other_words_under_a_known_message_id(world: World):
    """Kept as a mail of its own wherever the service lets it in; where it does not, nobody can know of it."""
    octets = world.concern(message_id="<same@mail.test>")
    settled(world)
    world.manners.bring(COUNCIL, octets.replace(b"three calls", b"a fourth call"))
    world.go(minutes=1)
    assert len(world.kept()) == (1 if world.manners.personality.drops_second else 2)
    world.until(lambda: not world.states()["waiting"])
    world.nothing_lost()


def test_a_mail_that_is_listed_but_not_given_yet(world: World):
    """FETCH says nothing of a listed mail: the others are read meanwhile, and this one as soon as it is given."""
    world.manners.hidden["INBOX", 1] = NEVER
    world.concern()
    world.concern("Sunny Ltd came late")
    settled(world)
    assert not world.report().differences, "it is asked for again"
    world.manners.hidden.clear()
    settled(world, 2)
    assert len(world.kept()) == 2
    world.nothing_lost()


def test_a_mail_that_is_never_given(world: World):
    """The administrator hears of it once, after a day; all other mail goes on; the books name it."""
    world.manners.hidden["INBOX", 1] = NEVER
    world.concern()
    world.concern("Sunny Ltd came late")
    settled(world)
    world.go(days=1, hours=1)
    world.concern("Moonlight Ltd lost the key")
    settled(world, 2)
    world.go(days=1)
    world.arrived()
    (told,) = [m for m in world.got(ADMIN) if "Listed since" in m.text]
    assert "INBOX/1" in told.text
    (difference,) = world.report().differences
    assert (difference.kind, difference.uid) == ("not given", 1)
    assert len(world.kept()) == 2


def test_reading_is_throttled(world: World):
    """The service refuses commands for a while: later looks bring everything, and nothing is taken for gone."""
    world.concern()
    world.go()
    world.manners.throttle = 5
    world.concern("Sunny Ltd came late")
    settled(world, 2)
    assert world.manners.throttle == 0
    assert len(world.kept()) == 2
    world.nothing_lost()


def test_waiting_without_news(world: World):
    """News that is pushed late, never, or with the end of the session: the wait ends, and the next look reads."""
    world.concern()
    world.go()
    source = world.source(world.office)
    list(source.fetch_after("INBOX", lambda _v: {1}, 10))
    source.wait(0.1)
    world.concern("Sunny Ltd came late")
    source.wait(0.1)
    found = [raw for raw in source.fetch_after("INBOX", lambda _v: {1}, 10) if b"Sunny" in raw.octets]
    assert len(found) == 1


# -- the manners themselves -------------------------------------------------------------------------------------------


def test_exchange_gives_other_octets_of_the_same_mail(worlds: Callable[..., World]):
    """The proof that the rewriting rewrites: three looks, three sorts of octets, one digest."""
    from mailflow.flow.collect import identity_of

    world = worlds(EXCHANGE)
    octets = world.concern()
    seen = []
    with world.manners.client(COUNCIL) as officer:
        officer.select_folder("INBOX")
        assert b"CONDSTORE" not in officer.capabilities() and b"\\*" not in str(officer.folder_status("INBOX")).encode()
        for _ in range(3):
            seen.append(officer.fetch([1], ["BODY.PEEK[]"])[1][b"BODY[]"])
    assert seen[0] == octets and len(set(seen)) == 3
    assert {identity_of(one)[0] for one in seen} == {identity_of(octets)[0]}


def test_plain_manners_change_nothing(worlds: Callable[..., World]):
    """Through the service a plain server is what it is without."""
    world = worlds(PLAIN)
    octets = world.concern()
    with world.manners.client(COUNCIL) as through, world.manners.behind(COUNCIL) as direct:
        for client in (through, direct):
            client.select_folder("INBOX", readonly=True)
        assert through.capabilities() == direct.capabilities()
        assert through.list_folders() == direct.list_folders()
        assert through.fetch([1], ["BODY.PEEK[]"])[1][b"BODY[]"] == octets
