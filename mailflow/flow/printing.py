"""A letter that goes by post, as the officer gets it who prints and posts it (Q15).

In: the decided mail to the officer, which names the letter it is about.
Out: the letter's words, the page to be printed, and whom it goes to.
Fails: CannotRender when the letter's own template needs what the stage cannot give.
Limits: what it encloses is posting.py's matter; a tagged PDF of the same words may stand beside the page later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailflow.flow import telling, wording
from mailflow.flow.moment import Moment
from mailflow.mail.reply_text import REPLY_MARKER
from mailflow.procedure import by_post
from mailflow.procedure.case import Fact, day
from mailflow.procedure.definition import LetterDef


@dataclass(frozen=True)
class Print:
    """A letter to be printed: the words that the officer's mail shows of it, and the page itself (HTML)."""

    letter: LetterDef
    name: str
    page: str
    words: Mapping[str, object]


def of(moment: Moment, fact: Fact) -> Print | None:
    """The letter that this mail hands to an officer; None if it is no such mail."""
    if fact.data["name"] != moment.procedure.acts.get(by_post.PRINT):
        return None
    sent = moment.case.letters[str(fact.data["about"])]
    letter = moment.procedure.letters[sent.name]
    context = wording.context(moment, letter, Fact("letter", sent.machine, sent.data)) | {"drafts": []}
    rendered = moment.letters.render(f"{moment.procedure.id}/{letter.template}", context)
    people = [moment.office.register.person(address) for address in sent.to]
    copies = [str(address) for address in sent.data.get("cc", ())]
    addressee = ", ".join(p.name or p.email for p in people if p) or ", ".join(sent.to)
    words = {
        "letter": sent.name,
        "subject": telling.untagged(rendered.subject),
        "to": addressee,
        "address": list(context["to"]["postal"]),
        "copies": ", ".join(p.name if (p := moment.office.register.person(a)) and p.name else a for a in copies),
        "text": rendered.text.removeprefix(REPLY_MARKER).lstrip(),
        "example": f"{moment.today.day} {moment.today:%B}",
        "until": day(sent.data["post_until"]),
        "also_by_email": sent.post == by_post.BOTH,
        "several": len({s.name for s in by_post.unposted(moment.case)}) > 1,
    }
    return Print(letter, f"{moment.case.ref} {sent.name}", rendered.html, words)
