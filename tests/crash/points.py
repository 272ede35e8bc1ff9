"""Where the kill tests let the daemon die and its servers fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from tests.servers.faulty import HOWS, IMAP_VERBS, Fault
from tests.servers.personality import PERSONALITIES

_T = TypeVar("_T")

# What a few ordinary days pass.
EVERY_DAY = tuple(
    f"{name}.{side}"
    for name in (
        *(
            f"commit.{purpose}"
            for purpose in (
                "accounts ask_again claim clock daily deadline dot doubt editions file keep read_through recompute "
                "recover redate settings settle sort tell_case try weekly"
            ).split()
        ),
        *(f"imap.{verb}" for verb in ("connect", "list", "login", "select", "search", "fetch", "logout")),
        *(f"smtp.{verb}" for verb in ("connect", "rset", "mail", "rcpt", "data", "octets", "dot", "reply", "quit")),
        *("file.write", "file.rename"),
    )
    for side in ("before", "after")
)
# What a day passes on which mailbox, way out, disk and files fail one after the other.
BAD_DAYS = tuple(
    f"commit.{purpose}.{side}"
    for purpose in "away back health missing quarantine file_told unsent reload".split()
    for side in ("before", "after")
)
# In tests/crash/test_kills_alone.py: an office of these tests has no TLS, no login to send, no IDLE, and moves no mail.
ALONE = tuple(
    f"{name}.{side}"
    for name in (
        *("smtp.starttls", "smtp.auth", "imap.starttls", "imap.special", "imap.idle", "imap.move"),
        *("uidlist.write", "uidlist.rename"),
    )
    for side in ("before", "after")
)
# In tests/crash/test_kills_rare.py: a broken template or a lost edition; in test_kills_lost_time.py: a restore.
RARE = tuple(
    f"commit.{purpose}.{side}"
    for purpose in (
        "quarantine_untold digest_failed rendered unrendered stranded calendars rota verdict collected catch_up".split()
    )
    for side in ("before", "after")
)
FAULTS = (
    *(Fault(verb, how) for verb in ("EHLO", "MAIL", "RCPT", "DATA", "DOT") for how in HOWS if how != "late"),
    *(Fault("RCPT", how, 2) for how in ("cut", "lost", "432 4.3.2 slow down")),
    *(Fault(verb, how) for verb in ("RSET", "QUIT") for how in ("cut", "lost", "421 4.3.2 closing")),
    Fault("OCTETS", "cut"),
    Fault("MAIL", "late"),
)
MAILBOX_FAULTS = (
    *(Fault(verb, how) for verb in IMAP_VERBS for how in ("cut", "lost")),
    Fault("FETCH", "cut", 2),
    Fault("SEARCH", "late"),
)

# Where the manners of a service make a difference: what it lists and gives, what of a letter is known to have left.
TOUCHED = tuple(
    """imap.list.after imap.select.after imap.search.after imap.fetch.before imap.fetch.after smtp.rcpt.after
    smtp.data.after smtp.octets.after smtp.dot.before smtp.dot.after smtp.reply.before commit.keep.before
    commit.keep.after commit.dot.before commit.dot.after commit.settle.before commit.settle.after commit.recover.after
    commit.doubt.after commit.accounts.after""".split()
)
TOUCHED_VERBS = ("EXAMINE", "SEARCH", "FETCH", "RCPT", "DOT")
# What comes to pass on the third day: only one office lives that long.
LATE = ("commit.deadline", "commit.file", "file.write", "file.rename")


def share(manners: str, points: Sequence[str]) -> tuple[str, ...]:
    """Where an office under these manners is killed: wherever they make a difference, and at a third of the rest."""
    late = [point for point in points if _name(point) in LATE and manners == next(iter(PERSONALITIES))]
    mine = {*late, *_third(manners, [point for point in points if point not in TOUCHED and _name(point) not in LATE])}
    return tuple(point for point in points if point in TOUCHED or point in mine)


def share_of_faults(manners: str, faults: Sequence[Fault]) -> list[Fault]:
    """How the other end fails under these manners: at each command that they touch, and with a third of the rest."""
    touched = [fault for fault in faults if fault.verb in TOUCHED_VERBS]
    return touched + _third(manners, [fault for fault in faults if fault not in touched])


def _third(manners: str, things: Sequence[_T]) -> list[_T]:
    names = list(PERSONALITIES)
    return list(things[names.index(manners) :: len(names)])


def _name(point: str) -> str:
    """Without its side."""
    return point.rpartition(".")[0]
