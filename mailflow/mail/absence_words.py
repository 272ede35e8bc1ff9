"""The words of dates in absence notes: months, and what stands before the day of return.

In: nothing.
Out: tables of casefolded words for absence.py.
Fails: never.
Limits: all casefolded (so "ss" for a sharp s). English, Welsh, French, German, Spanish, Italian, Dutch, Polish,
Portuguese, Swedish, Danish, Norwegian; no word of any procedure.
"""

from __future__ import annotations

_MONTHS = (
    "january jan ionawr ionawr janvier januar jänner enero ene gennaio gen januari stycznia styczeń janeiro januari",
    "february feb chwefror février fév février februar febrero febbraio februari lutego luty fevereiro fev",
    "march mar mawrth mars märz mrz marzo mars maart mrt marca marzec março",
    "april apr ebrill avril abril abr aprile kwietnia kwiecień",
    "may mai mayo maggio mag mei maja maj maio",
    "june jun mehefin juin juni junio giugno giu czerwca czerwiec junho",
    "july jul gorffennaf juillet juli julio luglio lug lipca lipiec julho",
    "august aug awst août aout agosto ago augustus augusti sierpnia sierpień",
    "september sep sept medi septembre septiembre settembre set września wrzesień setembro",
    "october oct hydref octobre oktober okt octubre ottobre ott października październik outubro out",
    "november nov tachwedd novembre noviembre listopada listopad novembro",
    "december dec rhagfyr décembre déc dezember dez diciembre dic dicembre grudnia grudzień dezembro desember",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}

ABSENT_UNTIL = (
    "until", "till", "back on", "back in the office on", "back in the office", "return on", "returning on",
    "return to the office on",
    "returning to work on", "return to work on", "i return", "will be back", "back at work on", "available again on",
    " to ",
    "through", "tan", "yn ôl ar", "dychwelyd ar", "bis", "ab dem", "wieder am", "zurück am", "jusqu'au",
    "de retour le", "au ",
    "retour le", "hasta", "regreso el", "vuelvo el", "fino al", "rientro il", "tornerò il", "al ", "tot en met",
    "tot", "terug op",
    "t/m", "weer op", "do ", "wracam", "até", "regresso", "volto", "till och med", "t.o.m.", "åter", "tillbaka",
    "til og med",
    "til", "tilbage", "tilbake",
)  # fmt: skip
