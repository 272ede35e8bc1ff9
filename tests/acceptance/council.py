"""A council in a test: an office in play with the words that the scenarios need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from mailflow.demo.stage import Stage
from tests.acceptance.office import OfficeInPlay, real_mail, utc

CMO, OTHER_CMO = "maya.okafor@council.example", "tom.hale@council.example"
TMG, SPO, HOP = "ines.whitlock@council.example", "priya.nair@council.example", "george.ellery@council.example"
REFERRER, REFERRER_MANAGER = "beth.carrow@council.example", "colin.dacre@council.example"
OTHER_REFERRER, NHS_REFERRER = "femi.adeyemi@council.example", "alan.wyre@health.example"
SERVICE_MANAGER, IN_HOUSE = "olive.trent@council.example", "nadia.frost@council.example"
PROVIDER, PROVIDER_OTHER = "joan.pell@oakfield.example", "victor.amis@oakfield.example"
PROVIDER_NEW = "una.fell@oakfield.example"
RIVERSIDE = "leah.storr@riverside.example"
OPS, QUALITY = "homecare.ops@council.example", "quality@council.example"
SAFEGUARDING = "safeguarding@council.example"
OUTSIDER, FORGER = "sam.reed@family.example", "mallory@elsewhere.example"
# Each concern has its own: who has a live one and writes without its reference is asked which is meant (G1).
REFERRERS = (REFERRER, OTHER_REFERRER, NHS_REFERRER, OUTSIDER, "karl.benning@council.example")
PDF = ("copy.pdf", "application/pdf", b"%PDF-1.4\n%%EOF\n")

# The words that a letter's subject has after the reference (domain.md 6.1).
RECEIVED = "We have received your concern"
SCREEN = "Please screen"
LETTER_1 = "Concern about your service: please review, investigate and respond"
LETTER_2 = "Reminder: your response was due"
CONCLUSION = "Conclusion of the concern"
TO_REFERRER = "Conclusion of the concern you raised"
REPLIED = "The provider has replied"
WHICH = "Which did you mean?"
NOT_DONE = "Not done"
UNDO_MINUTES = 15


class Council(OfficeInPlay):
    """A council's office."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._received = 0

    # -- the usual beginnings -----------------------------------------------------------------------------------------

    def receive(self, when: str, sender: str = "", subject: str = "Missed calls at Oakfield Care Ltd") -> str:
        """Somebody writes about a matter (each time another referrer); the reference that the answer bears."""
        sender = sender or REFERRERS[self._received]
        self._received += 1
        before = len(self.inbox(sender))
        self.write(when, sender, subject, f"It happened again: calls were missed ({when}). Please look into it.")
        answer = self.inbox(sender)[before]
        assert answer.ref and RECEIVED in answer.subject, answer.subject
        return answer.ref

    def eligible(self, when: str, ref: str, provider: str = "Provider is Oakfield Care Ltd") -> None:
        """Screened by the first officer, and so allocated to them."""
        self.word(when, CMO, ref, f"{provider}\nService is Home care\nEligible")

    def send_letter(self, leaves: str, ref: str) -> None:
        """`Send`, so long before that the letter leaves at this instant (the time for Undo lies between)."""
        said = utc(leaves) - timedelta(minutes=UNDO_MINUTES)
        self.word(f"{said:%Y-%m-%d %H:%M}", CMO, ref, "Send", attachments=[PDF])
        self.go(leaves)

    def dispatched(self, received: str, sent: str, **more) -> str:
        """A concern whose first letter leaves at `sent`."""
        ref = self.receive(received, **more)
        self.eligible(received, ref)
        self.send_letter(sent, ref)
        return ref

    def replied(self, when: str, ref: str, body: str = "We have looked into it. Our answer follows.") -> None:
        """The provider answers."""
        self.write(when, PROVIDER, f"Re: [{ref}] {LETTER_1}", body)

    def decided(self, day: str, ref: str, decision: str, recommend: str = "Default notice: no") -> None:
        """From the provider's reply to the senior officer's decision in one day (hours from 9 to 12 UTC)."""
        self.replied(f"{day} 09:00", ref, f"We accept this ({day}).")
        self.word(f"{day} 10:00", CMO, ref, "Accepted")
        self.word(f"{day} 11:00", CMO, ref, f"Recommend: The concern is upheld.\n{recommend}")
        self.word(f"{day} 12:00", SPO, ref, decision)


@contextmanager
def council(
    folder: Path,
    start: str,
    *,
    real: bool = False,
    calendar: str = "uk-eng",
    settings: Mapping[str, object] | None = None,
    sections: Mapping[str, Mapping[str, object]] | None = None,
    bounce_later: Sequence[str] = (),
) -> Iterator[Council]:
    """A council whose clock starts here. real: on Dovecot and Postfix instead of the embedded servers."""
    with Stage(
        folder,
        start=utc(start),
        calendar=calendar,
        settings=settings,
        sections=sections,
        strangers=(OUTSIDER, FORGER, PROVIDER_NEW),
        mail=partial(real_mail, gone=bounce_later) if real else None,
        bounce_later=bounce_later,
    ) as stage:
        yield Council(stage)
