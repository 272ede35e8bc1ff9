"""What the cast does: seven concerns on one calendar, each with the state in which it must end.

In: nothing.
Out: scripts, made of steps; each step is one thing that one person does at one instant.
Fails: never.
Limits: the council's procedure in spring 2027 with the shipped registers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mailflow.demo.offices import COUNCIL, DemoOffice

ZONE = COUNCIL.zone

BETH, FEMI, COLIN = "beth.carrow@council.example", "femi.adeyemi@council.example", "colin.dacre@council.example"
OLIVE, ALAN = "olive.trent@council.example", "alan.wyre@health.example"
SHAH, MORROW = "n.shah@surgery.example", "alex.morrow@family.example"
MAYA, TOM = "maya.okafor@council.example", "tom.hale@council.example"
PRIYA, GEORGE = "priya.nair@council.example", "george.ellery@council.example"
JOAN, VICTOR = "joan.pell@oakfield.example", "victor.amis@oakfield.example"
LEAH, NOTICES, DAWN = "leah.storr@riverside.example", "notices@riverside.example", "dawn.ives@mail.example"
HOME_OPS, HOUSE_OPS = "homecare.ops@council.example", "residential.ops@council.example"
SAFEGUARDING = "safeguarding@council.example"

COPY = (
    "concern-redacted.txt",
    "text/plain",
    b"Concern, names and health facts removed.\r\nCalls were missed on three days.\r\n",
)
ROTA = ("rota-february.csv", "text/csv", b"day,carer\r\nMonday,two\r\n")


@dataclass(frozen=True)
class Step:
    """act: write, press, answer, away (the mail program answers by itself) or mend (a mailbox works again)."""

    at: datetime
    who: str
    act: str
    letter: str = ""
    label: str = ""
    words: str = ""
    files: tuple[tuple[str, str, bytes], ...] = ()


@dataclass(frozen=True)
class Script:
    """One case. key: a letter for the timeline; ends: its last state; broken: mailboxes that fail at first."""

    key: str
    title: str
    ends: str
    steps: tuple[Step, ...]
    broken: tuple[str, ...] = field(default=())
    office: DemoOffice = COUNCIL


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """Local time in 2027."""
    return datetime(2027, month, day, hour, minute, tzinfo=ZONE)


def write(when: datetime, who: str, subject: str, words: str) -> Step:
    return Step(when, who, "write", label=subject, words=words)


def press(when: datetime, who: str, letter: str, label: str, words: str = "", *files: tuple[str, str, bytes]) -> Step:
    return Step(when, who, "press", letter, label, words, files)


def answer(when: datetime, who: str, letter: str, words: str, *files: tuple[str, str, bytes]) -> Step:
    return Step(when, who, "answer", letter, words=words, files=files)


OAKFIELD = "Provider is Oakfield Care Ltd\nService is Home care"
RIVERSIDE = "Provider is Riverside Homes Ltd\nContract is CM-2023-102\nService is Residential care"

AGREED = Script(
    "A",
    "the provider accepts; a remedial action is validated; closed",
    "CLO",
    (
        write(at(2, 1, 9, 30), BETH, "Missed calls, Oakfield Care Ltd",
              "Oakfield Care Ltd missed three home care calls in the week of 18 January 2027.\n\n"
              "The safeguarding enquiry has concluded. Please take this up.\n\nBeth"),
        press(at(2, 1, 10, 15), MAYA, "M02", "Eligible", f"{OAKFIELD}\nIncident date 20 January 2027\nEligible"),
        press(at(2, 1, 11), MAYA, "M19", "Send", "", COPY),
        Step(at(2, 1, 11, 16), VICTOR, "away", "M20", words="I am away until 9 February. Joan Pell reads my mail."),
        answer(at(2, 10, 9, 5), JOAN, "M20", "We accept that calls were missed. The rota has been changed.", ROTA),
        press(at(2, 10, 10), MAYA, "M23", "Disputed"),
        press(at(2, 10, 10, 5), MAYA, "M53", "Undo"),
        press(at(2, 10, 10, 10), MAYA, "M23", "Accepted"),
        press(at(2, 15, 11), MAYA, "M26", "Recommend",
              "Recommend: The concern is upheld: three calls were missed.\n"
              "Action: Train the rota staff by 12 March\nDefault notice: no"),
        press(at(2, 18, 11), PRIYA, "M30", "Decision: agreed, no default notice"),
        press(at(2, 19, 11), MAYA, "M31", "Send"),
        answer(at(3, 10, 9, 30), HOME_OPS, "M35", "Validated 1"),
        press(at(3, 10, 11), MAYA, "M38", "Action 1 done"),
    ),
)  # fmt: skip

SILENT = Script(
    "B",
    "the letter bounces, then the provider is silent: reminded, referred twice, reviewed; closed",
    "CLO",
    (
        write(at(2, 1, 10), FEMI, "No answer about night checks, Meadow View Support CIC",
              "Meadow View Support CIC did not do the night checks on 11 and 12 January 2027.\n\nFemi"),
        answer(at(2, 1, 11, 30), TOM, "M02",
              "Provider is Meadow View Support CIC\nService is Home care\nIncident date 12 January 2027\nEligible"),
        press(at(2, 1, 14), TOM, "M19", "Send", "", COPY),
        Step(at(2, 2, 9), DAWN, "mend"),
        press(at(2, 2, 9, 30), TOM, "M21", "Send"),
        press(at(3, 1, 10), PRIYA, "M25", "Chase again", "Chase again to 10 March"),
        press(at(3, 11, 10), TOM, "M24", "Refer"),
        press(at(3, 12, 11), PRIYA, "M25", "Review on the information available",
              "Review on the information available\nDefault notice: no"),
        press(at(3, 16, 10), TOM, "M26", "Recommend",
              "Recommend: Upheld on the information available.\nDefault notice: no"),
        press(at(3, 18, 15), PRIYA, "M30", "Decision: agreed, no default notice"),
    ),
    broken=(DAWN,),
)  # fmt: skip

DISPUTED = Script(
    "C",
    "disputed, commented, decided with a default notice; the outcome is disputed and reviewed; closed",
    "CLO",
    (
        write(at(2, 8, 9, 15), ALAN, "Medicines not recorded, Riverside Homes Ltd",
              "Riverside Homes Ltd did not record medicines on four days in January 2027.\n\nAlan Wyre"),
        press(at(2, 8, 10, 30), MAYA, "M02", "Eligible", f"{RIVERSIDE}\nIncident date 27 January 2027\nEligible"),
        press(at(2, 8, 11), MAYA, "M19", "Send", "", COPY),
        answer(at(2, 18, 9, 40), LEAH, "M20", "We dispute this. Our charts are complete for all four days."),
        press(at(2, 18, 11), MAYA, "M23", "Disputed"),
        answer(at(2, 19, 10), MAYA, "M53", "Send", COPY),
        answer(at(2, 24, 16, 20), ALAN, "M27", "I saw the charts myself: two days are blank."),
        press(at(2, 26, 11), MAYA, "M28", "Recommend",
              "Recommend: Upheld for two of the four days.\n"
              "Action: Send the audit of medicine charts by 31 March\nDefault notice: yes"),
        press(at(3, 1, 11), PRIYA, "M30", "Decision: more information",
              "Decision: more information: Which two days, and who checked the charts?"),
        press(at(3, 2, 10), MAYA, "M32", "Information", "Information: 25 and 26 January, checked by Alan Wyre."),
        press(at(3, 3, 11), PRIYA, "M30", "Decision: agreed, default notice"),
        press(at(3, 4, 10), MAYA, "M31", "Send"),
        answer(at(3, 10, 9), NOTICES, "M33", "We dispute the outcome: nobody asked our night nurse."),
        press(at(3, 10, 10), MAYA, "M39", "Dispute"),
        answer(at(3, 11, 10), MAYA, "M53", "Forward: the nurse's statement is genuine"),
        press(at(3, 17, 11), GEORGE, "M41", "Dispute partly upheld",
              "Dispute partly upheld: the nurse explains one of the two days; the notice stands."),
        press(at(3, 22, 11), PRIYA, "M44", "Default notice issued",
              "Default notice issued 22 March 2027, remedy by 12 April 2027"),
        press(at(3, 22, 11, 5), PRIYA, "M51", "Confirm"),
        answer(at(3, 30, 14), HOUSE_OPS, "M35", "Validated 1"),
        press(at(3, 30, 15), MAYA, "M38", "Action 1 done"),
        press(at(4, 12, 10), PRIYA, "M38N", "Remedied"),
    ),
)  # fmt: skip

LOW_LEVEL = Script(
    "D",
    "screened out: low level, returned to the referrer",
    "XLO",
    (
        write(at(2, 2, 9, 40), OLIVE, "Lunch late twice, Oakfield Care Ltd",
              "At the day centre of Oakfield Care Ltd lunch was late twice last week.\n\nOlive"),
        press(at(2, 2, 10, 30), MAYA, "Who is this from?", "New concern"),
        press(at(2, 2, 13), MAYA, "M02", "Not eligible: low level"),
    ),
)  # fmt: skip

IN_HOUSE = Script(
    "E",
    "screened out: passed to the in-house service",
    "XIH",
    (
        write(at(2, 3, 9), COLIN, "Reablement visits too short",
              "Our own reablement visits are ten minutes long.\n\nColin"),
        press(at(2, 3, 10), MAYA, "Who is this from?", "New concern"),
        answer(at(2, 3, 11), TOM, "M02", "Service is Reablement\nIn-house"),
    ),
)  # fmt: skip

PARKED = Script(
    "F",
    "parked for an investigation, taken up again on its outcome, decided otherwise; closed",
    "CLO",
    (
        write(at(2, 4, 9, 30), SHAH, "Bruises, Riverside Homes Ltd",
              "A resident of Riverside Homes Ltd had bruises on 2 February 2027.\n"
              "Safeguarding is looking into it.\n\nNila Shah"),
        answer(at(2, 4, 10, 30), TOM, "M02",
              f"{RIVERSIDE}\nIncident date 2 February 2027\nInvestigation by {SAFEGUARDING}\n"
              "Not eligible: under investigation"),
        answer(at(3, 8, 9), SAFEGUARDING, "M17", "Our enquiry has concluded: neglect was substantiated."),
        press(at(3, 8, 10), TOM, "M28", "Outcome received"),
        press(at(3, 8, 11), TOM, "M02", "Eligible"),
        press(at(3, 8, 11, 30), TOM, "M19", "Send", "", COPY),
        answer(at(3, 19, 9), LEAH, "M20", "We accept the finding."),
        press(at(3, 19, 10), TOM, "M23", "Accepted"),
        press(at(3, 22, 14), TOM, "M26", "Recommend", "Recommend: Upheld.\nDefault notice: no"),
        press(at(3, 24, 11), PRIYA, "M30", "Decision: alternative",
              "Decision: alternative: Upheld, and noted for the annual review.\nDefault notice: no"),
        press(at(3, 25, 10), TOM, "M31", "Send"),
    ),
)  # fmt: skip

WITHDRAWN = Script(
    "G",
    "held for the police, resumed, sent, a slip undone in time, withdrawn by the referrer",
    "XWD",
    (
        write(at(2, 5, 9), MORROW, "Money missing, Riverside Homes Ltd",
              "A resident of Riverside Homes Ltd says money was taken on 29 January 2027.\n\nAlex Morrow"),
        press(at(2, 5, 10), MAYA, "M02", "Eligible", f"{RIVERSIDE}\nIncident date 29 January 2027\nEligible"),
        press(at(2, 5, 10, 20), MAYA, "M19", "Hold", "Hold until 19 February 2027: the police ask us to wait"),
        answer(at(2, 12, 10), MAYA, "M53", "Resume"),
        answer(at(2, 12, 10, 30), MAYA, "M53", "Send original"),
        press(at(2, 12, 10, 35), MAYA, "M53", "Undo"),
        answer(at(2, 12, 10, 40), MAYA, "M53", "Send", COPY),
        answer(at(2, 16, 9), MORROW, "M04", "The money has been found. I withdraw this."),
        answer(at(2, 16, 11), MAYA, "M28", "Withdrawn: the referrer says the money has been found"),
    ),
)  # fmt: skip

OUTSIDERS = {SHAH: "Nila Shah", MORROW: "Alex Morrow"}
QUICK = ("A", "D", "E", "G", "P", "R")
CONCERNS = (AGREED, SILENT, DISPUTED, LOW_LEVEL, IN_HOUSE, PARKED, WITHDRAWN)
START = at(2, 1, 8, 30)
