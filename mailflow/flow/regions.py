"""By whose working days a case runs (K1): its contract's calendar, else its service's region's, else the office's.

In: an office with its calendars, a procedure, a case.
Out: the calendar and the reason; the office as the case sees it, with that calendar as its own.
Fails: never; what names no calendar of the office falls back to the office's own.
Limits: all calendars of an office have its time zone: they differ in their days only.
"""

from __future__ import annotations

from dataclasses import replace

from mailflow.flow.ports import Office
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case
from mailflow.procedure.definition import Procedure
from mailflow.register.naming import key_of


def calendar_of(office: Office, procedure: Procedure, case: Case) -> tuple[Calendar, str]:
    """The calendar of a case, and why it is not the office's own ("" if it is)."""
    contract = office.register.contract(value_of(procedure, case, "contract"))
    if contract and contract.calendar in office.calendars:
        return _chosen(office, contract.calendar, f"the contract {contract.number}")
    service = office.register.service(value_of(procedure, case, "service"))
    name = office.regions.get(key_of(service.region), "") if service and service.region else ""
    if service and name in office.calendars:
        return _chosen(office, name, f"the region {service.region} of the service {service.name}")
    return office.own_calendar, ""


def _chosen(office: Office, name: str, why: str) -> tuple[Calendar, str]:
    own = office.own_calendar
    return (own, "") if name == own.name else (office.calendars[name], why)


def office_for(office: Office, procedure: Procedure, case: Case) -> Office:
    """The office as this case sees it: whatever asks for working days gets the case's."""
    calendar, _ = calendar_of(office, procedure, case)
    return office if calendar is office.calendar else replace(office, calendar=calendar)


def value_of(procedure: Procedure, case: Case, kind: str) -> str:
    """The value of the case's field of a type ("contract", "service")."""
    return next((str(case.fields.get(f.name) or "") for f in procedure.fields.values() if f.type == kind), "")
