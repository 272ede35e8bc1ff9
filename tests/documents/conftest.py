"""A full sample context, as the flow room hands it to a letter, and the letters of this repository."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from mailflow.documents.letters import Letters

TEMPLATES = Path(__file__).parents[2] / "templates"


class Fields(SimpleNamespace):
    """Attribute access where an unknown field says "" (the contract for `case`)."""

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return ""


class Dates(SimpleNamespace):
    """Attribute access where an unset timer says None (the contract for `dates`)."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("_"):
            raise AttributeError(name)


def due(day: date, at: str = "", clause: str = "Within 2 working days from receipt", soft: bool = False) -> dict:
    working = "2 working days from Monday 1 March 2027 = Wednesday 3 March 2027"
    return {"day": day, "nominal": day, "target": day, "at": at, "clause": clause, "working": working, "soft": soft}


TIMERS = (
    *("T1", "TC", "TP1", "TP2", "T2", "T3", "T4", "T4b", "T5", "T6", "T7", "T8", "T9", "T10", "T10b", "T11", "T12"),
    *("T13", "T13.1", "T13.2", "T14", "T14b", "TW", "T15", "T15b", "TDN", "T16", "T16.1", "T16.2", "TH"),
)


def sample() -> dict[str, object]:
    """Everything a letter may read, filled with harmless values."""
    monday = date(2027, 3, 1)
    timers = {name: due(date(2027, 3, 30), "4pm") for name in TIMERS}
    mail = {
        "from_name": "Pat Provider",
        "from_email": "pat@oakfield.example",
        "arrived": date(2027, 3, 10),
        "arrived_at": "10:15am",
        "subject": "Re: your letter",
        "text": "We have looked into the matter.\n\nPoint one is right, point two is not.",
        "attachments": [{"name": "rota.pdf", "size": "120 kB", "note": "could not be opened"}],
    }
    return {
        "ref": "CC-2027-0042-K7",
        "tag": "[CC-2027-0042-K7]",
        "procedure": {"title": "Contract Concerns Management Procedure", "case_word": "concern"},
        "office": {
            "name": "Exampleshire Council",
            "team": "Contract Management Team",
            "address": "County Hall\n1 High Street\nExampleton",
            "phone": "01632 960001",
            "website": "https://council.example/concerns",
            "emergency": "If somebody is in danger, telephone 999. For medical help that is not urgent, telephone 111.",
            "safeguarding": "the safeguarding team on 01632 960002.",
            "customer_care": "customer care on 01632 960003.",
            "privacy": "We use these details to manage contracts; see https://council.example/privacy.",
            "formats": "large print, Easy Read and other languages on request.",
            "breach": "Tell the regulator within 72 hours if people may be at risk.",
            "process_link": "https://insurer.example/process",
            "harm_link": "https://insurer.example/harm",
            "signposts": {"customer_care": "Customer Care, 01632 960003", "nhs": "NHS England, 01632 960004"},
        },
        "today": monday,
        "to": {"name": "Robin Reader", "role_title": "Contracts Manager", "role": "reader"},
        "printed": {
            "letter": "M20",
            "subject": "Concern about your service",
            "to": "Registered office",
            "address": ["1 Quay Street", "Exampleton"],
            "copies": "",
            "text": "We have received a concern.",
            "until": date(2027, 3, 3),
            "also_by_email": False,
            "several": True,
            "example": "1 March",
        },
        "case": Fields(
            summary="Missed home care visits in two weeks of February",
            neutral="Visits at home were missed",
            provider_name="Oakfield Care Ltd",
            contract_number="C-1234",
            contract_title="Home Care North",
            service_name="Home Care North",
            purchaser="council",
            referrer_name="Riley Referrer",
            referrer_email="riley@council.example",
            received_on=monday,
            incident_first=date(2027, 2, 1),
            incident_latest=date(2027, 2, 14),
            age_words="less than 6 months old",
            ground="under investigation",
            reason="The rota system failed.",
            recommendation="Partly upheld.",
            conclusion="The first point is upheld, the second is not.",
            decision_words="Recommendation agreed",
            default_notice="yes",
            default_notice_recommended="no",
            decided_by="Sam Senior",
            decided_on=date(2027, 3, 20),
            determination="partly accepted",
            investigation_lead="Lee Lead",
            officer_name="Chris Officer",
            cycle=1,
            round=2,
            dispute_until=date(2027, 4, 9),
            remedy_date=date(2027, 5, 3),
            duplicate_of="CC-2027-0040-AB",
            question="Which dates were the visits missed?",
            signpost="Customer Care, 01632 960003",
            default_clause="clause 14.2",
            dispute_clause="clause 20",
            contract_start=date(2025, 4, 1),
            notice_method="email to the notices contact",
            investigation_outcome="No breach of the contract was found.",
            dispute_received_on=date(2027, 4, 2),
            dispute_grounds="The visits were recorded in another system.",
            dispute_result="partly upheld",
            dispute_reasons="The other records show the second visit.",
            dispute_decided_by="Hollis Head",
            dispute_decider="Head of Procurement",
            dispute_in_time="yes",
            validation_note="Records checked against the rota.",
            provider_copy="original",
            evidence_wanted="a copy of the new rota",
            withdrawn_reason="The referrer and the service have agreed it.",
            publication_flag="yes",
            correction="The date in our letter should have been Tuesday 30 March 2027.",
            corrected_letter_on=date(2027, 3, 3),
            response_text="We accept the first point.",
            follow_up="open",
            kind="content",
            claim_reference="7788",
            supplier_name="Harbour Rehab Ltd",
            case_owner="Chris Officer",
            advice="Clause 4 asks for the report within ten days.",
            because="a new report has come",
            tried="no contact",
            outcome="resolved",
            monitor="co",
            eos_note="4711",
            eos_summary="We called twice.",
            meeting_kind="meeting",
            meeting_on=date(2027, 3, 16),
            pip_start=date(2027, 3, 17),
            pip_end=date(2027, 6, 17),
            pip_measures="Reports within ten days, counted each month.",
            panel_reason="The plan has failed.",
            ended_on=date(2027, 3, 20),
            actions=[
                {"n": 1, "text": "Send the new rota", "by": date(2027, 4, 30), "state_title": "Open"},
                {"n": 2, "text": "Train the planners", "by": None, "state_title": "Reminded"},
            ],
            allegations=[
                {"n": 1, "text": "Visits were missed", "position": "accepted", "finding": "upheld"},
                {"n": 2, "text": "Nobody was told", "position": "disputed", "finding": "not upheld"},
            ],
        ),
        "dates": Dates(**timers),
        "due": timers["T4"],
        "leaving": monday,
        "said": {
            "verb": "Accepted",
            "line": "Accepted. Ring me if needed",
            "blanks": Fields(),
            "note": "I spoke to the planner.",
            "name": "Chris Officer",
            "role_title": "Contract Management Officer",
            "at": monday,
        },
        "mail": mail,
        "answers": [mail, {**mail, "arrived": date(2027, 3, 11), "text": "The new rota is attached."}],
        "first_letter_on": date(2027, 3, 2),
        "file": [
            {"day": monday, "who": "Riley Referrer", "what": "raised the concern", "text": "Visits were missed."},
            {"day": date(2027, 3, 2), "who": "Contract Management Team", "what": "letter to the provider", "text": ""},
        ],
        "others": [
            {"ref": "CC-2027-0011-QQ", "received_on": date(2027, 1, 5), "state_title": "Closed", "outcome": "upheld"}
        ],
        "buttons": [
            {
                "label": "Accepted",
                "words": "Accepted",
                "href": "mailto:concerns@council.example?subject=%5BCC-2027-0042-K7%5D%20Accepted%20%23k7q9m2x4tb"
                "&body=Accepted",
            },
            {"label": "Disputed", "words": "Disputed", "href": "mailto:concerns@council.example?subject=Disputed"},
        ],
        "drafts": [
            {
                "name": "Letter to the provider",
                "to": "Oakfield Care Ltd",
                "subject": "[CC-2027-0042-K7] Concern about your service",
                "text": "Dear Pat,\n\nPlease review, investigate and respond.\n",
            }
        ],
        "item": {
            "n": 1,
            "kind": "action",
            "text": "Send the new rota",
            "by": date(2027, 4, 30),
            "state_title": "Reminded",
            "cause": "action not taken",
            "clause": "clause 14.2",
        },
        "reason": "The words fit two commands.",
        "choices": ["Accepted", "Disputed"],
        "recorded": ["The provider accepts the points.", "Review opened."],
        "leaves": [{"what": "Calendar entry", "to": "Chris Officer", "at": "at once"}],
        "steps": [
            {"stage": "3", "title": "Dispatch", "planned": date(2027, 3, 3), "actual": date(2027, 3, 2), "late": "no"}
        ],
        "stage": {"number": "5", "title": "Reply to be judged", "owner_title": "Contract Management Officer"},
        "awaited": "the provider's response",
        "awaited_people": [{"name": "Pat Provider", "phone": "01632 960010", "role": "Provider", "party": "Oakfield"}],
        "original": mail,
        "next_dates": [{"label": "Review", **due(date(2027, 3, 17), "4pm")}],
        "item_line": "The provider's reply is waiting for your decision.",
        "days_late": 2,
        "owner_name": "Chris Officer",
        "groups": [
            {
                "title": "Overdue",
                "rows": [
                    {
                        "ref": "CC-2027-0042-K7",
                        "party": "Oakfield Care Ltd",
                        "step": "5 Reply to be judged",
                        "due": date(2027, 3, 11),
                        "late": "2 working days",
                    }
                ],
            }
        ],
        "week_ending": date(2027, 2, 28),
        "record": "entry 18,204: 7f3a 91c2 0b1d 5e6f 8a90 4c3b 2d1e 6f70",
        "headline": ["12 concerns are open.", "One step is overdue.", "Three were received."],
        "sections": [
            {
                "number": 2,
                "title": "Counts by stage",
                "columns": ["Stage", "Open", "Change"],
                "rows": [["3", 2, 1], ["4", 5, 0]],
                "note": "Protected and restricted items are counted only.",
            }
        ],
        "suggestion": "It looks like the provider of CC-2027-0042-K7.",
        "party": {"title": "Provider", "name": "Oakfield Care Ltd"},
        "breach": "",
        "explained": {
            "standings": [
                {
                    "title": "",
                    "stage": "5",
                    "state": "Reply to be judged",
                    "since": "Monday 8 March 2027",
                    "owner": "Contract Management Officer (Chris Officer)",
                    "awaited": "",
                    "clauses": ["The same working day where possible"],
                    "why": ["Monday 8 March 2027, 10am: Mail from: Provider"],
                }
            ],
            "hold": "",
            "foreseen": [("Tuesday 9 March 2027, 9am", ["Chris Officer is reminded (M49)"])],
            "may_say": [{"who": "Contract Management Officer", "names": "Chris Officer", "words": ["Accepted"]}],
            "always": ["Note", "Status"],
        },
        "audience": "officer",
        "history": [{"day": monday, "who": "Chris Officer", "what": "Eligible", "text": ""}],
        "facts": [("Mailbox", "read through 10:00am"), ("Backlog", "0 mails")],
        "correction": {"letter_on": date(2027, 3, 3), "text": "The date should have been Tuesday 30 March 2027."},
        "signatory": {"name": "Sam Senior", "role_title": "Senior Procurement Officer"},
        "report_path": "2027/CC-2027-0042-K7/closure report v1.html",
        "open_items": ["Action 1, due Friday 30 April 2027"],
        "commands": [{"words": "Accepted", "meaning": "The provider accepts every point."}],
    }


@pytest.fixture(scope="session")
def letters() -> Letters:
    return Letters([TEMPLATES])


@pytest.fixture
def context() -> dict[str, object]:
    return sample()
