"""Details of a command: "Action: staff training by 30 April", "no notice", on its line or on lines below it.

In: a Saying and words near it; the forms that are part of other verbs.
Out: the Saying with the detail in it, what is left of the words, and why they are doubtful; sayings that contradict.
Fails: never.
Limits: a detail is no act by itself; one that stands alone is asked about (commands.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mailflow.mail import command_courtesy as courtesy
from mailflow.mail.command_forms import Fit, Form, Matcher, pieces

_JOINERS = re.compile(r"(?i)[\s,;:.!\u2013\u2014()-]*(?:(?:and|with|plus|&)\s+)?")
_CLAUSE_END = re.compile(r"[,;.:](?=\s|$)|\s[\u2013\u2014-]\s")
_ANNOUNCES = re.compile(r"\s*[:\u2013\u2014-][\s:\u2013\u2014-]*[^\W_]")
_MOST_CLAUSES = 40
_SENTENCE = re.compile(r"(?<=[.;])\s+")
_CLAUSE = re.compile(r"(?<=[.;])\s+|,\s+")


@dataclass(frozen=True)
class Saying:
    """One command: its verb, its blanks (dates are datetime.date), the line as typed, what else stood on that line."""

    verb: str
    blanks: Mapping[str, object]
    line: str
    note: str


class Details:
    """The forms that are part of other verbs, for one mail."""

    def __init__(self, forms: Sequence[Form], matcher: Matcher):
        self._forms = forms
        self._matcher = matcher

    def whole(self, verb: str, text: str) -> tuple[Fit | None, bool]:
        """The detail of this verb that the whole text is, and whether the text only begins like one."""
        fit, miss = self._matcher.best([form for form in self._forms if verb in form.part_of], text)
        if fit and not fit.wants_text and (fit.text_blank or courtesy.only_courtesy(text[fit.end :])):
            return fit, False
        return None, bool(fit or miss)

    def parents(self, text: str) -> tuple[str, ...]:
        """The verbs that words standing alone could be a detail of, as the answer "No notice" may be."""
        fit, _ = self._matcher.best(self._forms, text)
        return fit.form.part_of if fit and courtesy.only_courtesy(text[fit.end :]) else ()

    def _has(self, verb: str) -> bool:
        return any(verb in form.part_of for form in self._forms)

    def _goes_on(self, verb: str, fit: Fit, behind: str) -> bool:
        """Whether another detail says more here, behind a stop, than was read: "Notice: nope"."""
        said = pieces(fit.form.text)
        longer = [
            pieces(form.text) for form in self._forms if verb in form.part_of and len(pieces(form.text)) > len(said)
        ]
        more = any(shape[: len(said)] == said and shape[len(said)].parted for shape in longer)
        return more and bool(_ANNOUNCES.match(behind))

    def in_tail(self, saying: Saying, tail: str) -> tuple[Saying, str, str]:
        """Details on the line of the command itself; what is left of the line; why it is doubtful."""
        if not self._has(saying.verb):
            return saying, tail, ""
        kept: list[str] = []
        rest = tail
        while rest.strip():
            start = _JOINERS.match(rest)
            lead = rest[: start.end()] if start else ""
            body = rest[len(lead) :]
            whole = _SENTENCE.split(body, maxsplit=1)[0].rstrip(" .;")
            clause_end = _CLAUSE_END.search(body)
            clause = body[: clause_end.start()] if clause_end else body
            for part in dict.fromkeys((whole, clause)):
                fit, near = self.whole(saying.verb, part)
                if fit and self._goes_on(saying.verb, fit, body[len(part) :]):
                    fit, near = None, True
                if fit:
                    saying, why = attached(saying, fit)
                    if why:
                        return saying, tail, why
                    rest = body[len(part) :]
                    break
            else:
                if near and body:
                    return saying, tail, f"I cannot read '{whole.strip()}'."
                if kept and kept[-1].rstrip().endswith((".", ",", ";", ":")):
                    lead = " " + lead.lstrip(" ,;:.!")  # a detail was cut out between two stops
                kept.append(lead + body[: clause_end.end() if clause_end else len(body)])
                rest = body[clause_end.end() :] if clause_end else ""
        return saying, "".join(kept), ""

    def in_text(self, saying: Saying, blank: str) -> tuple[Saying, str]:
        """Details at the end of a text, cut off from it: "alternative: a final warning, no notice"."""
        if not self._has(saying.verb):
            return saying, ""
        text = str(saying.blanks[blank])
        for end in list(_CLAUSE_END.finditer(text))[-_MOST_CLAUSES:]:
            suffix = text[end.end() :].strip()
            fit, near = self.whole(saying.verb, _CLAUSE.split(suffix, maxsplit=1)[0].rstrip(" .;"))
            if not fit and not near:
                continue
            bare = replace(saying, blanks={**saying.blanks, blank: text[: end.start()].strip()})
            with_details, left, why = self.in_tail(bare, suffix)
            if why or near:
                return saying, why or f"I cannot read '{suffix}'."
            if courtesy.says_nothing(left):
                return with_details, ""
        return saying, ""


def attached(saying: Saying, fit: Fit) -> tuple[Saying, str]:
    """The saying with one detail more, and why that is doubtful, if it is."""
    if fit.doubts:
        return saying, fit.doubts[0]
    name, given, value = fit.form.into.partition("=")
    blanks = dict(saying.blanks)
    if given:
        new: dict[str, object] = {name: value}
    elif name:
        entries = blanks.get(name, ())
        new = {}
        blanks[name] = (*(entries if isinstance(entries, tuple) else ()), dict(fit.blanks))
    else:
        new = dict(fit.blanks) or {fit.form.verb: True}
    if any(key in blanks and blanks[key] != told for key, told in new.items()):
        return saying, "It is said twice with different details."
    return replace(saying, blanks={**blanks, **new}), ""


def unique(sayings: Sequence[Saying]) -> list[Saying]:
    """The sayings without those that say the same verb with the same blanks again."""
    kept: list[Saying] = []
    for saying in sayings:
        if all((saying.verb, saying.blanks) != (other.verb, other.blanks) for other in kept):
            kept.append(saying)
    return kept


def contradictions(sayings: Sequence[Saying], forms: Sequence[Form]) -> list[Saying]:
    """The sayings that say a verb again with other blanks.

    Numbers tell acts apart ("Action 1 done", "Action 2 done"), and so do free words that decide nothing.
    """
    if len(sayings) < 2:
        return []
    kinds = {(form.verb, piece.blank): piece.kind for form in forms for piece in pieces(form.text) if piece.blank}
    decisions = {form.verb for form in forms if form.decision}
    return [
        two
        for at, two in enumerate(sayings)
        for one in sayings[:at]
        if one.verb == two.verb and _clash(one, two, kinds, one.verb in decisions)
    ]


def _clash(one: Saying, two: Saying, kinds: Mapping[tuple[str, str], str], decision: bool) -> bool:
    differing = {name for name in {*one.blanks, *two.blanks} if one.blanks.get(name) != two.blanks.get(name)}
    kind = {kinds.get((one.verb, name), "") for name in differing}
    if "number" in kind:
        return False
    return decision or kind != {"text"}
