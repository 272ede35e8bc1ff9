"""Reads an officer's commands from a mail: what was said, what is doubtful, what is only a note (domain.md 5.2).

In: the new text of a mail, its subject, the forms of the verbs that may be said, today's local date.
Out: Reading: sayings or doubts, never both; the rest as a note.
Fails: ValueError for a form that cannot be read.
Limits: knows no procedure and no person: whether the verb is allowed, and by whom, is the engine's matter (G6, G7).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mailflow.mail import command_courtesy as courtesy
from mailflow.mail import command_doubts as doubt
from mailflow.mail import command_lines as lines
from mailflow.mail.command_decisions import another_decision, looks_like_decision, sounds_like_decision
from mailflow.mail.command_details import Details, Saying, attached, contradictions, unique
from mailflow.mail.command_forms import Fit, Form, Matcher, Miss, pieces

__all__ = ["Doubt", "Form", "Reading", "Saying", "read"]

_SUBJECT_PREFIX = re.compile(r"(?i)^\s*(?:(?:re|aw|sv|fwd?|wg|tr|antw)\s?:\s*)*")
_BRACKETS = re.compile(r"\[[^\[\]]{0,80}\]")


@dataclass(frozen=True)
class Doubt:
    """Words that may be a command and are not acted on: why, in a sentence for the officer, and the verbs that fit."""

    line: str
    why: str
    verbs: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What an officer's mail says. With any doubt there are no sayings: all or none (G11).

    `codes` are one-time codes without their "#". `looks_like_decision`: nothing was said, but the words begin as a
    decision does, so the officer is asked (M51) instead of a note being filed.
    """

    sayings: tuple[Saying, ...]
    doubts: tuple[Doubt, ...]
    note: str
    codes: tuple[str, ...]
    looks_like_decision: bool


def read(
    new_text: str,
    subject: str,
    forms: Sequence[Form],
    today: date,
    add_working_days: Callable[[date, int], date],
) -> Reading:
    """What a mail says by these forms (domain.md 5.2).

    A command is the first line that is no greeting, or a line that starts with `#`, or a whole command line directly
    under another. The words of a button's subject count only beside its code; the body beats them, and if the two
    differ it is a doubt. `new_text` must be free of quotes; `add_working_days(day, n)` counts after the day.
    """
    words: frozenset[str] = frozenset()
    if "#" in subject or "#" in new_text:
        words = frozenset(piece.word for form in forms for piece in pieces(form.text) if piece.word)
    reader = _Reader(forms, Matcher(today, add_working_days))
    body = lines.clean_lines(new_text)
    reader.read_lines(body)
    in_subject = lines.codes(subject, words)
    if in_subject:
        reader.read_subject(subject, body)
    reader.find_contradictions()
    if reader.sayings and not reader.doubts:
        reader.find_reversals(lines.whole_words(new_text))
    doubts = tuple(reader.doubts)
    sayings = () if doubts else tuple(reader.sayings)
    return Reading(
        sayings,
        doubts,
        "\n".join(reader.note).strip(),
        tuple(dict.fromkeys((*in_subject, *lines.codes(new_text, words)))),
        not (reader.sayings or doubts) and looks_like_decision(body, forms, reader.matcher),
    )


def _spoken(line: lines.Line) -> str:
    return courtesy.without_courtesy(line.clean)


class _Reader:
    """Goes through the lines of one mail and gathers sayings, doubts and the note."""

    def __init__(self, forms: Sequence[Form], matcher: Matcher):
        self._main = [form for form in forms if not form.part_of]
        self._parts = [form for form in forms if form.part_of]
        self._details = Details(self._parts, matcher)
        self.matcher = matcher
        self.sayings: list[Saying] = []
        self.doubts: list[Doubt] = []
        self.note: list[str] = []

    def read_lines(self, body: list[lines.Line]) -> None:
        """The body: first line, `#` lines, and whole command or detail lines directly under a command."""
        first, run_on = True, False
        at = 0
        while at < len(body):
            line = body[at]
            at += 1
            if not line.clean:
                self.note.append(line.typed)
                continue
            taken = 0
            if self.sayings and self._take_detail(line, run_on):
                run_on = True
                continue
            if line.hashed:
                taken = self._take_command(line.clean, line.typed, body[at:], asks=True)
                run_on = taken > 0
            elif first:
                text = self._behind(courtesy.behind_opening(line.clean)) or _spoken(line)
                if not text:
                    self.note.append(line.typed)
                    continue
                taken = self._take_command(text, line.typed, body[at:], asks=True)
                run_on = taken > 0
            elif run_on:
                taken = self._take_command(_spoken(line), line.typed, body[at:], asks=False)
                run_on = taken > 0
            first = False if not line.hashed or taken else first
            if taken:
                at += taken - 1
            else:
                self.note.append(line.typed)

    def _behind(self, places: Iterable[tuple[str, str]]) -> str:
        """The first of these places where a whole command stands, if the words in front of it limit nothing; or ""."""
        for lead, rest in places:
            fit, _ = self.matcher.best(self._main, rest)
            if fit and not fit.wants_text and not doubt.takes_back(lead, True):
                if fit.text_blank or not doubt.of_following(fit, rest[fit.end :]):
                    return rest
        return ""

    def _is_request(self, text: str) -> bool:
        """Whether a line asks whether a command might be carried out: "Can you extend to Friday?"."""
        wish = courtesy.after_request(text)
        fit, _ = self.matcher.best(self._main, wish) if wish else (None, None)
        return bool(fit and not fit.wants_text and courtesy.only_courtesy(wish[fit.end :].rstrip(" ?")))

    def _take_command(self, text: str, typed: str, following: list[lines.Line], asks: bool) -> int:
        """Read one command line; the number of lines it took, 0 if it is none.

        With `asks`, words that only resemble a command become a doubt; without, the line must be one exactly.
        """
        fit, miss = self.matcher.best(self._main, text)
        if fit is None and (led := self._behind(courtesy.behind_leads(text))):
            text = led
            fit, miss = self.matcher.best(self._main, text)
        if fit is None and asks and self._is_request(text):
            self._doubt(typed, "It asks whether it may be done.", ())
            return 1
        if fit is None and asks:
            fit = self._forgiven(text, typed)
            if fit is None and self.doubts and self.doubts[-1].line == typed:
                return 1
        if fit is None or miss:
            if miss and (asks or miss.words >= 2):
                self._doubt(typed, miss.why, self._near_verbs(text, miss))
            elif asks and (orphan := self._details.parents(text)):
                self._doubt(typed, "This belongs under another line that says what it is part of.", orphan)
            else:
                return 0
            return 1
        return self._take_fit(fit, text, typed, following, asks)

    def _forgiven(self, text: str, typed: str) -> Fit | None:
        """A fit with one-letter slips in long words, if exactly one verb fits and it is no decision (domain.md 5.2)."""
        results = [self.matcher.fit(form, text, typos=True) for form in self._main]
        fits = [result for result in results if isinstance(result, Fit)]
        if not fits:
            return None
        longest = max(fit.words for fit in fits)
        fits = [fit for fit in fits if fit.words == longest]
        verbs = tuple(dict.fromkeys(fit.form.verb for fit in fits))
        if len(verbs) == 1 and not fits[0].form.decision:
            return max(fits, key=lambda fit: fit.length)
        self._doubt(typed, "I am not sure of the spelling, and this is too important to guess.", verbs)
        return None

    def _near_verbs(self, text: str, miss: Miss) -> tuple[str, ...]:
        results = [self.matcher.fit(form, text) for form in self._main]
        near = [one.form.verb for one in results if isinstance(one, Miss) and one.near and one.words == miss.words]
        return tuple(dict.fromkeys(near))

    def _take_fit(self, fit: Fit, text: str, typed: str, following: list[lines.Line], asks: bool) -> int:
        taken, tail = 1, text[fit.end :]
        blanks = dict(fit.blanks)
        if fit.wants_text or fit.text_blank:
            words, more = self._text_of(fit, blanks, following)
            if not words:
                if asks:
                    self._doubt(typed, "The words after it are missing.", (fit.form.verb,))
                return 1 if asks else 0
            taken += more
            blanks[fit.wants_text or fit.text_blank] = words
        saying = Saying(fit.form.verb, blanks, typed, "")
        why = fit.doubts[0] if fit.doubts else ""
        if fit.text_blank or fit.wants_text:
            saying, why_detail = self._details.in_text(saying, fit.wants_text or fit.text_blank)
            prose = doubt.of_text(fit, text)
            if prose and not asks and not fit.stopped:
                return 0
            why = why or why_detail or prose
        else:
            saying, tail, why_detail = self._details.in_tail(saying, tail)
            why = why or why_detail or self._why_not(fit, tail, following)
            if why and not asks and not fit.doubts and doubt.follows_directly(courtesy.after_courtesy(tail)[0]):
                return 0  # prose under a command that happens to begin with a verb
            saying = replace(saying, note=lines.note_of(tail))
        if why:
            rivals = self._rivals(text, fit) if fit.doubts else (fit.form.verb,)
            self._doubt(typed, why, rivals)
            return taken
        self._say(saying, fit)
        return taken

    def _rivals(self, text: str, fit: Fit) -> tuple[str, ...]:
        results = [self.matcher.fit(form, text) for form in self._main]
        same = [one.form.verb for one in results if isinstance(one, Fit) and one.length == fit.length]
        return tuple(dict.fromkeys(same)) or (fit.form.verb,)

    def _say(self, saying: Saying, fit: Fit) -> None:
        self.sayings.append(saying)
        blank, more = fit.more_numbers
        for number in more:
            self.sayings.append(replace(saying, blanks={**saying.blanks, blank: number}))

    def _doubt(self, typed: str, why: str, verbs: tuple[str, ...]) -> None:
        self.doubts.append(Doubt(typed, why, tuple(dict.fromkeys(verbs))))

    def _text_of(self, fit: Fit, blanks: Mapping[str, object], following: list[lines.Line]) -> tuple[str, int]:
        """The words of a trailing text blank, lines broken by the mail program joined, and how many lines were added.

        If nothing stands on the line it is the following paragraph.
        """
        words = str(blanks.get(fit.text_blank, "")) if fit.text_blank else ""
        taken, last = 0, fit.form.text if not words else words
        for line in following:
            if not line.clean:
                taken += 1
                if words:
                    return words, taken - 1
                continue
            starts = not words
            if line.hashed or self._is_command(line.clean) or (starts and not _spoken(line)):
                break
            if not starts and not (not fit.text_blank or lines.goes_on(last, line.clean)):
                break
            words, last, taken = f"{words} {line.clean}".strip(), line.clean, taken + 1
        return words, taken if words else 0

    def _is_command(self, text: str, details: bool = True) -> bool:
        """Whether a line is a command, or a detail, as it stands, so that no text swallows it."""
        for form in (*self._main, *(self._parts if details else ())):
            fit = self.matcher.fit(form, text)
            if isinstance(fit, Fit) and (fit.text_blank or courtesy.only_courtesy(text[fit.end :])):
                return True
        return False

    def _why_not(self, fit: Fit, tail: str, following: list[lines.Line]) -> str:
        """Why the words after a command forbid to act on it, "" if they do not (domain.md 5.2, second point)."""
        direct = doubt.of_following(fit, tail)
        if direct:
            return direct
        if fit.form.decision and another_decision(tail, fit.form.verb, self._main, self.matcher):
            return "Two decisions stand on one line; write each on a line of its own."
        rest, after = doubt.sentence(courtesy.after_courtesy(tail)[0])
        later = [line.clean for line in following if line.clean]
        if later and self._is_command(later[0]):
            return doubt.of_sentence(fit, rest, after)
        if not after.strip() and later:
            close = following[0].clean and not rest.rstrip().endswith((".", "!", ";"))
            if close and (following[0].clean[0].islower() or doubt.turns(following[0].clean)):
                rest = f"{rest} {following[0].clean}"
        # The line below may turn it too, behind a second sentence on its own line: "Accepted. Thanks", "But not all".
        return doubt.of_sentence(fit, rest, after) or (doubt.of_sentence(fit, "", later[0]) if later else "")

    def _take_detail(self, line: lines.Line, run_on: bool) -> bool:
        """Attach a detail line to the latest command that has such details, wherever below it the line stands."""
        for at in range(len(self.sayings) - 1, -1, -1):
            saying = self.sayings[at]
            fit, near = self._details.whole(saying.verb, line.clean)
            if fit:
                self.sayings[at], why = attached(saying, fit)
                if why:
                    self._doubt(line.typed, why, (saying.verb,))
                return True
            if near and (run_on or ":" in line.clean) and not self._is_command(line.clean, details=False):
                self._doubt(line.typed, "I cannot read this part of it.", (saying.verb,))
                return True
        return False

    def read_subject(self, subject: str, body: list[lines.Line]) -> None:
        """The words of a button's subject, beside its code: the body beats them; if they differ it is a doubt."""
        words = lines.clean_lines(_BRACKETS.sub(" ", _SUBJECT_PREFIX.sub("", subject)).split("\n")[0])
        text = words[0].clean if words else ""
        other = _Reader([*self._main, *self._parts], self.matcher)
        taken = other._take_command(text, text, [], asks=False) if text else 0
        if self.doubts or not taken:
            return
        if other.doubts:
            if not self.sayings:
                self.doubts.extend(other.doubts)
            return
        button = other.sayings[0]
        if self.sayings:
            # The button's word may stand under lines that were written above it: then they agree.
            said = next((s for s in self.sayings if s.verb == button.verb), self.sayings[0])
            differs = said.verb != button.verb or any(
                said.blanks.get(name, value) != value for name, value in button.blanks.items()
            )
            if differs:
                self._doubt(said.line, "The subject and the text say different things.", (said.verb, button.verb))
            return
        spoken = list(filter(None, map(_spoken, body)))
        if spoken:
            first, (rest, after) = spoken[0], doubt.sentence(spoken[0])
            decision = any(form.decision for form in self._main if form.verb == button.verb)
            turned = doubt.turns(after) or any(map(doubt.turns, spoken))
            doubtful = doubt.takes_back(rest, decision) or turned or "?" in rest
            if doubtful or (decision and sounds_like_decision(first)):
                self._doubt(first, "The subject and the text may say different things.", (button.verb,))
                return
        self.sayings.append(button)

    def find_contradictions(self) -> None:
        """What is said twice alike counts once; said twice with different blanks it is a doubt."""
        self.sayings = unique(self.sayings)
        for saying in contradictions(self.sayings, self._main):
            self._doubt(saying.line, "It is said twice with different details.", (saying.verb,))

    def find_reversals(self, words: str) -> None:
        """Words anywhere in the mail that take back or limit what was said: "wrong one, please ignore"."""
        said = self.sayings[0]
        decisions = {form.verb for form in self._main if form.decision}
        outside = words
        for spoken in (b for s in self.sayings for b in s.blanks.values() if isinstance(b, str)):
            # What a letter shall say is no word about the command: "Note: it was sent by mistake", on one line or two.
            at = outside.replace("\n", " ").find(spoken) if " " in spoken else -1
            outside = f"{outside[:at]} {outside[at + len(spoken) :]}" if at >= 0 else outside
        if back := doubt.taken_back(words, outside, all(doubt.mends(s.verb) for s in self.sayings)):
            self._doubt(said.line, f"The words '{back}' may take it back.", tuple(s.verb for s in self.sayings))
        bare = [
            s for s in self.sayings if s.verb in decisions and not any(isinstance(b, str) for b in s.blanks.values())
        ]
        deciding = frozenset(form.text.casefold() for form in self._main if form.decision and form.text.isalpha())
        if bare and (limit := doubt.in_part(words, deciding)):
            self._doubt(bare[0].line, f"The words '{limit}' may limit it.", (bare[0].verb,))
