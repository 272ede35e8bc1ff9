"""People who act at random, also foolishly, and people who act sensibly: for the random walks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from mailflow.procedure import by_post
from tests.procedure import insurer
from tests.procedure.driver import NAMED, Play, local, terms
from tests.procedure.played import Played

CASES = {"CC-2027-0002-BB": {"provider": "Oakfield"}}


@dataclass(frozen=True)
class Cast:
    """Who acts in a procedure: how a case begins, who speaks and writes, what they fill in, what good sense does."""

    begin: Callable[[Random, datetime], Played]
    who: tuple[str, ...]
    writers: tuple[str, ...]
    bounced: tuple[str, ...]
    leading: str  # who takes words back, holds and resumes
    blanks: Callable[[Random, date], dict[str, object]]
    sense: Mapping[str, Mapping[str, list]]


def _concern(random: Random, start: datetime) -> Play:
    settings = {"provider_copy": random.choice(["approve", "original"])}
    settings["auto_send"] = random.choice(["on the due day", "on the due day", "approve"])
    post = {0: {"provider": by_post.ONLY}, 1: {"provider": by_post.BOTH}}.get(start.day % 4, {})
    play = Play(terms(cases=CASES, settings=settings, post=post))
    play.mail("anyone", start, subject="Missed calls")
    play.say("cmo", start, ("provider_is", NAMED["provider_is"]))
    return play


def _concern_blanks(r: Random, today: date) -> dict[str, object]:
    later = today + timedelta(days=r.choice([-3, 1, 5, 9, 13, 30]))
    actions = [{"text": "Train", "by": today + timedelta(days=r.choice([12, 30]))} for _ in range(r.randint(0, 2))]
    blanks: dict[str, object] = {"text": "words", "reason": "because", "question": "what?", "until": later}
    return blanks | {"default_notice": r.choice(["yes", "no", "no"]), "actions": actions, "ref": "CC-2027-0002-BB"}


def _issue(random: Random, start: datetime) -> insurer.Issue:
    settings: dict[str, object] = {"u11": random.choice(["off", "30 days"])}
    settings["restricted_readers"] = random.choice([[], [insurer.READER]])
    play = insurer.Issue(insurer.terms(settings=settings))
    return play.raised(start).named()


def _issue_blanks(r: Random, today: date) -> dict[str, object]:
    later = [today + timedelta(days=n) for n in sorted(r.choice([-3, 1, 5, 20, 90]) for _ in range(3))]
    given: dict[str, object] = {"text": "words", "reason": "because", "question": "what?", "advice": "ask again"}
    given |= {"ref": "4711", "who": r.choice(["lead@insurer.example", "nobody@insurer.example"])}
    return given | {"on": later[0], "until": later[2], "start": later[0], "end": later[1]}


ENDING = ("withdrawn", "reopen", "kind_fraud")  # said now and then only, or no case would come far


class Walk:
    """One case among people who do anything at any time."""

    def __init__(self, seed: int, cast: Cast):
        self.random, self.cast = Random(seed), cast
        start = local(1, 1 + seed % 12, 2026, f"{7 + seed % 12:02}:30") + timedelta(days=seed % 27)
        self.play = cast.begin(self.random, start)
        self.procedure = self.play.procedure

    def step(self) -> None:
        """Something happens."""
        if by_post.unposted(self.play.case) and self.random.random() < 0.3:
            post_one(self.play, self.cast, self._soon())
        dice = self.random.random()
        if dice < 0.22:
            self._wait()
        elif dice < 0.62:
            self._fitting_word()
        elif dice < 0.70:
            self._any_word()
        elif dice < 0.86:
            self._mail()
        elif dice < 0.90:
            self._bounce()
        elif dice < 0.94:
            self._say(self.cast.leading, "undo") if self.random.random() < 0.6 else self._say(
                self.random.choice(self.cast.who), "undo"
            )
        elif dice < 0.96:
            until = self._today() + timedelta(days=self.random.randint(1, 20))
            self._say(self.cast.leading, "hold", {"until": until, "reason": "police"})
        else:
            self._say(self.cast.leading, "resume")

    def _today(self) -> date:
        return self.play.calendar.local_date(self.play.now)

    def _soon(self):
        return self.play.now + timedelta(minutes=self.random.choice([1, 5, 20, 60, 400]))

    def _wait(self) -> None:
        hours = self.random.choice([1, 5, 24, 48, 100, 200, 400])
        self.play.run_to(self.play.now + timedelta(hours=hours))

    def _mail(self) -> None:
        role = self.random.choice(self.cast.writers)
        self.play.mail(role, self._soon())

    def _bounce(self) -> None:
        known = (s for s in self.play.case.letters.values() if s.status == "sent" and not s.posted)
        left = [s for s in known if s.name in self.cast.bounced]
        if left:
            letter = self.random.choice(left[-4:])
            if self.play.case.last_letter(letter.name) == letter:
                self.play.bounce(letter.name, self._soon())

    def _fitting_word(self) -> None:
        machines = list(self.play.case.live()) or list(self.play.case.machines.values())[:1]
        machine = self.random.choice(machines)
        rows = self.procedure.machines[machine.kind].rows_from(machine.state)
        verbs = [n for r in rows for t in r.on if t.kind == "said" for n in t.names if n not in ENDING]
        if self.random.random() < 0.04:
            verbs = [n for r in rows for t in r.on if t.kind == "said" for n in t.names]
        if verbs:
            name = self.random.choice(verbs)
            by = self.procedure.verbs[name].by
            who = self.random.choice(by) if self.random.random() < 0.95 else self.random.choice(self.cast.who)
            self._say(who, name, self._blanks(machine.item), self.random.random() < 0.8)

    def _any_word(self) -> None:
        name = self.random.choice([v.name for v in self.procedure.verbs.values() if v.by and v.say])
        self._say(
            self.random.choice(self.cast.who), name, self._blanks(self.random.randint(0, 3)), self.random.random() < 0.3
        )

    def _say(self, who: str, verb: str, blanks: dict | None = None, confirmed: bool = False) -> None:
        defined = self.procedure.verbs[verb]
        blanks = dict(blanks or {})
        if defined.act == "set":
            value = self._today() - timedelta(days=30) if "date" in defined.field else f"{defined.field}@x.example"
            blanks = {"value": "yes" if defined.field == "protected" else value}
        words = [(verb, blanks)]
        if self.random.random() < 0.05:
            words.append(("note", {"text": "something"}))
        self.play.say(who, self._soon(), *words, confirmed=confirmed)

    def _blanks(self, item: int) -> dict:
        """Some of the blanks, filled in more or less well."""
        r, today = self.random, self._today()
        blanks = self.cast.blanks(r, today)
        if r.random() < 0.3:
            blanks["because"] = "it matters"
        if item and r.random() < 0.9:
            blanks["n"] = item
        for name in list(blanks):
            if r.random() < 0.05:
                del blanks[name]
        return blanks


def post_one(play: Played, cast: Cast, at: datetime) -> None:
    """An officer has posted the letter that has waited longest."""
    letter = by_post.unposted(play.case)[0]
    play.say(cast.leading, at, ("posted", {"which": letter.name, "on": play.calendar.local_date(at)}))


REASON = {"reason": "enough"}
NO = {"text": "Close", "default_notice": "no"}
COUNCIL_SENSE = {
    "concern": {
        "RCV": [("cmo", ("provider_is", NAMED["provider_is"])), ("cmo", ("eligible", {"because": "it is serious"}))],
        "CLR": [("cmo", "answered")],
        "PRK": [("cmo", "no_breach")],
        "ELG": [("cmo", "send_original")],
        "ALC": [("cmo", "send_original")],
        "WPR": [("mail", "provider")],
        "PRM": [("mail", "provider")],
        "NRR": [("mail", "provider")],
        "NRS": [("mail", "provider")],
        "RSP": [("cmo", "accepted")],
        "TRF": [("cmo", "send_original")],
        "WRF": [("cmo", "comments")],
        "REV": [("cmo", ("recommend", NO))],
        "REC": [("cmo", ("recommend", NO))],
        "SPO": [("spo", ("decision_alternative", NO)), ("hop", ("decision_alternative", NO))],
        "INF": [("cmo", ("information", {"text": "Ann"}))],
        "DEC": [("cmo", "send")],
        "CON": [("cmo", "note")],
    },
    "RA": {
        "OPN": [("cmo", "evidence")],
        "RMD": [("cmo", "evidence")],
        "WSP": [("cmo", "evidence")],
        "EVD": [("cmo", "action_done")],
    },
    "DN": {
        "PRP": [("spo", ("no_notice", REASON))],
        "PAS": [("spo", ("no_notice", REASON))],
        "TBI": [("spo", ("no_notice", REASON))],
        "CSD": [("spo", ("no_notice", REASON))],
        "ISS": [("spo", "remedied")],
        "SUS": [],
    },
    "D": {
        "RCD": [("cmo", "forward")],
        "FWD": [("hop", ("not_upheld", REASON)), ("spo", ("not_upheld", REASON))],
        "DET": [("cmo", "send")],
    },
}


ISSUE_SENSE = {
    "issue": {
        "RAI": [("co", "kind_content")],
        "A2P": [("co", "not_resolved")],
        "A2S": [("co", "not_resolved")],
        "TMP": [("tm", "call_you")],
        "A3S": [("co", "not_resolved")],
        "B1": [("tm", ("service_is", {"value": "Vocational rehabilitation"})), ("tm", "not_resolved")],
        "B2": [("tm", ("summary_done", {"ref": "4711"}))],
        "C1": [("sm", ("non_compliance_meeting", {"on": date(2029, 1, 1)}))],
        "CMT": [("sm", "met")],
        "PIP": [("sm", ("no_pip", REASON))],
        "C3": [("sm", "not_resolved")],
        "PNL": [("sm", ("panel_no", REASON))],
    },
}
CONCERNS = Cast(
    _concern,
    ("cmo", "cmo", "cmo", "cmo2", "tmg", "spo", "spo", "hop", "ops", "pat@oakfield.example"),
    ("provider", "provider", "referrer", "ops", "service_manager", "investigator", "referrer_manager"),
    ("M20", "M22", "M27", "M33", "M34", "M37", "M42", "M43"),
    "cmo",
    _concern_blanks,
    COUNCIL_SENSE,
)
ISSUES = Cast(
    _issue,
    ("co", "co", "co2", "tm", "tm", "sm", "sm", "claims_lead", insurer.READER, insurer.SHAH.email),
    ("provider", "supplier", "expert", "vms", "panel", "integrity"),
    ("N03", "N05", "N12", "N13", "N17", "M28"),
    "tm",
    _issue_blanks,
    ISSUE_SENSE,
)


def finish(play: Played, cast: Cast) -> bool:
    """Everybody does the next sensible thing, a working day apart; whether the case comes to its end."""
    for _ in range(40):
        if not play.case.live():
            return True
        if play.case.hold:
            play.say(cast.leading, play.now + timedelta(minutes=1), "resume")
        while by_post.unposted(play.case):
            post_one(play, cast, play.now + timedelta(minutes=1))
        for machine in sorted(play.case.live(), key=lambda m: list(cast.sense).index(m.kind)):
            for who, word in cast.sense[machine.kind][machine.state] if not machine.ended else ():
                at = play.now + timedelta(minutes=1)
                if who == "mail":
                    play.mail(word, at)
                    continue
                verb, blanks = (word, {}) if isinstance(word, str) else word
                blanks = {**blanks, "n": machine.item} if machine.item else blanks
                play.say(who, at, (verb, blanks), confirmed=True)
        nine = play.calendar.office_time(play.now + timedelta(hours=14))
        play.run_to(nine + timedelta(hours=1))
    return not play.case.live()
