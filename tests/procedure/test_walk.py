"""Random walks over the concern and its children together, judged by rules that share nothing with the guards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from random import Random

import pytest

from mailflow.procedure import by_post
from mailflow.procedure.case import Fact, fold
from mailflow.procedure.stimuli import OTHER_CASE
from mailflow.study.habits import CARELESS
from mailflow.study.walk import Walk, finish
from mailflow.study.ways import Ways
from tests.procedure import insurer
from tests.procedure.driver import REFERRER, Play, local, terms
from tests.procedure.insurer import READER
from tests.procedure.played import Played, shipped

WALKS, STEPS, GROUPS = 400, 55, 8
# Letters that one stage may send again on purpose: asked again (TC), chased again (TP1), each new date, each hold and
# its end, corrections, another meeting, another question to the expert.
REPEATED = {"M03", "M17", "M47", "M48", "M54", "N12", "N13"}
# A letter leaves only in the stage it was written for.
BELONGS = {
    "M20": ("concern", {"WPR"}),
    "M22": ("concern", {"PRM"}),
    "M27": ("concern", {"WRF"}),
    "M33": ("concern", {"DEC"}),
    "M34": ("concern", {"DEC"}),
    "M37": ("RA", {"RMD"}),
    "M42": ("D", {"DET", "REJ"}),
}
KEPT = {"kind", "ended_on"}  # fields that the restricting row itself sets
ENDED_CLOCKS = {"T39", "TK", "TL", "U11", "UK"}  # a clock that an end names itself
ABOVE = {"cmo": {"tmg", "hop", "director", "spo"}, "spo": {"hop", "director"}, "hop": {"director"}, "tmg": {"hop"}}
ABOVE |= {"co": {"tm", "claims_lead"}, "tm": {"claims_lead"}, "sm": {"supply_lead"}}


@cache
def ways(file: str) -> Ways:
    """The ways of a procedure."""
    return Ways(shipped(file))


def concern(dice: Random) -> tuple[Played, str]:
    """A council office with settings of its own, and who opens the concern."""
    settings = {"provider_copy": dice.choice(["approve", "original"])}
    settings["auto_send"] = dice.choice(["on the due day", "on the due day", "approve"])
    post = dice.choice([{}, {}, {"provider": by_post.ONLY}, {"provider": by_post.BOTH}])
    return Play(terms(cases={OTHER_CASE: {}}, settings=settings, post=post)), REFERRER


def issue(dice: Random) -> tuple[Played, str]:
    """An insurer's office with settings of its own, and who raises the issue."""
    settings: dict[str, object] = {"u11": dice.choice(["off", "30 days"])}
    settings["restricted_readers"] = dice.choice([[], [READER]])
    return insurer.Issue(insurer.terms(settings=settings)), insurer.CO


def begun(seed: int, cast: Callable[[Random], tuple[Played, str]]) -> Walk:
    """The package's walk in the tests' offices, with careless people."""
    dice = Random(seed)
    play, opener = cast(dice)
    walk = Walk(play, ways(play.procedure.file), dice, CARELESS)
    start: datetime = local(1, 1 + seed % 12, 2026, f"{7 + seed % 12:02}:30") + timedelta(days=seed % 27)
    walk.begin(start, opener)
    return walk


def party(play: Played, role: str) -> bool:
    defined = play.procedure.roles.get(play.procedure.party_of(role))
    return bool(defined and not defined.is_officer)


def judged_now(play: Played) -> None:
    """What must be so after every event."""
    live = play.case.live()
    hold = play.procedure.hold.timer
    main = play.case.machines[play.procedure.main]
    kinds = Counter(m.kind for m in live)
    assert kinds["DN"] <= 1 and kinds["D"] <= 1, kinds
    if main.ended:
        assert live == () and not play.case.hold
        assert set(main.timers) <= ENDED_CLOCKS
        assert not play.case.unjudged or "T39" in main.timers or main.state != "CLO"
        assert bool({"TK", "UK"} & set(main.timers)) == bool(play.case.corrections), "a correction is forgotten"
        assert ("TL" in main.timers) == bool(by_post.unposted(play.case)), "a letter to be posted is forgotten"
    if play.case.hold:
        assert main.timers[hold].state == "running" and main.timers[hold].steps
        running = [t.name for m in live for t in m.timers.values() if t.state == "running"]
        assert running == [hold], running
    for machine in live:
        state = play.procedure.machines[machine.kind].states[machine.state]
        assert state.owner
        others = [m for m in live if m.id != machine.id]
        lives = state.lives_by and any(m.timers for m in others if state.lives_by in ("children", m.kind))
        assert lives or any(n != hold for n in machine.timers), f"{machine.id} in {machine.state} has no clock"


def judged_at_last(play: Played) -> None:
    """What must be so of the whole log."""
    stay: dict[str, int] = {}
    states: dict[str, str] = {}
    cycle, held, sent = 1, False, Counter()
    fate = {s.id: s for s in play.case.letters.values()}
    for n, (_, fact) in enumerate(play.log):
        if fact.kind in ("spawned", "moved"):
            to = str(fact.data.get("to", fact.data.get("state")))
            if states.get(fact.machine) != to:
                stay[fact.machine] = n
            states[fact.machine] = to
        elif fact.kind == "undone":
            # What was taken back may be said again: a new stay for every machine.
            stay = dict.fromkeys(stay, n)
            states = {m.id: m.state for m in _before(play, n + 1)}
        elif fact.kind == "cycle":
            cycle = int(fact.data["n"])
        elif fact.kind in ("held", "released"):
            held = fact.kind == "held"
        elif fact.kind == "settled" and fact.data["result"] == "sent":
            letter = fate[fact.data["letter"]]
            if party(play, letter.role):
                assert not held, f"{letter.id} left during a hold"
            kind, places = BELONGS.get(letter.name, ("", set()))
            if kind and letter.machine.partition("-")[0] == kind:
                assert states[letter.machine] in places, f"{letter.id} left in {states[letter.machine]}"
        elif fact.kind == "letter" and party(play, str(fact.data["role"])) and fact.data["name"] not in REPEATED:
            if fate[fact.data["letter"]].status in ("decided", "sent"):
                key = (fact.machine, fact.data["name"], fact.data["role"], cycle, stay.get(fact.machine))
                sent[key] += 1
                assert sent[key] == 1, f"twice in one stay: {key}"
    assert play.refolded() == play.case


def _before(play: Played, n: int) -> tuple:
    return tuple(fold(f for _, f in play.log[:n]).machines.values())


def nothing_waits_after_the_end(play: Played) -> None:
    """A concern that is withdrawn or joined to another leaves no letter of its former stages behind."""
    if play.state in ("XWD", "XDU", "XIN"):
        waiting = [s for s in play.case.letters.values() if s.status == "decided" and party(play, s.role)]
        assert {s.name for s in waiting} <= {"M13", "M14", "M15", "M54"}, waiting


def nobody_else_hears(play: Played) -> None:
    """From the instant a case is restricted its letters go to whom it was restricted to, bare receipts aside (Q45)."""
    shut = next((n for n, (_, f) in enumerate(play.log) if f.kind == "restricted"), len(play.log))
    raised_by = {f.data["value"] for _, f in play.log if f.kind == "field" and f.data["name"] == "referrer"}
    seers = {"integrity@insurer.example", READER, "hop@council.example", *raised_by}
    for _, fact in play.log[shut:]:
        if fact.kind == "letter" and fact.data["name"] != "M53R":
            assert {*fact.data["to"], *fact.data["cc"]} <= seers, fact
        if "hop" in play.case.restricted:
            continue  # the Head of Procurement sees it; of possible fraud nothing is moved here any more
        assert fact.kind not in ("moved", "field") or fact.data.get("row") == "i05" or fact.data.get("name") in KEPT


def somebody_above_hears(play: Played) -> None:
    """With everyone silent for a year, somebody above each owner has been written to, or the matter has ended."""
    silent = play.copy()
    silent.run_to(play.now + timedelta(days=400))
    for machine in play.case.live():
        after = silent.case.machines[machine.id]
        lives_by = play.procedure.machines[machine.kind].states[machine.state].lives_by
        clocks = {
            t for m in play.case.live() if m.id == machine.id or lives_by in ("children", m.kind) for t in m.timers
        }
        # What is overdue and has been told stands in red in every weekly summary; a hold is told to the manager (TH).
        since = [
            (s, f)
            for s, (_, f) in enumerate(silent.log, 1)
            if f.kind == "letter" and (s >= machine.entered or f.data["timer"] in clocks)
        ]
        owners = {play.procedure.machines[machine.kind].states[x].owner for x in (machine.state, after.state)}
        if (machine.kind, machine.state) in (("DN", "SUS"), ("DN", "CSD")):
            # Its clock is that of the dispute, or of the action or stage that raised it.
            owners |= {play.procedure.machines[m.kind].states[m.state].owner for m in play.case.live()}
        above = {f"{role}@{play.domain}" for owner in owners if owner for role in ABOVE[owner]}
        above |= {f"{play.procedure.hold.above}@{play.domain}"} if play.case.hold else set()
        told = [f for _, f in since if not above.isdisjoint(_addressed(f))]
        assert after.ended or told, f"{machine.id} in {machine.state}: nobody above {owners} hears"


def _addressed(fact: Fact) -> set[str]:
    return {*fact.data["to"], *fact.data["cc"]}


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.parametrize("cast", [concern, issue])
def test_whatever_people_do(cast: Callable[[Random], tuple[Played, str]], group: int):
    """Wrong roles, late mails, bounces, undos, holds, reopenings: the rules hold; good sense always comes to an end."""
    for seed in range(group, WALKS, GROUPS):
        walk = begun(seed, cast)
        try:
            for _ in range(STEPS):
                walk.step() if walk.play.case.live() else walk.after_the_end()
                judged_now(walk.play)
                nothing_waits_after_the_end(walk.play)
            nobody_else_hears(walk.play)
            somebody_above_hears(walk.play)
            walk.play.terms = walk.whole_office
            assert finish(walk.play, walk.ways), {m.id: m.state for m in walk.play.case.live()}
            judged_now(walk.play)
            judged_at_last(walk.play)
        except AssertionError as error:
            told = "\n".join(_told(walk.play)[-25:])
            raise AssertionError(f"walk {seed}: {error}\n{told}") from error


def _told(play: Played) -> list[str]:
    """The last things that happened, for whoever mends it."""
    keys = ("verb", "row", "from", "to", "state", "name", "timer", "step", "letter", "result", "status", "why", "act")
    lines = []
    for at, fact in play.log:
        if fact.kind not in ("field", "child_field", "receipt", "noted") and fact.data.get("name") not in (
            "M53",
            "M49",
        ):
            shown = {k: fact.data[k] for k in keys if fact.data.get(k)}
            lines.append(f"{at:%d %b %H:%M} {fact.kind} {fact.machine} {shown}")
    return lines
