"""The texts: every word a person wrote or receives, apart from the log, so that it can be erased.

In: texts of a case.
Out: an id that the log may hold for ever: a digest salted with a secret of the case.
Fails: never of its own accord.
Limits: erasing takes the secret too, so no text can be guessed from its id; backups keep what they hold.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from mailflow.store import schema
from mailflow.store.work import Room

ERASED = "erased"  # the kind of a text whose words are gone

_t = schema.texts.c
_PUT = upsert(schema.texts).on_conflict_do_nothing(index_elements=[_t.id])
_GET = select(_t.id, _t.text).where(_t.id.in_(bindparam("ids", expanding=True)), _t.kind != ERASED)
MOST_ASKED = 500  # ids in one question; both databases take more
# The id stays, of which nothing can be learnt without the secret: it tells a text that was erased from one removed.
_ERASE = update(schema.texts).where(_t.case == bindparam("c"), _t.kind != ERASED).values(kind=ERASED, text="")
_SALT = select(schema.salts.c.salt).where(schema.salts.c.case == bindparam("c"))
_PUT_SALT = insert(schema.salts)
_ERASE_SALT = delete(schema.salts).where(schema.salts.c.case == bindparam("c"))


def text_digest(salt: str, case: str, kind: str, salt_seq: int, text: str) -> str:
    """The id of a text, in hex: SHA-256 over the secret of the case, the case, the kind, `salt_seq` and the words."""
    # What is digested is what will be read back, hence `sound`.
    content = schema.canonical([salt, case, kind, salt_seq, schema.sound(text)])
    return hashlib.sha256(content.encode("ascii")).hexdigest()


class Texts(Room):
    """The texts of this transaction."""

    __slots__ = ()

    def put(self, case: str, kind: str, text: str, salt_seq: int) -> str:
        """Keep a text; returns its id. The same text of the same kind and `salt_seq` on a case has the same id.

        `salt_seq` keeps equal texts apart: usually the number of the log line that will name it.
        """
        salt = self._work.read(_SALT, {"c": case}).scalar()
        if salt is None:
            salt = secrets.token_hex(16)
            self._work.write(_PUT_SALT, {"case": case, "salt": salt})
        text_id = text_digest(salt, case, kind, salt_seq, text)
        self._work.write(_PUT, {"id": text_id, "case": case, "kind": kind, "text": text})
        return text_id

    def get(self, text_id: str) -> str | None:
        """The text, or None when it is unknown or erased."""
        return self.all_of([text_id]).get(text_id)

    def all_of(self, text_ids: Sequence[str]) -> dict[str, str]:
        """The texts with these ids; the unknown and the erased are left out."""
        found: dict[str, str] = {}
        for start in range(0, len(text_ids), MOST_ASKED):
            rows = self._work.read(_GET, {"ids": text_ids[start : start + MOST_ASKED]})
            found.update((row.id, row.text) for row in rows)
        return found

    def erase(self, case: str) -> int:
        """Erase every text of a case and its secret; the log stays whole. Returns how many texts there were."""
        self._work.write(_ERASE_SALT, {"c": case})
        return self._work.write(_ERASE, {"c": case})
