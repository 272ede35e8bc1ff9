"""What the insurer's cast does: three issues on the calendar of Wellington, beside the council's concerns.

In: nothing.
Out: scripts, as in scripts.py.
Fails: never.
Limits: the insurer's procedure in the southern summer of 2027 with the shipped registers.
"""

from __future__ import annotations

from datetime import datetime

from mailflow.demo.offices import INSURER
from mailflow.demo.scripts import Script, answer, press, write

AROHA, MARAMA, BRIAN = "aroha.tane@insurer.example", "marama.hill@insurer.example", "brian.locke@insurer.example"
NOEL = "noel.park@insurer.example"
FIONA = "fiona.reid@harbour.example"

HARBOUR = "Supplier is Harbour Rehab Ltd\nService is Vocational rehabilitation"


def there(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """Local time in Wellington, 2027."""
    return datetime(2027, month, day, hour, minute, tzinfo=INSURER.zone)


CONTENT = Script(
    "P",
    "a report is unclear: the case owner calls the provider; resolved",
    "END",
    (
        write(there(2, 2, 9, 30), AROHA, "Report unclear, claim 204-118",
              "The last report does not say which exercises were tried.\n\nAroha"),
        press(there(2, 2, 9, 45), AROHA, "N01", "Kind: content",
              "Claim is 204-118\nProvider is Harbour Rehab Ltd\nKind: content"),
        answer(there(2, 4, 11), AROHA, "N02P", "Called 4 February: section 3 will be written again"),
        press(there(2, 9, 10), AROHA, "N02P", "Resolved"),
    ),
    office=INSURER,
)  # fmt: skip

CONTRACTUAL = Script(
    "Q",
    "a concern goes from case owner to team manager to supplier manager: meeting, plan, resolved",
    "END",
    (
        write(there(2, 3, 9), MARAMA, "Plans copied from one client to another",
              "Three plans have the same wording although the clients differ.\n\nMarama"),
        press(there(2, 3, 9, 20), MARAMA, "N01", "Kind: concern", f"{HARBOUR}\nKind: concern"),
        answer(there(2, 5, 10), MARAMA, "N02", "Called 5 February: they see no fault"),
        press(there(2, 5, 10, 10), MARAMA, "N02", "Not resolved"),
        answer(there(2, 9, 14), BRIAN, "N07B", "Called 9 February: no change was offered\nNot resolved"),
        press(there(2, 11, 9), BRIAN, "N09", "Summary done", "Summary done EOS-5512"),
        press(there(2, 15, 9), NOEL, "N10", "Non-compliance: meeting", "Non-compliance: meeting 23 February"),
        answer(there(2, 16, 11), FIONA, "N12", "We will come to the meeting."),
        answer(there(2, 23, 15), NOEL, "M53", "Met"),
        press(there(2, 24, 9), NOEL, "N14", "PIP",
              "PIP: start 1 March end 19 March\nIssue: copied plans. Standard: each plan fits its client. "
              "Measure: ten plans read by us on 19 March."),
        press(there(3, 19, 10), NOEL, "N15", "Resolved, noted in Ariba"),
    ),
    office=INSURER,
)  # fmt: skip

FRAUD = Script(
    "R",
    "possible fraud: to Integrity Services only; nobody else hears of it",
    "Restricted",
    (
        write(there(2, 10, 9), AROHA, "Invoices for visits that did not happen",
              "The client says that nobody came on the four days that were invoiced.\n\nAroha"),
        press(there(2, 10, 9, 15), AROHA, "N01", "Kind: fraud"),
    ),
    office=INSURER,
)  # fmt: skip

ISSUES = (CONTENT, CONTRACTUAL, FRAUD)
