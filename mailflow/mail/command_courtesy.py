"""Knows what people write round a command that says nothing about it: greetings, thanks, excuses, "as discussed".

In: a clean line, or what stands behind a command on its line.
Out: the line without what stands in front; candidates for where its command begins; what stands behind courtesy.
Fails: never.
Limits: English; a lead of which it is not sure is only offered, and taken by the caller if a whole command follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAME = r"(?:\s{1,3}[A-Z][\w'-]{0,20}){0,4}"
_HELLO = (
    r"(?i:hi|hello|hey|dear|hiya|good\s(?:morning|afternoon|evening|day)|morning|afternoon|evening|greetings"
    r"|kia\sora|t[e\u0113]n[a\u0101]\s(?:koe|k[o\u014d]rua|koutou))\b"
)
_GREETING = re.compile(
    rf"{_HELLO}(?:\s(?i:all|team|both|there|everyone|colleagues|again))?"
    rf"(?:(?:\s{{1,3}}[\w'-]{{1,20}}){{0,2}}\s{{0,3}}[,!]+|(?:\s{{1,3}}[\w'-]{{1,20}})?\s{{0,3}}$|{_NAME}\s{{0,3}}(?:[,!]+|[.:\u2013-]+(?:\s|$)|$))\s*"
)
_QUOTES = "'\"\u2018\u2019\u201c\u201d "
_BARE_HELLO = re.compile(rf"{_HELLO}[\s,!.-]*")
_BARE_THANKS = re.compile(r"(?i)(?:many\sthanks|thanks|thank\syou|thx|cheers)(?:\s(?:all|both|team))?\b[\s,!.\u2013-]*")
_FIRST_NAME = re.compile(r"(?!(?i:not|no|never|if|only|partly|un\w+)\b)[A-Z][a-z'-]{1,20}\s{1,3}(?=\S)")
_THANKS = re.compile(
    rf"(?i:(?:many\s|thank\syou|thanks|thx|cheers|ta\b)(?:\s?thanks)?(?:\s(?:so\smuch|very\smuch|a\slot|again|all|both|team))?)"
    rf"{_NAME}\s{{0,3}}(?:[,!.:\u2013-]+|$)\s*"
)
_THANKS_LINE = re.compile(r"(?i)(?:many\s)?(?:thanks|thank\syou|thx|cheers)\b[^?:#]{0,50}$")
_POLITE_LEAD = re.compile(r"(?i)^(?:please|pls|plz|kindly)\b[\s,:-]*")
_TICKS = re.compile(
    r"[\u2705\u2713\u2714\u2611\U0001f44d\U0001f44c\U0001f642\U0001f600\U0001f60a\U0001f64f\U0001f3fb-\U0001f3ff\ufe0f\s]+(?=\S)"
)

# Sentences that only open a mail. They are left out whole, unless a word in them turns something round.
_OPENING = re.compile(
    r"(?i)(?:"
    r"(?:(?:so|very|my|many|sincere)\s){0,2}(?:sorry|apologies|apols)(?:(?:\s(?:for|about|this|it['\u2019]?s|to|again|all|both)\b|,?\s(?:am|i['\u2019]?m|on|from)\b)[^.!?:;#\u2013]{0,90})?"
    r"|(?:i\s|we\s)?(?:hope|trust)\s(?:you|this|that\syou|all|everyone|the\sweek)\b[^.!?:;#\u2013]{0,80}"
    r"|hope\s(?:all|everything)\b[^.!?:;#\u2013]{0,60}"
    r"|happy\s(?:monday|tuesday|wednesday|thursday|friday|new\syear|easter|christmas)\b[^.!?:;#\u2013]{0,20}"
    r"|(?:it\swas\s)?(?:nice|good|lovely|great)\sto\s(?:speak|talk|see|meet|hear)\b[^.!?:;#\u2013]{0,60}"
    r"|(?:(?:typing|writing|sent|sending|replying)\s(?:this\s)?)?(?:on|from)\smy\s(?:phone|mobile|telephone|iphone|ipad|tablet)\b[^.!?:;#\u2013]{0,50}"
    r"|(?:(?:please\s)?see\s)?my\s(?:answer|reply|response|decision|words?)\s(?:is\s)?below"
    r"|(?:in\s(?:answer|reply|response)\sto|re|regarding)\s(?:your|the)\s(?:mail|email|e-mail|message|letter|question|reminder|note)\b[^.!?;#\u2013]{0,40}"
    r"|(?:caution|warning|external)\b[^?#]{0,40}\b(?:external|outside|originated)\b[^?#]{0,200}"
    r"|\[?(?:external|caution|official|official[\s-]sensitive|unclassified|in[\s-]confidence|sensitive)(?:\s(?:email|e-mail|sender|mail))?\]?"
    r")\s{0,3}(?:[.!,:]+(?=\s|$)|\s[\u2013-](?=\s)|$)[\s]*"
)
# Words that may stand in front of a command; what follows is read, and must be one.
_ASSENT = (
    r"(?:(?:yes|yep|yeah|yup|ok|okay|sure|absolutely|and|also|plus|in\sthat\scase)\b[\s,.!;:\u2013-]+"
    r"|(?:right|great|good|fine|perfect|so|well)\b\s?[,.!;:\u2013-]+\s)"
)
_LEADS = (
    re.compile(rf"(?i){_ASSENT}{{1,3}}(?:(?:please|pls|plz|kindly)\b[\s,:-]*)?"),
    re.compile(
        r"(?i)(?:please\s|pls\s|can\syou\splease\s)?(?:record|mark|log|put|treat|class|count|file|register)"
        r"(?:\s(?:this|it|that|them|these))?(?:\sone)?(?:\sdown)?\sas\s{0,2}[:'\"\u2018\u201c]?\s{0,2}"
    ),
    re.compile(
        r"(?i)(?:(?:my|our|the)\s)?(?:answer|decision|response|reply|verdict|for\sthe\srecord)(?:\sis)?\s{0,2}[:\u2013-]\s{0,3}"
    ),
    re.compile(r"(?i)(?:fully|hereby|formally|definitely|happily|gladly)\s+"),
)
# Words that say by what a command came about; it begins directly behind them or behind a stop after them.
_OCCASIONS = (
    re.compile(
        r"(?i)(?:as|like)\s(?:we\s|i\s|was\s)?(?:discussed|agreed|requested|promised|advised|suggested|said|mentioned)\b"
    ),
    re.compile(r"(?i)(?:as\sper|per|further\sto|following(?:\son\sfrom)?)\s(?:our|my|your|the)\s"),
)
_LEAD_STARTS = frozenset(
    "yes yep yeah yup ok okay sure right great good fine perfect absolutely so well and also plus in please pls can"
    " record mark log put treat class count file register my our the answer decision response reply verdict for as like"
    " per further following fully hereby formally definitely happily gladly".split()
)
_STOPS = re.compile(r"[,:;]\s|\s[\u2013-]\s")
_LONGEST_OCCASION = 80
_LONGEST_OPENING = 200
_REQUEST = re.compile(r"(?i)(?:can|could|would|will)\s(?:you|we|i)\s(?:please\s|pls\s)?(?:just\s)?")

_POLITE = re.compile(
    # Only where a run of stops begins: a long rule would else be read again from each of its dashes.
    r"(?i)(?<![\s,.!;:\u2013-])[\s,.!;:\u2013-]*(?:(?:and|with)\s)?(?:please|pls|plz|kindly|thanks|thank\s(?:you|u)|thankyou|many\sthanks|thx|ty|ta|cheers)\b"
    r"(?:\s(?:very\smuch|so\smuch|a\slot|again|all))?"
)
_FILLING = re.compile(
    r"(?i)\s{1,3}(?:full\sstop|period(?=\W*$)|in\s(?:full|its\sentirety)|now|today|asap|straight\saway|right\saway|immediately|at\sonce)\b"
)
_EXPLAINS = re.compile(
    r"(?i)\s{1,3}(?:because|due\sto|owing\sto)\s\S"
    r"|\s{1,3}as\s(?:was\s|we\s)?(?:discussed|agreed|requested|advised|suggested|recommended|promised)"
    r"(?=\s{0,3}(?:[.,;!)\u2013-]|$)|\s(?:by|on|at|in|yesterday|today|earlier|this|last)\b|\swith\s(?:you|her|him|them|(?-i:[A-Z])))"
)
_TIME = re.compile(
    r"(?i)[\s,]{0,3}(?:(?:at|by|@)\s?)?(?:\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm|hrs|h)\b|\d{1,2}[:.]\d\d\b|noon\b|midday\b"
    r"|(?:close\sof\s(?:play|business)|cob|cop|eod|end\sof\s(?:the\s)?day)\b)"
)


def without_courtesy(clean: str) -> str:
    """The line without greeting, thanks and excuses in front; "" if it is nothing else ("Hi Sam,")."""
    if ticks := _TICKS.match(clean):
        clean = clean[ticks.end() :]
    for pattern in (_GREETING, _THANKS):
        match = pattern.match(clean)
        if match:
            clean = clean[match.end() :].strip()
    if _THANKS_LINE.match(clean):
        return ""
    while (opening := _OPENING.match(clean)) and opening.end() and not _turns_round(opening.group()):
        clean = clean[opening.end() :].strip()
    return _POLITE_LEAD.sub("", clean, count=1)


def _turns_round(words: str) -> bool:
    return bool(re.search(r"(?i)\b(?:not|no|but|cannot|never|however)\b|n['\u2019]t\b", words))


def behind_opening(clean: str) -> Iterator[tuple[str, str]]:
    """Greeting, thanks or excuse on the command's own line ("Hi Tom accepted", "Sorry for the delay, accepted") and
    what follows it: behind the words, behind a name, behind a stop."""
    greeting = _GREETING.match(clean)
    clean = clean[greeting.end() :] if greeting and greeting.end() < len(clean) else clean
    if match := _BARE_HELLO.match(clean) or _BARE_THANKS.match(clean):
        rest = clean[match.end() :]
        yield "", rest
        if name := _FIRST_NAME.match(rest):
            yield "", rest[name.end() :]
    elif _OPENING.match(clean):
        for stop in _STOPS.finditer(clean, 0, _LONGEST_OPENING):
            yield clean[: stop.start()], clean[stop.end() :].strip()


def behind_leads(clean: str) -> Iterator[tuple[str, str]]:
    """What may stand in front of a command ("Yes,", "As discussed -", "Please record this as") and what follows it."""
    first = clean.split(" ", 1)[0].casefold().rstrip(",.:;!-\u2013")
    if first not in _LEAD_STARTS:
        return
    for pattern in _LEADS:
        if match := pattern.match(clean):
            yield match.group(), clean[match.end() :].strip(_QUOTES)
    for at, pattern in enumerate(_OCCASIONS):
        if match := pattern.match(clean):
            if not at:  # "as per our" wants a word more
                yield match.group(), clean[match.end() :].strip(" ,.:;-\u2013")
            for stop in _STOPS.finditer(clean, match.end(), match.end() + _LONGEST_OCCASION):
                yield clean[: stop.start()], clean[stop.end() :].strip()


def after_request(clean: str) -> str:
    """What somebody asks for in "Can you extend to Friday?", "" if the line asks for nothing so."""
    match = _REQUEST.match(clean)
    return clean[match.end() :] if match else ""


def after_courtesy(tail: str) -> tuple[str, bool]:
    """What stands behind a command without please, thanks and "now", and whether it was thanks, after which a name
    may follow directly."""
    polite = False
    while match := _POLITE.match(tail) or _FILLING.match(tail):
        tail, polite = tail[match.end() :], match.re is _POLITE
    return tail, polite


def until_courtesy(clean: str) -> str:
    """The line without thanks at its end: "Timeliness thanks"."""
    match = _POLITE.search(clean)
    return clean[: match.start()] if match else clean


def after_time(tail: str) -> str:
    """What stands behind a date without a time of day, which is left for the note."""
    match = _TIME.match(tail)
    return tail[match.end() :] if match else tail


def explains(tail: str) -> bool:
    """Whether the words directly behind a command give its reason or its occasion: "because ...", "as discussed"."""
    return bool(_EXPLAINS.match(tail))


def says_nothing(text: str) -> bool:
    """Whether no letter or figure stands in it."""
    return not re.search(r"[^\W_]", text)


def only_courtesy(tail: str) -> bool:
    """Whether nothing but stops and courtesy stands behind a command."""
    return says_nothing(after_courtesy(tail)[0]) and "?" not in tail
