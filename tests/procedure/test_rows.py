"""Each row of the state tables (domain.md section 4) fires where it should, and does what the table says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from mailflow.procedure.events import Commands, File, Said
from tests.procedure.driver import COUNCIL, ROOT, Play, council, person
from tests.procedure.starts import ACTIONS, RECOMMENDED, SOON, said, start, until, wrote

REASON = {"reason": "because"}
MAY = date(2027, 5, 31)


def word(verb: str, who: str = "cmo", confirmed: bool = False, **blanks: object):
    return lambda play: said(play, who, (verb, blanks), confirmed=confirmed)


def mail(role: str):
    return lambda play: wrote(play, role)


def bounced(letter: str):
    return lambda play: play.bounce(letter, play.now + SOON) and play


def clock(machine: str, state: str, days: int = 400):
    return lambda play: until(play, machine, state, days=days)


def days(n: int):
    return lambda play: play.run_to(play.now + n * 48 * SOON)


def too_early(role: str):
    """A party writes in the minutes before our letter to them leaves."""
    return lambda play: wrote_at_once(said(play, "cmo", "send_original"), role)


def wrote_at_once(play: Play, role: str) -> None:
    play.mail(role, play.now)


def own_letter(play: Play):
    play.own_letter(play.now + SOON)


def original(play: Play):
    """The setting under which letter 1 leaves by itself."""
    play.terms = replace(play.terms, settings={"provider_copy": "original"})
    until(play, "concern", "WPR")


def by_rota(play: Play) -> Play:
    """An officer found their own concern eligible, and nobody is allocated until the rota decides (Q5)."""
    play.terms = replace(play.terms, settings={"rota": "1 working day"}, duty={"cmo": "cmo2@council.example"})
    said(play, "cmo", ("referrer_is", {"value": "cmo@council.example"}))
    play.eligible(play.now + SOON)
    return until(play, "concern", "ALC")


def disputed_before(play: Play):
    """A dispute is open when the time to dispute ends: letter 3 came back and went again after a referral."""
    said(play, "spo", ("no_notice", {"reason": "Later"}))
    until(play, "RA-1", "WSP")
    said(wrote(play, "provider"), "cmo", "dispute")
    bounced("M33")(play)
    until(said(play, "cmo", "send"), "DN-2", "PRP")
    until(play, "DN-2", "SUS")


def _concluded(play: Play, notice: str) -> Play:
    """Decided with or without a notice, and the conclusion sent."""
    said(play, "spo", ("decision_agreed", {"default_notice": notice}))
    return until(said(play, "cmo", "send"), "concern", "CON", "CLO")


def upheld(play: Play) -> Play:
    """The dispute is forwarded, upheld, and its outcome sent."""
    said(said(play, "cmo", "forward"), "hop", ("upheld", REASON))
    return until(play, "DN-1", "CAN")


def referred_and_issued(play: Play) -> Play:
    """An action is referred while a notice is proposed already, and the notice is wanted for it too."""
    said(said(play, "cmo", ("evidence", {"n": 1})), "cmo", ("action_refer", {"n": 1}))
    return said(play, "spo", ("issue_notice", {"n": 1}), confirmed=True)


def at_once(play: Play, verb: str) -> Play:
    """Said before the letter that was just decided has left."""
    play.say("cmo", play.now, verb)
    return play


def unsent(play: Play, verb: str) -> None:
    """Said while the mail server is away, so that the letter of the clock still waits."""
    play._settled(Commands((Said(verb, person("cmo"), play.now, "unsent"),)), play.now)


def with_copy(play: Play) -> None:
    """A protected concern goes to the manager of the in-house service, with a copy that says nothing."""
    said(play, "cmo", "protect").say("cmo", play.now + SOON, "in_house", files=[File("m", "copy.txt", 9, "d")])


def anew(play: Play) -> Play:
    """The notice that an overdue action joined is served and remedied; the action then gets one of its own."""
    until(play, "RA-1", "WSP")
    said(play, "spo", "notice_issued", confirmed=True)
    said(play, "spo", "remedied")
    return said(play, "spo", ("issue_notice", {"n": 1}), confirmed=True)


C, R, N, D = "concern", "RA-1", "DN-1", "D-1"
ALTERNATIVE = {**RECOMMENDED, "text": "Close with actions", "actions": ACTIONS}
# id, place, what happens, machine, its state then, letters then decided (receipts aside)
ROWS = [
    ("c02", "RCV", word("ask", question="Which day?"), C, "CLR", "M03"),
    ("c03", "CLR", mail("referrer"), C, "RCV", "M02"),
    ("c03", "CLR", word("answered", text="Monday"), C, "RCV", "M02"),
    ("c04a", "CLR", days(12), C, "CLR", "M03"),
    ("c04", "CLR", clock(C, "RCV"), C, "RCV", "M02 M03"),
    ("c05", "RCV", lambda p: p.eligible(p.now + SOON), C, "ELG", "M04 M19"),
    ("c06", "RCV", word("ground_under_investigation"), C, "PRK", "M05 M06"),
    ("c06", "RCV", word("ground_not_investigated"), C, "PRK", "M05 M06"),
    ("c07", "RCV", word("low_level"), C, "XLO", "M07"),
    ("c08", "RCV", word("isolated"), C, "XIS", "M08"),
    ("c09", "RCV", word("in_house"), C, "XIH", "M09 M10"),
    ("c09p", "RCV", with_copy, C, "XIH", "M09P M10"),
    ("c10", "RCV", word("out_of_time"), C, "XOT", "M11"),
    ("c11", "RCV", word("out_of_scope", **REASON), C, "XOS", "M12"),
    ("c11c", "RCV", word("out_of_scope_conflict"), C, "XCF", "M12C M12H M53R"),
    ("c12s", "RCV", word("split", parts=3), C, "RCV", ""),
    ("u1", "WPR", word("referrer_unreachable"), C, "WPR", "M63"),
    ("u2", "TRF", word("referrer_unreachable"), C, "REV", "M26 M63"),
    ("u3", "RCV", bounced("M01"), C, "RCV", "M21 M63"),
    ("u3", "ELG", bounced("M04"), C, "ELG", "M21 M63"),
    ("u4", "CLR", bounced("M03"), C, "RCV", "M02 M21"),
    ("c12", "ALC", word("duplicate", ref="CC-2027-0002-BB"), C, "XDU", "M13"),
    ("c13", "RCV", word("withdrawn", **REASON), C, "XWD", "M14"),
    ("c13", "NRS", word("withdrawn", **REASON), C, "XWD", "M14 M15"),
    ("c14", "PRK", word("outcome_received"), C, "RCV", "M02"),
    ("c14m", "PRK", mail("investigator"), C, "PRK", "M28"),
    ("c15", "PRK", word("no_breach"), C, "XNB", "M16 M16S"),
    ("c16", "PRK", days(30), C, "PRK", "M17 M57"),
    ("c17", "PRK", days(183), C, "PRK", "M17 M18 M18T M57"),
    ("c17w", "PRK", word("keep_waiting"), C, "PRK", ""),
    ("c18", "ELG", word("allocate_to", who="cmo2@council.example"), C, "ALC", "M19"),
    ("c18", "ELG", word("allocate_me"), C, "ALC", "M19"),
    ("c18t", "ELG", clock(C, "ALC"), C, "ALC", ""),
    ("c18r", "RCV", by_rota, C, "ALC", "M04 M19 M49"),
    ("c18a", "ALC", word("allocate_me"), C, "ALC", "M19"),
    ("c19", "ALC", word("send_original"), C, "WPR", "M20"),
    ("c19", "ELG", word("send_original"), C, "WPR", "M20"),
    ("c19t", "ALC", original, C, "WPR", "M20 M49"),
    ("c19d", "ALC", word("dispatched"), C, "WPR", "M20"),
    ("c19o", "ALC", own_letter, C, "ALC", "M51"),
    ("c20", "WPR", bounced("M20"), C, "ALC", "M21"),
    ("c21", "WPR", clock(C, "PRM"), C, "PRM", "M22"),
    ("c21b", "PRM", bounced("M22"), C, "WPR", "M21"),
    ("c22", "WPR", mail("provider"), C, "RSP", "M23"),
    ("c22", "PRM", mail("provider"), C, "RSP", "M23"),
    ("c22", "NRR", mail("provider"), C, "RSP", "M23"),
    ("c22", "NRS", mail("provider"), C, "RSP", "M23"),
    (
        "c22q",
        "ALC",
        lambda p: p.say("cmo", p.now + SOON, "send_original") and p.mail("provider", p.now),
        C,
        "WPR",
        "M20 M28",
    ),
    ("c22r", "RSP", mail("provider"), C, "RSP", "M23"),
    ("c23", "RSP", word("holding"), C, "WPR", ""),
    ("c23e", "RSP", word("extend", until=date(2027, 3, 18)), C, "WPR", "M47"),
    ("c24", "RSP after PRM", word("holding"), C, "PRM", ""),
    ("c24e", "RSP after PRM", word("extend", until=date(2027, 3, 30)), C, "PRM", "M47"),
    ("c24x", "NRS", word("extend", until=date(2027, 4, 1)), C, "PRM", "M46 M47"),
    ("c25", "RSP", word("accepted"), C, "REV", "M26"),
    ("c26", "RSP", word("disputed"), C, "TRF", ""),
    ("c26", "RSP", word("partly", text="point 1"), C, "TRF", ""),
    ("c26p", "RSP", lambda p: said(said(p, "cmo", "protect", "referrer_agrees"), "cmo", "partly"), C, "TRF", ""),
    ("p1", "ALC", lambda p: at_once(said(p, "cmo", "send_original"), "protect_staff"), C, "ALC", "M20 M19"),
    ("p2", "TRF", word("protect_anonymous"), C, "REV", "M26"),
    ("p2", "WRF", word("protect"), C, "REV", "M26"),
    ("p3", "WRF", lambda p: unsent(until(p, C, "REV"), "protect"), C, "REV", "M29"),
    ("p4", "DEC", lambda p: at_once(said(p, "cmo", "send"), "protect"), C, "DEC", "M31 M33 M34 M35"),
    ("p5", "RCV", lambda p: at_once(said(p, "cmo", "in_house"), "protect_whistleblower"), C, "RCV", "M02 M09 M10"),
    ("c27", "RSP", lambda p: said(said(p, "cmo", "protect"), "cmo", "disputed"), C, "REV", "M26"),
    ("c28", "TRF", word("send_original"), C, "WRF", "M27"),
    ("c28t", "TRF", clock(C, "WRF"), C, "WRF", "M27 M49"),
    ("c28p", "TRF", mail("provider"), C, "TRF", "M28"),
    ("c28p", "WRF", mail("provider"), C, "WRF", "M28"),
    ("c28r", "TRF", mail("referrer"), C, "TRF", "M28"),
    ("c29", "WRF", mail("referrer"), C, "REV", "M28"),
    ("c29", "WRF", word("comments"), C, "REV", "M28"),
    ("c29b", "WRF", bounced("M27"), C, "REV", "M21 M26 M63"),
    (
        "c29q",
        "TRF",
        lambda p: p.say("cmo", p.now + SOON, "send_original") and p.mail("referrer", p.now),
        C,
        "WRF",
        "M27 M28",
    ),
    ("c30", "WRF", clock(C, "REV"), C, "REV", "M29"),
    ("c31", "REV", mail("provider"), C, "REV", "M28"),
    ("c31", "SPO", mail("referrer"), C, "SPO", "M28"),
    ("c32", "PRM", clock(C, "NRR"), C, "NRR", "M24"),
    ("c33", "NRR", word("refer"), C, "NRS", "M25"),
    ("c33", "NRR", clock(C, "NRS"), C, "NRS", "M25"),
    ("c34", "NRS", word("review_information", "spo", default_notice="no"), C, "REV", "M26 M46"),
    ("c34", "NRS", word("review_information", "spo", default_notice="yes"), C, "REV", "M26 M44"),
    ("c34n", "NRS", word("issue_notice", "spo", confirmed=True), C, "NRS", "M44 M51S"),
    ("c34d", "NRS", word("no_notice", "spo", **REASON), C, "NRS", "M46 M51S"),
    ("c35", "NRS", word("chase_again", "spo", until=MAY), C, "PRM", "M22 M46"),
    ("c36", "REV", word("recommend", **RECOMMENDED), C, "SPO", "M30"),
    ("c36a", "SPO", word("recommend", **RECOMMENDED), C, "SPO", "M30"),
    ("c37", "REC", clock(C, "SPO"), C, "SPO", "M30"),
    ("c37b", "SPO", bounced("M30"), C, "SPO", "M21"),
    ("c38", "SPO", word("decision_agreed", "spo", default_notice="yes"), C, "DEC", "M31"),
    ("c39", "SPO", word("decision_alternative", "spo", **ALTERNATIVE), C, "DEC", "M31"),
    ("c40", "SPO", word("decision_information", "spo", text="Who?"), C, "INF", "M32"),
    ("c41", "INF", word("information", text="Ann"), C, "SPO", "M30"),
    ("c42", "INF", word("review_again"), C, "REV", "M26"),
    ("c43s", "DEC", word("send"), C, "DEC", "M33 M34 M35"),
    ("c43d", "DEC", word("dispatched"), C, "DEC", "M33 M34 M35"),
    ("c43t", "DEC", clock(C, "CLO"), C, "CLO", "M33 M34 M35 M36 M49"),
    ("c43u", "DEC", clock(C, "CLO"), C, "CLO", "M33 M34 M35 M36 M49"),
    ("c43p", "DEC", mail("provider"), C, "DEC", "M28"),
    ("c43b", "DEC", lambda p: said(p, "cmo", "send").bounce("M33", p.now), C, "DEC", "M21 M33 M34 M35"),
    ("c43", "DEC with actions", lambda p: until(said(p, "cmo", "send"), C, "CON"), C, "CON", "M33 M34 M35 M36"),
    ("c44", "DEC", lambda p: until(said(p, "cmo", "send"), C, "CLO"), C, "CLO", "M33 M34 M35 M36"),
    ("c45", "EVD of the last", word("action_done", n=2), C, "CLO", "M36"),
    ("c45m", "CON", mail("provider"), C, "CON", "M39"),
    ("c45m", "CLO", mail("provider"), C, "CLO", "M39"),
    ("c45r", "CON", mail("referrer"), C, "CON", "M28"),
    ("c45v", "CON", mail("ops"), C, "CON", "M28"),
    ("c45d", "CON asked", word("dispute"), C, "CON", "M40"),
    ("c46", "CLO asked", word("dispute"), C, "CON", "M40"),
    ("c47", "CLO", word("reopen", **REASON), C, "REV", "M26"),
    ("c48", "XLO", word("reopen", **REASON), C, "RCV", "M02"),
    ("c48m", "XLO", mail("referrer"), C, "XLO", "M28"),
    ("c48n", "RCV", mail("provider"), C, "RCV", "M28"),
    ("c48w", "RSP", mail("referrer"), C, "RSP", "M28"),
    ("c51", "CLO", bounced("M33"), C, "DEC", "M21"),
    ("c51", "CON", bounced("M33"), C, "DEC", "M21"),
    ("r1", "CON", days(0), R, "OPN", ""),
    ("r1s", "CON", lambda p: until(said(bounced("M33")(p), "cmo", "send"), C, "CON"), R, "OPN", "M21 M33 M36"),
    ("r2", "OPN", word("evidence", n=1), R, "EVD", "M38"),
    ("r2", "RMD", word("not_validated", "ops", n=1), R, "EVD", "M38"),
    ("r2", "WSP", word("evidence", n=1), R, "EVD", "M38 M38S"),
    ("r2a", "EVD", word("validated", "ops", n=1), R, "EVD", "M38"),
    ("r1w", "OPN", clock(R, "RMD"), R, "RMD", "M35R M37"),
    ("r3", "OPN", clock(R, "RMD"), R, "RMD", "M35R M37"),
    ("r3b", "RMD", bounced("M37"), R, "OPN", "M21"),
    ("r4", "RMD", word("refer", n=1), R, "WSP", "M25"),
    ("r4", "RMD", clock(R, "WSP"), R, "WSP", "M25"),
    ("r5", "EVD", word("action_done", n=1, confirmed=True), R, "DON", ""),
    ("r5", "EVD validated", word("action_done", n=1), R, "DON", ""),
    ("r6", "EVD", word("action_new_date", n=1, until=MAY), R, "OPN", "M47"),
    ("r7", "EVD", word("action_refer", n=1), R, "WSP", "M25"),
    ("r8", "WSP", word("new_date_spo", "spo", until=MAY), R, "OPN", "M46 M47"),
    ("r9", "WSP", word("issue_notice", "spo", confirmed=True), R, "DFL", "M44"),
    ("r10", "WSP", word("no_notice", "spo", **REASON), R, "CNL", "M46"),
    ("r11", "OPN", word("cancel_action", "spo", n=1, **REASON), R, "CNL", "M35"),
    ("n1", "PRP", days(0), N, "PRP", ""),
    ("n2", "CSD", days(0), N, "CSD", ""),
    ("n2i", "PRP with actions", anew, "DN-2", "TBI", "M25 M35R M37 M44 M46"),
    ("n2j", "CSD", clock("RA-2", "WSP"), N, "CSD", "M25 M37 M49 M50"),
    ("n2l", "PRP", lambda p: until(said(bounced("M33")(p), "cmo", "send"), C, "CON"), N, "PRP", "M21 M33 M36"),
    ("n2k", "TBI in SPO", lambda p: _concluded(p, "yes"), N, "TBI", "M31 M33 M34 M35 M36"),
    ("n2m", "PRP with actions", referred_and_issued, N, "PRP", "M25 M38"),
    ("n3", "PRP", clock(N, "PAS"), N, "PAS", ""),
    ("n3d", "PRP with actions", disputed_before, "DN-2", "SUS", None),
    ("n4", "PRP", lambda p: said(wrote(p, "provider"), "cmo", "dispute"), N, "SUS", "M39 M40"),
    ("n4", "TBI", lambda p: said(wrote(p, "provider"), "cmo", "dispute"), N, "SUS", "M39 M40"),
    ("n5", "SUS", word("dispute_withdrawn"), N, "PAS", ""),
    (
        "n6",
        "SUS",
        lambda p: until(said(said(p, "cmo", "forward"), "hop", ("upheld", REASON)), N, "CAN"),
        N,
        "CAN",
        "M41 M41S M42 M43 M46 M36",
    ),
    ("n7", "PAS", word("pass_on"), N, "TBI", "M44"),
    ("n7", "PAS", clock(N, "TBI"), N, "TBI", "M44"),
    ("n8", "TBI", word("notice_issued", "spo", confirmed=True), N, "ISS", "M46"),
    ("n9", "TBI", word("no_notice", "spo", **REASON), N, "CAN", "M46 M36"),
    ("n9", "PRP", word("no_notice", "spo", **REASON), N, "CAN", "M46 M36"),
    ("n10", "CSD in SPO", word("issue_notice", "spo", confirmed=True), N, "TBI", "M44"),
    ("n10s", "NRS", word("review_information", "spo", default_notice="yes"), N, "TBI", "M26 M44"),
    ("n11", "WSP", word("no_notice", "spo", **REASON), N, "DCL", "M46"),
    ("n11", "CSD in SPO", word("no_notice", "spo", **REASON), N, "DCL", "M46"),
    ("n12", "ISS", word("remedied"), N, "RMD", "M46 M36"),
    ("n12t", "ISS", days(30), N, "ISS", "M38N M49 M50"),
    ("n13", "ISS", word("escalate", "spo", **REASON), N, "ESC", "M46 M36"),
    ("n14", "ISS", word("withdraw_notice", "spo", **REASON), N, "WDN", "M46 M54 M36"),
    ("n15", "CSD in SPO", lambda p: _concluded(p, "yes"), N, "PRP", "M31 M33 M34 M35 M36"),
    ("n16", "CSD in SPO", word("decision_agreed", "spo", default_notice="no"), N, "DCL", "M31 M46"),
    ("d1", "RCD", days(0), D, "RCD", ""),
    ("d2", "RCD", word("forward"), D, "FWD", "M41 M41S"),
    ("d3", "RCD", word("dispute_withdrawn"), D, "WDR", ""),
    ("d3", "FWD", word("dispute_withdrawn"), D, "WDR", ""),
    ("d4", "RCD late", word("refuse_late", "spo", **REASON), D, "REJ", "M42"),
    ("d5", "FWD", word("not_upheld", "hop", **REASON), D, "DET", "M42 M43"),
    ("d5s", "DET", lambda p: said(bounced("M42")(p), "cmo", "send"), D, "DET", "M21 M42"),
    ("d6", "DET", clock(D, "COM"), D, "COM", "M35 M36"),
    ("d6b", "DET in part", clock(D, "COM"), D, "COM", ""),
    ("d6m", "DET", bounced("M42"), D, "DET", "M21"),
]


@pytest.mark.parametrize(("row", "place", "does", "machine", "state", "letters"), ROWS)
def test_a_row_does_what_the_table_says(row, place, does, machine, state, letters):
    """From its state, on its event, the row leads to its state and decides its letters (None: after a long way)."""
    play = start(place)
    before = set(play.case.letters)
    does(play)
    assert row in play.moves() and play.case.machines[machine].state == state
    new = [s.name for s in play.case.letters.values() if s.id not in before and s.name != "M53"]
    assert letters is None or set(new) == set(letters.split()), new


def ids(play: Play | None = None) -> set[str]:
    """All row ids of the procedure file."""
    return {row.id for machine in council().machines.values() for row in machine.rows}


def test_every_row_is_tried():
    """The table above tries every row of the file (c01 is how every play begins)."""
    assert ids() == {row[0] for row in ROWS} | {"c01"}


def test_every_id_of_the_published_tables_stands_in_the_file():
    """domain.md section 4: c01-c51, r1-r11, n1-n16 and d1-d6 can all be found, beside what was added."""
    text = (ROOT / COUNCIL).read_text("utf-8")
    published = {"c": range(1, 52), "r": range(1, 12), "n": range(1, 17), "d": range(1, 7)}
    wanted = [f"c{n:02}" if letter == "c" else f"{letter}{n}" for letter, ns in published.items() for n in ns]
    assert [name for name in wanted if not re.search(rf"\b{name}\b", text)] == []
