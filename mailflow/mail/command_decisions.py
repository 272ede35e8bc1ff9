"""Says whether words that were not read as a command sound like a decision, so that the officer is asked (M51).

In: the clean lines of a mail in which nothing was said, the forms of the decisions, the matcher.
Out: yes or no.
Fails: never.
Limits: English; a wrong yes costs a question, a wrong no leaves a note with the choices in its receipt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from mailflow.mail import command_courtesy as courtesy
from mailflow.mail.command_dates import one_slip
from mailflow.mail.command_forms import Form, Matcher, first_word, pieces, spoken_words
from mailflow.mail.command_lines import Line

_ASSENT = re.compile(
    r"(?i)(?:(?:i|we|they|this|it|think|believe|i['\u2019]m|i['\u2019]d|we['\u2019]re|am|are|is|was|have|has|had|would|will|can|do|not|don['\u2019]t|also|quite|very|"
    r"fully|really|just|be|been|it['\u2019]s|that['\u2019]s|its|all|so|to|ve|i['\u2019]ve|we['\u2019]ve|hereby|broadly|mostly|largely|probably|possibly|maybe|perhaps|presumably)\b[\s,]*)*"
    r"(?:agree|happy|accept|approv|disput|refus|reject|uph[oe]ld|declin|fine\b|yes\b|yep\b|yeah\b|no(?=[,.!]|\s(?:thanks|i|we)\b|$)|nope\b|ok\b|okay\b|go\sahead|"
    r"sure\b|unsure|content\b|support|concur|confirm|(?:sounds|looks)\s(?:good|fine|right)|good\sto\sgo|decid|proceed|satisfied|eligib|nfa\b|no\sfurther\saction"
    r"|[\U0001f44d\U0001f44c\u2705\u2714]|\+1(?!\d))"
)
_JUST_THANKS = re.compile(r"(?i)(?:ok|okay|fine)[\s,.!]*(?:many\s)?(?:thanks|thank\syou|thx|cheers|ta)\b.{0,30}$")
_CLAUSES = re.compile(r"(?<=[.!;:,])\s+|\s[\u2013-]\s+")
_MOST_CLAUSES = 40


def sounds_like_decision(clean: str, openings: frozenset[str] = frozenset()) -> bool:
    """Whether a line begins as a decision does: with assent, refusal or the first word of a decision's form."""
    if not clean or _JUST_THANKS.match(clean):
        return False
    first = re.match(r"[^\W_]+", clean)
    return bool(_ASSENT.match(clean)) or (first is not None and first.group().casefold() in openings)


def looks_like_decision(body: Sequence[Line], forms: Sequence[Form], matcher: Matcher) -> bool:
    """Whether the first words sound like a decision or name one of its choices ("Timeliness" for "Kind: timeliness"),
    or a decision stands word for word where commands are not read, as in the last line of a long mail."""
    decisions = [form for form in forms if form.decision]
    firsts = {pieces(form.text)[0].word for form in decisions}
    first = next((text for line in body if (text := courtesy.without_courtesy(line.clean))), "")
    if sounds_like_decision(first, frozenset(word for word in firsts if len(word) >= 5)):
        return True
    if spoken_words(courtesy.until_courtesy(first)) in {_choice(form.text) for form in decisions} - {()}:
        return True
    if len(spoken_words(first)) == 1 and any(_nearly(spoken_words(first)[0], form) for form in decisions):
        return True
    clauses = [clause for line in body for clause in (line.clean, *_CLAUSES.split(line.clean))][:_MOST_CLAUSES]
    return any(_is_whole(clause, decisions, matcher) for clause in clauses if first_word(clause) in firsts)


def another_decision(tail: str, verb: str, forms: Sequence[Form], matcher: Matcher) -> bool:
    """Whether a clause behind a command is another decision word for word: "Accepted, disputed"."""
    others = [form for form in forms if form.decision and form.verb != verb]
    return any(_is_whole(clause.strip(" ()[]"), others, matcher) for clause in _CLAUSES.split(tail)[:_MOST_CLAUSES])


def _nearly(word: str, form: Form) -> bool:
    """Whether a word is a slip away from a decision of one word, or two where a telephone mends words: "Excepted"."""
    meant = spoken_words(form.text)
    if len(meant) != 1 or len(meant[0]) < 4:
        return False
    wrong = sum(a != b for a, b in zip(word, meant[0], strict=False))
    return one_slip(word, meant[0]) or (len(word) == len(meant[0]) >= 8 and wrong == 2)


@lru_cache(maxsize=2048)
def _choice(form: str) -> tuple[str, ...]:
    """The words behind the last stop of a form without blanks: ("timeliness",) of "Kind: timeliness"; else ()."""
    shape = pieces(form)
    stops = [at for at, piece in enumerate(shape) if piece.parted]
    if not stops or any(piece.blank for piece in shape):
        return ()
    return tuple(piece.word for piece in shape[stops[-1] :])


def _is_whole(clause: str, decisions: Sequence[Form], matcher: Matcher) -> bool:
    fit, _ = matcher.best(decisions, clause)
    return bool(fit and not fit.wants_text and (fit.text_blank or courtesy.only_courtesy(clause[fit.end :])))
