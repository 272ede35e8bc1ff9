"""Mails that are too large, or carry too many files: refused with a reason to the sender and the officer, and kept.

In: a kept mail of which only the beginning is read.
Out: one sentence to the sender and one question to the officer (mail.md row 23, Q38).
Fails: as placing.hold.
Limits: the setting `max_mb` counts the octets of the whole mail as it came; a machine is never answered.
"""

from __future__ import annotations

from datetime import datetime

from mailflow.flow.arrived import Mail
from mailflow.flow.ports import House, Office
from mailflow.flow.replying import reply_plainly
from mailflow.store import Unit
from mailflow.store.inbox import Kept

MAX_MB = 25
MAX_FILES = 100
TRUNCATED = "truncated:"


def most_mb(office: Office) -> int:
    """The largest mail that is opened, in MB, as a setting of the office or of its procedure."""
    return int(str(office.settings.get("max_mb", office.procedure.settings.get("max_mb", MAX_MB))))


def too_large(unit: Unit, office: Office, kept: Kept) -> str:
    """Why a mail is not opened whole, "" if it is. One that was cut while it was fetched is too large in any case."""
    most = most_mb(office)
    if len(kept.octets) > most * 1024 * 1024 or unit.meta.get(TRUNCATED + kept.identity):
        return f"it is larger than {most} MB"
    return ""


def too_many(mail: Mail) -> str:
    """Why a mail with a heap of files is not taken, "" if it is."""
    return f"it carries more than {MAX_FILES} files" if len(mail.message.attachments) > MAX_FILES else ""


def tell_sender(house: House, unit: Unit, office: Office, mail: Mail, why: str, now: datetime) -> bool:
    """Tell the person who wrote; False where nobody may be told (a machine, a false address, ourselves, junk)."""
    unsafe = mail.sender in ("", office.address) or mail.trust.failed or mail.kept.folder != office.inbox
    if mail.kind.name != "human" or unsafe:
        return False
    sentence = (
        f"{why[0].upper()}{why[1:]}, so we have not opened it. Please send the files in several smaller mails, "
        "or ask us how else they can reach us"
    )
    reply_plainly(house, unit, office, mail, sentence, now)
    return True
