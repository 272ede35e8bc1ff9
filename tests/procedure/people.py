"""People who act at random, also foolishly, and people who act sensibly: for the random walks."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from tests.procedure.driver import NAMED, OAK, REFERRER, Play, council, local, terms

WHO = ["cmo", "cmo", "cmo", "cmo2", "tmg", "spo", "spo", "hop", "ops", "pat@oakfield.example"]
WRITERS = ["provider", "provider", "referrer", "ops", "service_manager", "investigator", "referrer_manager"]
CASES = {"CC-2027-0002-BB": {"provider": "Oakfield"}}


class Walk:
    """One concern among people who do anything at any time."""

    def __init__(self, seed: int):
        self.random = Random(seed)
        settings = {"provider_copy": self.random.choice(["approve", "original"])}
        settings["auto_send"] = self.random.choice(["on the due day", "on the due day", "approve"])
        self.play = Play(terms(cases=CASES, settings=settings))
        start = local(1, 1 + seed % 12, 2026, f"{7 + seed % 12:02}:30") + timedelta(days=seed % 27)
        self.play.mail("anyone", start, REFERRER, subject="Missed calls")
        self.play.say("cmo", start, ("provider_is", NAMED["provider_is"]))

    def step(self) -> None:
        """Something happens."""
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
            self._say("cmo", "undo") if self.random.random() < 0.6 else self._say(self.random.choice(WHO), "undo")
        elif dice < 0.96:
            until = self._today() + timedelta(days=self.random.randint(1, 20))
            self._say("cmo", "hold", {"until": until, "reason": "police"})
        else:
            self._say("cmo", "resume")

    def _today(self) -> date:
        return self.play.calendar.local_date(self.play.now)

    def _soon(self):
        return self.play.now + timedelta(minutes=self.random.choice([1, 5, 20, 60, 400]))

    def _wait(self) -> None:
        hours = self.random.choice([1, 5, 24, 48, 100, 200, 400])
        self.play.run_to(self.play.now + timedelta(hours=hours))

    def _mail(self) -> None:
        role = self.random.choice(WRITERS)
        self.play.mail(role, self._soon(), OAK.email if role == "provider" else "")

    def _bounce(self) -> None:
        names = ["M20", "M22", "M27", "M33", "M34", "M37", "M42", "M43"]
        left = [s for s in self.play.case.letters.values() if s.status == "sent" and s.name in names]
        if left:
            letter = self.random.choice(left[-4:])
            if self.play.case.last_letter(letter.name) == letter:
                self.play.bounce(letter.name, self._soon())

    def _fitting_word(self) -> None:
        machines = list(self.play.case.live()) or list(self.play.case.machines.values())[:1]
        machine = self.random.choice(machines)
        rows = council().machines[machine.kind].rows_from(machine.state)
        verbs = [n for r in rows for t in r.on if t.kind == "said" for n in t.names if n not in ("withdrawn", "reopen")]
        if self.random.random() < 0.04:
            verbs = [n for r in rows for t in r.on if t.kind == "said" for n in t.names]
        if verbs:
            name = self.random.choice(verbs)
            by = council().verbs[name].by
            who = self.random.choice(by) if self.random.random() < 0.95 else self.random.choice(WHO)
            self._say(who, name, self._blanks(machine.item), self.random.random() < 0.8)

    def _any_word(self) -> None:
        name = self.random.choice([v.name for v in council().verbs.values() if v.by and v.say])
        self._say(self.random.choice(WHO), name, self._blanks(self.random.randint(0, 3)), self.random.random() < 0.3)

    def _say(self, who: str, verb: str, blanks: dict | None = None, confirmed: bool = False) -> None:
        defined = council().verbs[verb]
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
        later = today + timedelta(days=r.choice([-3, 1, 5, 9, 13, 30]))
        actions = [{"text": "Train", "by": today + timedelta(days=r.choice([12, 30]))} for _ in range(r.randint(0, 2))]
        blanks: dict[str, object] = {"text": "words", "reason": "because", "question": "what?", "until": later}
        blanks |= {"default_notice": r.choice(["yes", "no", "no"]), "actions": actions, "ref": "CC-2027-0002-BB"}
        if r.random() < 0.3:
            blanks["because"] = "it matters"
        if item and r.random() < 0.9:
            blanks["n"] = item
        for name in list(blanks):
            if r.random() < 0.05:
                del blanks[name]
        return blanks


REASON = {"reason": "enough"}
NO = {"text": "Close", "default_notice": "no"}
SENSE = {
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


def finish(play: Play) -> bool:
    """Everybody does the next sensible thing, a working day apart; whether the case comes to its end."""
    for _ in range(40):
        if not play.case.live():
            return True
        if play.case.hold:
            play.say("cmo", play.now + timedelta(minutes=1), "resume")
        for machine in sorted(play.case.live(), key=lambda m: list(SENSE).index(m.kind)):
            for who, word in SENSE[machine.kind][machine.state] if not machine.ended else ():
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
