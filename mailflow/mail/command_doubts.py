"""Judges whether the words round a command forbid to act on it: hedges, questions, reports, words taken back.

In: a fit of a form, what stands behind it, the sentences after it, the words of the whole mail.
Out: a sentence for the officer, or "" if nothing stands against it (domain.md 5.2).
Fails: never.
Limits: English; stricter for decisions; a word too many costs a question, a word too few an act that was not meant.
"""

from __future__ import annotations

import re

from mailflow.mail import command_courtesy as courtesy
from mailflow.mail.command_forms import Fit, plain

_ASKING = frozenset({"status", "why", "help"})
_MENDING = frozenset({"undo", "ignore", "approve_correction", "no_correction"})
_TAKES_BACK = re.compile(
    r"(?i)\b(?:but|except(?:ing)?|if|unless|subject\sto|partly|partially|not|however|\w+n['\u2019]t|(?:is|was|are|do|does|did|has|have|had)nt|wont|cant|cannot|until|till|once|when|"
    r"wait|provided|providing|assuming)\b|[\u274c\u274e\U0001f44e\U0001f914\u2753\u2754]"
)
_LIMITS = re.compile(
    r"(?i)\b(?:only|part|some|most|mostly|mainly|largely|in\sprinciple|pending|though|although|yet|after|before|maybe|perhaps|"
    r"possibly|probably|i\sthink|instead|rather|apart|save\sfor|without|excluding|other\sthan|never|nor|neither|hold|tbc|tbd|"
    r"disagree|unsure|sort\sof|half|i\s(?:suppose|guess|assume|believe|gather|hear|understand|expect|imagine|hope)|i['\u2019]m\stold|it\s(?:seems|appears)|looks\slike|presumably|apparently|"
    r"seemingly|supposedly|allegedly|for\s(?:now|the\s(?:moment|time\sbeing))|so\sfar|as\slong\sas|so\slong\sas|depend(?:s|ing)|provisional(?:ly)?|conditional(?:ly)?|"
    r"caveats?|proviso|reservations?|bar\s(?:one|two|the)|minus|aside\sfrom|more\sor\sless|in\stheory|to\s(?:be\s)?(?:confirm(?:ed)?|check(?:ed)?|decided?|follow)|"
    r"to\s(?:some|a\scertain)\s(?:extent|degree)|with\s(?:\w+\s){0,3}(?:change|amendment|exception|addition|condition|correction)s?|"
    r"as\samended|(?:add|remove|delete|replace|amend|swap|shorten|make\s(?:it|that))(?!\w|[^.!?]{0,60}\bto\s(?:the|our|my)\s(?:file|record|folder|diary|list|log)))\b"
)
# Directly behind a decision and a comma: later than now, or to somebody else than it goes to.
_ELSEWHERE = re.compile(
    r"(?i)[\s,;:(\u2013-]+(?:tomorrow|later|next\s(?:week|month|year)|(?:on\s)?(?:mon|tues|wednes|thurs|fri)day|in\sa\s(?:day|week|minute)|to\s(?:me|us|him|her|them|(?-i:[A-Z])\w*))\b"
)
_TURNS = re.compile(
    r"(?i)[\s,;:\u2013-]*(?:but|except|however|unless|although|though|subject\sto|provided|providing|on\scondition|only|"
    r"actually|apart\sfrom|save\sthat|wait|no(?=[,.!]|\s(?:wait|sorry|not))|nope|nah|scrap|ignore|or\srather|i\smean|correction"
    r"|on\s(?:second\sthoughts?|reflection)|hang\son|hold\s(?:on|off|fire)|that\sis\sif|not\s(?:sure|yet)"
    r"|sorry(?!\s(?:for|about|to|again|it\stook|i\swas|i\sam|i['\u2019]m|this\sis\slate))"
    r"|(?:(?:and|also|please|pls|just|can\syou|could\syou)\s){0,2}(?:add|remove|delete|replace|amend|swap|shorten|make\s(?:it|that))"
    r"(?![^.!?]{0,60}\bto\s(?:the|our|my)\s(?:file|record|folder|diary|list|log)\b))\b"
)
_CONDITION = re.compile(
    r"(?i)[\s,]*(?:but|except|if|unless|subject\sto|however|until|once|partly|partially|not\s(?:sure|yet|if|until))\b"
)
# Anywhere in the mail: its writer takes back what stands in it.
_TAKEN_BACK = re.compile(
    r"(?im)\b(?:(?:please|pls|just|kindly)\s(?:ignore|disregard)(?=\s{0,3}(?:[.!,]|$))|(?:ignore|disregard|scrap|cancel|forget)\s(?:this|that|it|"
    r"(?:the|my)\sabove|above|what\si\s(?:said|wrote))(?=\s{0,3}(?:[.!,:;]|$)|\s(?:mail|email|message|please|for|and|i|as|one)\b)"
    r"|on\ssecond\sthoughts?|changed\smy\smind|(?:do\snot|don['\u2019]t)\s(?:act\son|do\sanything|send\sanything)"
    r"|(?:hold|leave)\s(?:it|this|that|fire|off)(?:\sthere)?\s(?:for\s(?:now|the\smoment|today)|until|till|for\sa\sbit)|take\s(?:that|it|this)\sback"
    r"|actually,?\s(?:no\b|hold|wait|not|don['\u2019]t|leave|ignore|scrap))"
)
_MISTAKEN = re.compile(
    r"(?im)\bwrong\s(?:one|case|reference|mail|email|thread|message|number|file|button)\s{0,3}(?:[.!,;)]|$)"
    r"|\bmeant\sfor\s(?:another|a\sdifferent|the\sother)\b|\bmixed\s(?:this|it|them|these)\s(?:one\s)?up\b"
    r"|\b(?:sent|pressed|written|clicked)\s(?:this\s|it\s|that\s)?(?:in\serror|by\smistake|too\s(?:soon|early))\b"
)
# Anywhere in the mail: a decision that stands alone speaks of all points, so it cannot be meant of some.
_IN_PART = re.compile(
    r"(?i)\b(?:(?:but\s)?not|only|except|apart\sfrom)\s(?:for\s)?(?:the\s)?(?:first|second|third|fourth|last|other|latter|former"
    r"|(?:point|part|allegation|item|call|visit)s?\s\w+)\b"
)
_A_PART = re.compile(
    r"(?i)\b(?:(?:point|part|allegation|item)s?\s(?:\d|one|two|three)|the\s(?:first|second|third|last|other|rest|remainder)(?:\s(?:one|point|part|allegation|item|call|visit))?)\b"
)
_WORDS = re.compile(r"[^\W\d_]+")
# Directly behind a command: it is the subject of a sentence, or what somebody else said.
_PREDICATE = re.compile(
    r"(?i)\s{1,3}(?:(?:still|never|always|also|only|just)\s)?(?:is|are|was|were|has|have|had|will|would|can|could"
    r"|should|may|might|must|need|needs|seems|looks|sounds|does|did|do|(?:from|by|via|to|for|at|per)\s(?:whom|what))\b"
)
_BESIDE = re.compile(
    r"(?i)\s{1,3}(?:attached|enclosed|herewith|below|above|yesterday|(?:from|by|via|on|at|per)\s(?!which|whom|what|now)\S|again\s{0,3}(?:[.,;!]|$)|this\s(?:morning|afternoon|week))"
)
_REPORTED = re.compile(
    r"(?i)[\s,.:;\u2013'\"\u2018\u2019\u201c\u201d()-]*(?:(?:or\s|at\sleast\s)?so\s\w+\s(?:said|says|told)|(?:that['\u2019]?s|that\sis|this\sis|which\sis|that\swas|was)\swhat\b"
    r"|(?:says|said|writes|wrote|according\sto)\s\w|(?:[^\W_]+\s){1,3}(?:said|says?|told\s(?:me|us)|tells?\s(?:me|us)|wrote|writes?|claims?|reckons?|thinks?)"
    r"(?:\s(?:so|it|this|that))?\s{0,3}(?:[.,;!)]|$))"
)
# Behind a command: it is answered like a question on a form, and with no ("Resolved: no").
_REFUSED = re.compile(
    r"(?i)[\s,.;:!('\"\u2013\u2014-]+(no|nope|nah|n|nil|none|false|negative|n/?a|unknown|wrong|(?:yes|y)\s?/\s?(?:no|n))\s{0,3}(?:[.,;!)'\"]|$)"
)
# Behind a command: something else may be meant in its place.
_OTHERWISE = re.compile(
    r"(?i)[\s,.;:!(\u2013\u2014-]*(?:(?:and/)?or\b(?!\sso\b)|otherwise\b|else\b|alternatively\b|[/|\\>\u2192])"
)
_ANNOUNCED = (":", "\u2013", "\u2014", "-", "because")
_UNDECIDED = re.compile(
    r"(?i)[\s'\"]*(?:(?:could|should|shall|can|may|might|would|do|did|will)\s(?:we|i|you|this|it|that)\b|(?:maybe|perhaps|possibly|probably|unsure|undecided|tbc|tbd)\b"
    r"|(?:no|nope|nah|n|nil|none|false|negative|n/?a|(?:yes|y)\s?/\s?(?:no|n))\s{0,3}(?:[.!]|$)|not\ssure\b|to\s(?:be\s(?:confirmed|decided|advised)|follow)\b|(?:what|how)\s(?:about|if)\b|i\s(?:am\snot|don['\u2019]t|do\snot)\s(?:know|sure)\b|\?)"
)
_SENTENCE_SUBJECT = re.compile(
    r"(?i)(?:we|i|they|he|she|it|this|that|there|you|the|i['\u2019]m|we['\u2019]re|they['\u2019]re|it['\u2019]s)\s"
)
_SENTENCE_END = re.compile(r"(?<!\.)[.!;](?=\s|$)|\?")
_MORE_OF_THEM = re.compile(
    r"(?i)\s{0,3}(?:,|;|\(|-|\u2013|/|&|\+|\band\b|\bor\b|\bto\b|\s(?=\d))\s{0,3}(?:(?:the|no\.?|number)\s)?(?:\d|(?:first|second|third|fourth|fifth|last|other|others|rest|both"
    r"|all|two|three|four|five|six)\b)"
)

# Behind an address, a reference or a day: another of its kind.
_ANOTHER_VALUE = re.compile(
    r"(?i)[\s,;&+(\u2013-]+(?:and\s)?(?:<?[^\s@,;<>]{1,64}@[^\s@]|[a-z]{2,5}-\d{4}-\d|\d{1,2}(?:st|nd|rd|th)?\s(?:of\s)?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b)"
)


def follows_directly(tail: str) -> bool:
    """Whether other words follow a command without any stop between them ("Send when ready")."""
    return bool(re.match(r"\s*[^\W_]|\s*[/&+=@]|[-'\u2019]\S", tail))


def sentence(tail: str) -> tuple[str, str]:
    """The rest of the sentence a command stands in, with its question mark if it has one, and what comes after."""
    end = _SENTENCE_END.search(tail)
    if end is None:
        return tail, ""
    return tail[: end.end()], tail[end.end() :]


def takes_back(words: str, decision: bool) -> str:
    """The word in a sentence that limits or takes back what was said, or "" (domain.md 5.2); stricter for decisions."""
    match = _TAKES_BACK.search(words) or (_LIMITS.search(words) if decision else None)
    return match.group() if match else ""


def turns(words: str) -> bool:
    """Whether the next sentence turns against the one before ("But not the second point")."""
    return bool(_TURNS.match(words))


def taken_back(text: str, outside: str, mends: bool) -> str:
    """The words with which a mail takes back what else it says ("please ignore this"), or "".

    `outside` is the text without the words that its commands carry: in those a mistake may be told of. `mends`: what it
    says takes something back itself; then "wrong one, sorry" is why it is said.
    """
    match = _TAKEN_BACK.search(text) or (None if mends else _MISTAKEN.search(outside))
    return match.group().strip() if match else ""


def mends(verb: str) -> bool:
    """Whether a verb that every procedure has takes something back by itself."""
    return verb in _MENDING


def in_part(text: str, words: frozenset[str]) -> str:
    """The words of a mail that speak of some points only ("not the second", "point 2 is disputed"), or "".

    `words` are those that decide by themselves.
    """
    if match := _IN_PART.search(text):
        return match.group()
    for part in _A_PART.finditer(text):
        for word in _WORDS.findall(text[part.end() : part.end() + 60].partition("\n")[0]):
            if word.casefold() in words:
                return f"{part.group()} ... {word}"
    return ""


def of_following(fit: Fit, tail: str) -> str:
    """Why the words that follow a command without a stop forbid to act on it, or ""."""
    if fit.counted and _MORE_OF_THEM.match(tail):
        return "I am not sure which numbers are meant."
    if fit.ends_open and _ANOTHER_VALUE.match(tail):
        return "I am not sure which of them is meant."
    behind, polite = courtesy.after_courtesy(courtesy.after_time(tail) if fit.ends_open else tail)
    if not follows_directly(behind) or polite or courtesy.explains(behind):
        return ""
    if not fit.form.decision and (fit.ends_open or fit.words > 1):
        # A value shows that it is a command; mere words may be the beginning of a sentence.
        beside = _PREDICATE.match(behind) if fit.ends_open else not _BESIDE.match(behind)
        if not beside:
            return ""
    return "Other words follow it directly, so I am not sure that it is meant as a command."


def of_sentence(fit: Fit, rest: str, after: str) -> str:
    """Why the rest of the sentence and the sentence after it make a command doubtful, or ""."""
    decision = fit.form.decision
    if "?" in rest and not (plain(fit.form.text) in _ASKING or (not decision and fit.form.text.endswith("?"))):
        return "It ends in a question mark."
    if rest and _OTHERWISE.match(f"{rest}{after}"):
        return "Something else may be meant in its place."
    refused = _REFUSED.match(f" {rest}{after}")
    word = refused[1] if refused else takes_back(rest, decision)
    if word:
        return f"The word '{word}' in the same sentence may limit it or take it back."
    return _of_decision(rest, after) if decision else ""


def _of_decision(rest: str, after: str) -> str:
    if _ELSEWHERE.match(rest):
        return "It may be meant for another day or another person."
    if _REPORTED.match(rest):
        return "It may be what somebody else said."
    return "The next sentence may limit it or take it back." if turns(after) else ""


def of_text(fit: Fit, text: str) -> str:
    """Why the words that a command ends with make it doubtful, or "".

    They turn a decision round ("Withdrawn, but ..."), leave it open ("Out of scope: could we ...") or look like prose
    that happens to begin with a command ("Note is taken of your letter", "In short, they accept").
    """
    words = str(fit.blanks.get(fit.text_blank, "")) if fit.text_blank else ""
    if not words:
        return ""
    lead = text[: len(text) - len(words)].rstrip()
    if not lead.endswith(_ANNOUNCED) and not fit.stopped and words[0].islower():
        return "I am not sure that this is meant as a command; a name would begin with a capital."
    if not fit.form.decision:
        prose = lead.endswith(",") and _SENTENCE_SUBJECT.match(words)
        return "It reads like a sentence; write a colon behind the first words if it is a command." if prose else ""
    if _UNDECIDED.match(words):
        return "Its words leave it open."
    reasons = lead.endswith((":", "because"))
    if not reasons and _REPORTED.match(words):
        return "It may be what somebody else said."
    # Reasons may hold such words: only a condition at their head counts.
    condition = _CONDITION.match(words)
    word = (condition.group().strip(" ,") if condition else "") if reasons else takes_back(sentence(words)[0], False)
    return f"The word '{word}' may limit it or take it back." if word else ""
