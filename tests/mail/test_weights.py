"""What each sign of automatic mail weighs: mails that one sign alone makes automatic, or a person's."""

from __future__ import annotations

import pytest

from mailflow.mail.auto_reply import ENOUGH, WEIGHTS
from mailflow.mail.classify import Kind, classify
from mailflow.mail.parse import parse

GREEN = "The garden gate was painted green by our neighbour, who likes green. "
# sign: (where it stands, what stands there)
WRITTEN = {
    "generated": ("head", "Auto-Submitted: auto-generated"),
    "desk made": ("head", "X-ServiceNow-Generated: true"),
    "no-reply": ("from", "no-reply@carers.example"),
    "null": ("head", "Return-Path: <>"),
    "junk": ("head", "Precedence: junk"),
    "bulk": ("head", "Precedence: bulk"),
    "suppress": ("head", "X-Auto-Response-Suppress: DR, OOF"),
    "loop": ("head", "X-Loop: jane@carers.example"),
    "parent": ("head", "X-MS-Exchange-Parent-Message-Id: <a@council.example>"),
    "subject note": ("subject", "Jane Roe/Carers is out of the office"),
    "subject absent": ("subject", "On leave until 14 May"),
    "subject begins absent": ("subject", "Annual leave, again"),
    "subject begins automatic": ("subject", "Automatic reply Visits"),
    "subject received": ("subject", "Thank you for your message"),
    "receipt": ("words", "We have received your letter."),
    "promise": ("words", "A technician will contact you."),
    "absent": ("words", "I am on leave."),
    "back": ("words", "Back on 14 May."),
    "automatic": ("words", "This list was automatically generated."),
    "named automatic": ("words", "It is an automatic reply."),
    "gone": ("words", "This mailbox is closed: the email address has changed."),
    "challenge": ("words", "Click the link below to complete the list."),
    "brief": ("subject", "Re: Visits"),
    "ticket": ("subject", "[#4711] Visits"),
    "asks": ("words", "Could you look at it?"),
    "many": ("greeting", "Hi all,"),
    "several": ("head", "Cc: a@carers.example, b@carers.example"),
    "quotes": ("end", "On Mon, 3 May 2027 at 9:12, C <c@council.example> wrote:\n> What happened there?"),
    "long": ("end", GREEN * 12),
    "very long": ("end", GREEN * 25),
    "files": ("file", "list.pdf"),
    "forward": ("subject", "Fwd: Visits"),
    "answers one": ("subject", "Re: Automatic reply: Visits"),
    "listed": ("head", "List-Id: <carers.lists.example>"),
    "said human": ("head", "Auto-Submitted: no"),
    "unasked": ("subject", "Visits"),
}
# sign: with these it is just enough, with those it is one too little
TIPS = {
    "generated": ("", "many loop"),
    "no-reply": ("", "many loop"),
    "desk made": ("absent many", "absent forward"),
    "null": ("absent", "loop"),
    "junk": ("absent", "loop"),
    "parent": ("absent", "loop"),
    "bulk": ("absent brief", "absent"),
    "suppress": ("absent brief", "absent"),
    "loop": ("absent brief", "null"),
    "subject note": ("", "many loop"),
    "subject absent": ("loop", ""),
    "subject begins absent": ("null named_automatic", "null"),
    "subject begins automatic": ("loop", ""),
    "subject received": ("receipt null", "receipt loop"),
    "absent": ("null", "bulk"),
    "back": ("absent brief long loop", "absent brief long"),
    "automatic": ("loop", ""),
    "named automatic": ("absent brief", "null"),
    "gone": ("loop", ""),
    "challenge": ("loop", ""),
    "brief": ("absent loop", "absent"),
    "ticket": ("receipt promise", "receipt promise long"),
    "asks": ("subject_note automatic loop", "subject_note automatic"),
    "many": ("subject_note null", "subject_note loop"),
    "several": ("subject_note automatic", "subject_note loop named_automatic"),
    "quotes": ("subject_note loop named_automatic", "subject_note loop"),
    "long": ("subject_note loop", "subject_note"),
    "very long": ("subject_note automatic", "subject_note loop named_automatic"),
    "files": ("subject_note loop named_automatic", "subject_note loop"),
    "unasked": ("absent back loop named_automatic", "absent back loop"),
    "forward": ("automatic gone loop", "automatic gone"),
    "answers one": ("automatic gone", "gone named_automatic loop"),
    "listed": ("automatic gone loop", "automatic gone"),
    "said human": ("automatic gone challenge", "automatic gone brief loop"),
}


def written(*signs: str) -> Kind:
    """A mail that bears these signs and no others."""
    stands: dict[str, list[str]] = {}
    for sign in signs:
        where, what = WRITTEN[sign.replace("_", " ")]
        stands.setdefault(where, []).append(what)
    words = " ".join([*stands.get("greeting", ()), *stands.get("words", ["See the list."])])
    text = "\n\n".join([words, *stands.get("end", ())])
    head = [f"From: {stands.get('from', ['Jane Roe <jane.roe@carers.example>'])[0]}", "To: contracts@council.example"]
    head += [f"Subject: {stands.get('subject', ['Visits'])[0]}", "Date: Mon, 3 May 2027 10:00:00 +0100"]
    head += stands.get("head", [])
    if "file" not in stands:
        return classify(parse("\n".join([*head, "", text, ""]).encode()))
    head += ["MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b"]
    file = [f'Content-Disposition: attachment; filename="{name}"\n\n%PDF-1.4' for name in stands["file"]]
    return classify(parse("\n".join([*head, "", "--b\n", text, *(f"--b\n{one}" for one in file), "--b--"]).encode()))


def test_each_sign_has_its_mails():
    """Every sign that is weighed stands in the table."""
    assert TIPS.keys() == WEIGHTS.keys()


@pytest.mark.parametrize("sign", TIPS)
def test_what_a_sign_weighs(sign: str):
    """A sign tips the scales where it should: just enough with it is automatic, one less is a person's."""
    enough, short = (tuple(others.split()) for others in TIPS[sign])
    assert written(*enough, sign).name == "auto_reply", (written(*enough, sign).reason, ENOUGH)
    assert written(*short, sign).name == "human", written(*short, sign).reason
    alike = written(*enough) if WEIGHTS[sign][0] > 0 else written(*short)
    if sign != "unasked":
        assert alike.name == ("human" if WEIGHTS[sign][0] > 0 else "auto_reply"), alike.reason


@pytest.mark.parametrize(
    "sign", ["absent", "automatic", "gone", "challenge", "subject_note", "subject_absent", "receipt promise"]
)
def test_a_header_and_words_together_are_sure(sign: str):
    """A header that only machines write, and words that say so too: nobody need be asked."""
    assert written("generated").name == "auto_reply" and not written("generated").surely
    answer = written("generated", *sign.split())
    assert (answer.name, answer.surely) == ("auto_reply", True), answer.reason
    assert not written("generated", "named_automatic").surely
