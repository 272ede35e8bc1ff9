"""The words by which a forward or an answer is known in each language, and the bounds of matching (mail.md 5 to 12)."""

from __future__ import annotations

import pytest

from mailflow.mail.reference import make
from tests.mail.test_correlate import ONE, TWO, _mail, _match

WRONG = ONE[:-1] + ("A" if ONE[-1] != "A" else "B")
QUOTED = f"Reference: [{ONE}]"


@pytest.mark.parametrize(
    "prefix",
    [
        "FW",
        "Fwd",
        "fw",
        "WG",
        "TR",
        "RV",
        "ENC",
        "I",
        "VB",
        "VL",
        "Doorst",
        "PD",
        "VidB",
        "FS",
        "ILT",
        "Prosl",
        "Πρθ",
        "Továbbítás",
        "转发",
        "轉寄",
        "転送",
        "[External] FW",
        "[a] [b] Fwd",
        "FW [2]",
        " FW ",
    ],
)
@pytest.mark.parametrize("colon", [":", " :", "\uff1a"])
def test_a_forward_is_known_by_its_subject_in_any_language(prefix, colon):
    """What passes an old letter on may be about something else: the officer is asked (mail.md 11)."""
    match = _match(_mail(f"{prefix}{colon} [{ONE}] letter", ("<one@mail.test>",)))
    assert (match.case, match.by, match.others) == ("", "conflict", (ONE,))
    assert match.reason == f"A forward that encloses a mail of {ONE}; it may be about something else."


@pytest.mark.parametrize(
    "subject", ["Forward planning", "Free: rooms", "Re: FW: hello", "Trip: report", "Ivy: hello", "Hello FW: x"]
)
def test_other_subjects_are_no_forward(subject):
    """A word that only begins like a prefix, or stands inside an answer's subject, forwards nothing."""
    assert _match(_mail(subject, ("<one@mail.test>",))).case == ONE


ANNOUNCED = [
    "weitergeleitete nachricht",
    "начало переадресованного сообщения",
    "przekazana wiadomość",
    "mensagem encaminhada",
    "mensagem reencaminhada",
    "neges a anfonwyd ymlaen",
    "doorgestuurd bericht",
    "mensaje reenviado",
    "videresendt besked",
    "forwarded message",
    "vidarebefordrat meddelande",
    "message transféré",
    "messaggio inoltrato",
    "message réexpédié",
    "пересылаемое сообщение",
    "välitetty viesti",
    "mesaj redirecționat",
    "továbbított üzenet",
    "preposlaná správa",
    "přeposlaná zpráva",
    "προωθημένο μήνυμα",
    "předávaná zpráva",
    "iletilmiş mesaj",
    "karere tuku",
    "fwd message",
    "転送メッセージ",
    "转发邮件",
    "轉寄郵件",
    "missatge reenviat",
    "tin nhắn chuyển tiếp",
    "перенаправленное сообщение",
    "препратено съобщение",
    "yönlendirilen ileti",
    "전달된 메시지",
    "edastatud kiri",
    "הודעה שהועברה",
    "رسالة معاد توجيهها",
    "proslijeđena poruka",
    "posredovano sporočilo",
    "pesan terusan",
]


@pytest.mark.parametrize("line", ANNOUNCED)
def test_a_forward_is_known_by_the_line_above_what_it_encloses(line):
    """Each mail program announces what it passes on in its own language."""
    for block in (
        f"---------- {line} ----------\n{QUOTED}",
        f"{line.capitalize()}:\n{QUOTED}",
        f"> --{line}\n> {QUOTED}",
    ):
        assert _match(_mail("Hello"), quoted=block).by == "conflict"
        assert _match(_mail("Hello"), new=f"See below {ONE}\n\n{block}", quoted=QUOTED).by == "body"


@pytest.mark.parametrize("line", ["original message", "ursprüngliche nachricht", "mensaje original"])
def test_the_line_above_what_is_answered_forwards_nothing(line):
    """Outlook writes it above the letter that somebody answers, too."""
    match = _match(_mail("Hello"), "We accept.", f"-----{line}-----\n{QUOTED}")
    assert (match.case, match.by) == (ONE, "quoted")


@pytest.mark.parametrize("prefix", ["Re", "RE", "AW", "SV", "Antw", "Ref", "R\u00e9f", "R\u00e9", "Re [2]", "AW "])
def test_an_answer_to_a_forward_is_an_answer(prefix):
    """Its quote may hold a forward; the mail itself is none."""
    forwarded = f"---------- Forwarded message ----------\n{QUOTED}"
    assert _match(_mail(f"{prefix}: hello"), quoted=forwarded).by == "quoted"
    assert _match(_mail("hello"), quoted=forwarded).by == "conflict"


@pytest.mark.parametrize(
    "message, by",
    [
        (_mail("hello", ("<one@mail.test>",)), "references"),
        (_mail(f"[{ONE}] hello"), "quoted"),
        (_mail("hello", in_reply_to=("<theirs@oakfield.example>",)), "quoted"),
    ],
)
def test_whatever_ties_a_mail_to_a_conversation_makes_it_an_answer(message, by):
    """A Message-ID of ours, our tag in its subject, or that it answers anything: then a block in its quote is older."""
    assert _match(message, quoted=f"---------- Forwarded message ----------\n{QUOTED}").by == by


@pytest.mark.parametrize(
    "quoted, case",
    [
        (f"Reference: {ONE}", ONE),
        (f"> reference :\n> [ {ONE} ]", ONE),
        (f"Reference: *{ONE}*", ONE),
        (f"Reference: see {ONE}", ""),
        (f"Reference: 4711 [{ONE}]", ""),
        (f"Reference: [{WRONG}]", ""),
        (f"Preference: {ONE}", ""),
        (f"Reference {ONE}", ""),
        ("Reference: " + " " * 60 + ONE, ""),
        (f"Reference: x\n{QUOTED}", ONE),
    ],
)
def test_only_our_line_in_a_quote_names_the_case(quoted, case):
    """The word, a colon and a tag that holds, with nothing between them: a quote may speak of other cases."""
    assert _match(_mail("hello"), quoted=quoted).case == case


def test_all_cases_named_are_said():
    """The reason says what names which case, so that the officer can see it."""
    match = _match(_mail(f"[{TWO}]", ("<one@mail.test>",)), new=f"{TWO} and {ONE}")
    assert match.reason == f"The mail names more than one case (references: {ONE}; subject: {TWO}; body: {TWO}, {ONE})."
    assert match.others == (ONE, TWO)


def test_a_guess_is_one_that_nothing_else_says():
    """One mending, and of a case that the mail does not name anyway; two are none."""
    assert _match(_mail("hello"), new=f"about {WRONG}").guess == ONE
    held = _match(_mail("hello"), new=f"about {WRONG}")
    assert held.reason == "The mail names a reference whose check characters do not hold."
    assert _match(_mail(f"[{ONE}]"), new=f"about {WRONG}").guess == ""
    other = TWO[:-1] + ("A" if TWO[-1] != "A" else "B")
    assert _match(_mail("hello"), new=f"about {WRONG} or {other}").guess == ""
    nothing = _match(_mail("hello"), new="about nothing")
    assert (nothing.case, nothing.by, nothing.guess) == ("", "none", "")
    assert nothing.reason == "Nothing in the mail names a case."


def test_matching_looks_at_a_bounded_number_of_things():
    """200 Message-IDs, 200 markers, 200,000 letters: what stands behind them is not asked about."""
    theirs = tuple(f"<{n}@oakfield.example>" for n in range(199))
    assert _match(_mail("x", ("<one@mail.test>", *theirs))).case == ONE
    assert _match(_mail("x", ("<one@mail.test>", *theirs, "<y@oakfield.example>"))).case == ""
    assert _match(_mail("x"), quoted="Reference: -\n" * 199 + QUOTED).case == ONE
    assert _match(_mail("x"), quoted="Reference: -\n" * 200 + QUOTED).case == ""
    assert _match(_mail("x"), new="a " * 99_950 + ONE).case == ONE
    assert _match(_mail("x"), new="a " * 100_000 + ONE).case == ""


def test_a_reference_of_another_office_names_nothing():
    """Tags count for the prefixes of this installation only."""
    assert _match(_mail(f"[{make('ZZ', 2027, 42)}]")).case == ""
