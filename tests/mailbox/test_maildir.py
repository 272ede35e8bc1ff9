"""The Maildir, where it differs from a server: names that people and programs give, and mail that moves."""

from __future__ import annotations

import os
import smtplib
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailflow.errors import MailboxUnavailable
from mailflow.mailbox import maildir
from mailflow.mailbox.maildir import INDEX, MaildirSource
from mailflow.mailbox.source import Raw
from tests.servers.fixtures import COUNCIL, real_mail  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.realmail import RealMail

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BASE = f"{int(NINE.timestamp())}.M250000P7.mx"


def nothing(uidvalidity: int) -> set[int]:
    return set()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty Maildir."""
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    return tmp_path


def fetched(root: Path, folder: str = "INBOX", **more: object) -> list[Raw]:
    return list(MaildirSource(root, **more).fetch_after(folder, nothing, 100))  # type: ignore[arg-type]


def test_a_mail_keeps_its_uid_when_an_officer_opens_and_marks_it(root: Path):
    """A mail program moves it from new/ to cur/ and changes its flags; it is the same mail still."""
    (root / "new" / BASE).write_bytes(b"x")
    (first,) = fetched(root)
    (root / "new" / BASE).rename(root / "cur" / f"{BASE}:2,S")
    (second,) = fetched(root)
    (root / "cur" / f"{BASE}:2,S").rename(root / "cur" / f"{BASE}:2,RS")
    (third,) = fetched(root)
    assert first.uid == second.uid == third.uid == 1
    assert first.uidvalidity == third.uidvalidity


def test_reading_changes_no_mail(root: Path):
    """Nothing is moved, renamed or marked: which mails are unread is the officers' own business."""
    (root / "new" / BASE).write_bytes(b"x")
    (root / "cur" / f"{BASE}b:2,S").write_bytes(b"y")
    source = MaildirSource(root)
    found = list(source.fetch_after("INBOX", nothing, 10))
    source.confirm("INBOX", [raw.uid for raw in found])
    files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert files == {f"new/{BASE}", f"cur/{BASE}b:2,S", INDEX}


def test_half_written_mail_is_never_read(root: Path):
    """What lies in tmp/ is not delivered yet."""
    (root / "tmp" / BASE).write_bytes(b"half")
    assert fetched(root) == []


def test_the_arrival_is_the_time_of_delivery(root: Path):
    """The name says it, with microseconds; a copied file has another time of its own."""
    (root / "cur" / f"{BASE}:2,S").write_bytes(b"x")
    (raw,) = fetched(root)
    assert raw.arrived_at == NINE.replace(microsecond=250_000)


@pytest.mark.parametrize("name", ["mail-from-ann", "0.1.mx", "99999999999.M1P1.mx"])
def test_a_name_without_a_believable_time_leaves_the_file_s_own(root: Path, name: str):
    """No time, none at all, or one that lies in the future: the clocks count from the file's modification."""
    path = root / "new" / name
    path.write_bytes(b"x")
    os.utime(path, (NINE.timestamp(), NINE.timestamp()))
    (raw,) = fetched(root)
    assert raw.arrived_at == NINE


def test_hostile_names(root: Path):
    """Line ends, octets that are no UTF-8, percent signs: each is a mail, and each keeps its own UID."""
    names = [b"1.a\nb.mx", b"1.\xff\xfe.mx", b"1.%0A.mx", "1.\u0085.mx".encode(), b"1.a\rb:2,S", b" ", b"-rf"]
    names.append(b"1." + b"x" * 240)
    for number, name in enumerate(names):
        (root / "new").joinpath(os.fsdecode(name)).write_bytes(b"%d" % number)
    found = fetched(root)
    assert sorted(int(raw.octets) for raw in found) == list(range(len(names)))
    assert [(raw.uid, raw.octets) for raw in fetched(root)] == [(raw.uid, raw.octets) for raw in found]


def test_only_files_are_mail(root: Path, tmp_path_factory: pytest.TempPathFactory):
    """A link leads elsewhere, a pipe never ends, a directory and a name with a dot in front are no mail."""
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_bytes(b"secret")
    (root / "new" / "1.link").symlink_to(secret)
    os.mkfifo(root / "new" / "1.pipe")
    (root / "cur" / "1.folder").mkdir()
    (root / "new" / ".1.hidden").write_bytes(b"x")
    assert fetched(root) == []


def test_a_folder_s_name_never_leads_out_of_the_maildir(root: Path):
    """A slash in a folder's name is Maildir++'s dot."""
    outside = root / "outside" / "box"
    for part in ("new", "cur"):
        (outside / part).mkdir(parents=True)
    (outside / "new" / BASE).write_bytes(b"x")
    inner = root / "outside" / "mail"
    for part in ("new", "cur"):
        (inner / part).mkdir(parents=True)
    assert fetched(inner, "/../box", sent="/../box") == []


def test_sent_and_junk_are_folders_inside(root: Path):
    """Maildir++: .Sent and .Junk; one that is missing is noted once."""
    for part in ("new", "cur"):
        (root / ".Junk" / part).mkdir(parents=True)
    (root / ".Junk" / "new" / BASE).write_bytes(b"junk")
    source = MaildirSource(root)
    assert source.folders() == source.folders() == ("INBOX", "Junk")
    assert len(source.notes) == 1 and "Sent" in source.notes[0]
    assert [raw.octets for raw in source.fetch_after("Junk", nothing, 10)] == [b"junk"]


def test_a_mail_that_moves_while_we_look_is_found(root: Path):
    """Between the listing and the reading an officer opened it."""
    (root / "new" / BASE).write_bytes(b"x")
    source = MaildirSource(root)

    def known(uidvalidity: int) -> set[int]:
        (root / "new" / BASE).rename(root / "cur" / f"{BASE}:2,S")
        return set()

    assert [raw.octets for raw in source.fetch_after("INBOX", known, 10)] == [b"x"]


def test_a_mail_that_is_taken_away_is_no_trouble(root: Path):
    """Deleted by a person: not missing, and its UID is not given again."""
    (root / "new" / BASE).write_bytes(b"x")
    (first,) = fetched(root)
    (root / "new" / BASE).unlink()
    (root / "new" / f"{BASE}b").write_bytes(b"y")
    source = MaildirSource(root)
    (second,) = source.fetch_after("INBOX", nothing, 10)
    assert (first.uid, second.uid, source.missing) == (1, 2, {"INBOX": frozenset()})


def test_a_mail_that_cannot_be_read_is_missing(root: Path, monkeypatch: pytest.MonkeyPatch):
    """It is named in `missing`, which holds chasers back, and asked for again; the others come."""
    for name in ("1.bad", "2.good"):
        (root / "new" / name).write_bytes(name.encode())
    real = os.open
    denied = {"1.bad"}

    def refusing(path, *args, **more):
        if os.fsdecode(os.path.basename(path)) in denied:
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **more)

    monkeypatch.setattr(maildir.os, "open", refusing)
    source = MaildirSource(root)
    assert [raw.octets for raw in source.fetch_after("INBOX", nothing, 10)] == [b"2.good"]
    assert source.missing == {"INBOX": frozenset({1})}
    denied.clear()
    assert [raw.uid for raw in source.fetch_after("INBOX", lambda _: {2}, 10)] == [1]
    assert source.missing == {"INBOX": frozenset()}


def test_a_mail_that_is_too_large_is_cut_and_said_to_be(root: Path):
    """Sender and subject of an oversized mail can still be read, so that it is refused with a reason."""
    (root / "new" / BASE).write_bytes(b"0123456789")
    (raw,) = fetched(root, max_octets=4)
    assert (raw.octets, raw.truncated) == (b"0123", True)


def test_a_maildir_that_is_away_is_not_an_empty_one(root: Path):
    """A disk that is not mounted, or a list that is damaged: nobody is chased meanwhile."""
    with pytest.raises(MailboxUnavailable, match="cannot be read"):
        fetched(root / "nowhere")
    (root / INDEX).write_text("no number\n")
    with pytest.raises(MailboxUnavailable, match=INDEX):
        fetched(root)


@pytest.mark.dovecot
@pytest.mark.postfix
def test_what_postfix_and_dovecot_deliver(real_mail: RealMail):  # noqa: F811
    """A mail that real servers put into a real Maildir comes once, with the instant of its delivery."""
    before = datetime.now(UTC)
    source = MaildirSource(real_mail.dovecot.directory / "mail" / COUNCIL)
    with smtplib.SMTP(real_mail.host, real_mail.smtp_port, timeout=10) as client:
        client.sendmail("ann@provider.example", [COUNCIL], b"Subject: by hand\r\n\r\nA line.\r\n")
    for _ in range(60):
        found = [raw for raw in _now(source) if b"by hand" in raw.octets]
        if found:
            break
        source.wait(0.5)
    (raw,) = found
    assert before.timestamp() - 2 < raw.arrived_at.timestamp() < datetime.now(UTC).timestamp() + 2


def _now(source: MaildirSource) -> list[Raw]:
    """What is there; Dovecot makes the Maildir with its first mail."""
    try:
        return list(source.fetch_after("INBOX", nothing, 100))
    except MailboxUnavailable:
        return []


def test_a_stop_ends_a_look_at_many_mails(root: Path):
    """What was given stays given; no further mail is read once the daemon stops."""
    for n in range(5):
        (root / "new" / f"180147420{n}.M{n}P1.mx").write_bytes(b"From: a@b.example\r\n\r\nx")
    source = MaildirSource(root, name="box")
    mails = source.fetch_after("INBOX", lambda _: set(), 10)
    next(mails)
    source.hurry()
    with pytest.raises(MailboxUnavailable):
        next(mails)


def test_a_look_at_many_small_mails_takes_little_memory(root: Path):
    """No room is made for the largest mail there may be: in a process of long life that is never given back."""
    for n in range(300):
        (root / "new" / f"18014{n:05}.M{n}P1.mx").write_bytes(b"From: a@b.example\r\n\r\nx")
    source = MaildirSource(root, name="box")
    tracemalloc.start()
    try:
        assert sum(1 for _ in source.fetch_after("INBOX", lambda _: set(), 500)) == 300
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
