"""A protected referrer (Q9): one test for each way in which a concern could say who raised it."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

import pytest

from mailflow.cli.show import lines_of, told_of
from mailflow.flow import daily, revealing, weekly
from mailflow.flow.counting import stories, week_before
from mailflow.flow.summarise import subscribers
from mailflow.mail.parse import parse
from tests.flow.bench import JOAN, MAYA, OLIVE, PRIYA, Bench, Left

LENA = "lena.moor@oakfield.example"  # who works for the provider, and writes from its domain
WHO = f"Lena Moor <{LENA}>"
SAYS_WHO = ("lena", "moor")
CLEAN = ("copy.txt", b"Three calls were missed in January.")


def docx(author: str, words: str = "Three calls were missed.") -> bytes:
    """A word processor's file with an author in its properties and a text whose words are split by marks."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docProps/core.xml", f"<cp><dc:creator>{author}</dc:creator></cp>")
        archive.writestr("word/document.xml", "".join(f"<w:r><w:t>{c}</w:t></w:r>" for c in words))
    return found.getvalue()


def pdf(author: str = "", packed: bool = False) -> bytes:
    info = f"<< /Author ({author}) >>".encode()
    if packed:
        info = b"<< /Type /ObjStm >>\nstream\r\n" + zlib.compress(info) + b"\nendstream"
    return b"%PDF-1.7\n" + info + b"\n%%EOF"


def octets_of(bench: Bench, letter: Left) -> str:
    """The letter as it went over the wire, with what is packed in it unpacked."""
    with bench.store.read() as unit:
        raw = unit.outbox.get(letter.id)[0].octets
    message = parse(raw)
    heads = " ".join(f"{k} {v}" for k, v in message.headers if k != "to")
    files = " ".join(f"{a.name} {a.octets.decode('latin-1')}" for a in message.attachments)
    return f"{heads} {message.subject} {message.text} {message.html} {files}".lower()


def outside(bench: Bench) -> list[Left]:
    """Every letter that went to somebody who is neither an officer nor the referrer."""
    officers = {o.email for o in bench.office.register.officers}
    return [x for x in bench.left if not set(x.to) & {*officers, LENA}]


def concern(bench: Bench, sender: str = WHO, word: str = "Protected: provider staff because she said so") -> str:
    """A protected concern that is eligible and waits for its letter."""
    known = set(bench.refs())
    bench.mail("2027-02-01 09:30", sender, "Lena Moor: missed calls", "I, Lena Moor, missed no call. Others did.")
    ref = (set(bench.refs()) - known).pop()
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{ref}]", word)
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nService is Home care")
    bench.mail("2027-02-01 10:16", MAYA, f"Re: [{ref}]", "Eligible")
    return ref


@pytest.fixture
def protected(after: Callable[[Callable[[Bench], object]], Bench]) -> Bench:
    """An office with such a concern."""
    return after(concern)


def sent(bench: Bench, ref: str) -> str:
    """Its letter has left with a clean copy."""
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send\nChecked", files=[CLEAN])
    bench.to("2027-02-01 11:30")
    assert bench.state(ref) == "WPR"
    return ref


def concluded(bench: Bench, ref: str) -> str:
    """It goes on to its conclusion and is closed."""
    tag = f"Re: [{ref}]"
    bench.mail("2027-02-10 09:00", JOAN, tag, "We dispute this.")
    bench.mail("2027-02-10 11:00", MAYA, tag, "Disputed")
    assert bench.state(ref) == "REV"
    bench.mail("2027-02-15 11:00", MAYA, tag, "Recommend: The concern is upheld.\nDefault notice: no")
    bench.mail("2027-02-18 11:00", PRIYA, tag, "Decision: agreed, no default notice")
    bench.mail("2027-02-19 09:00", MAYA, tag, "Send")
    bench.to("2027-02-19 16:30")
    assert bench.state(ref) == "CLO"
    return ref


# -- the word ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["whistleblower", "anonymous", "provider staff"])
def test_an_officers_word_protects_and_takes_back(bench: Bench, why: str):
    """The word names the reason; only `Not protected because ...` takes it back, and it needs its reason."""
    ref = concern(bench, word=f"Protected: {why} because of what was said")
    assert bench.case(ref).fields["protected"] == why
    assert bench.case(ref).fields["protected_because"] == "of what was said"
    bench.mail("2027-02-01 10:20", MAYA, f"Re: [{ref}]", "Not protected")
    assert bench.case(ref).fields["protected"] == why
    bench.mail("2027-02-01 10:21", MAYA, f"Re: [{ref}]", "Not protected because she agreed in writing")
    assert bench.case(ref).fields["protected"] == "no"


def test_undo_never_lifts_the_protection(bench: Bench):
    """Undo takes back the word before: a hasty Undo must not make somebody known."""
    ref = bench.concern(sender=WHO)
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd")
    bench.mail("2027-02-01 10:05", MAYA, f"Re: [{ref}]", "Protected: whistleblower")
    bench.mail("2027-02-01 10:06", MAYA, f"Re: [{ref}]", "Undo")
    fields = bench.case(ref).fields
    assert fields["protected"] == "whistleblower" and not fields.get("provider")


def test_a_partys_mail_protects_nobody(bench: Bench):
    """Only an officer's word counts (G7)."""
    ref = sent(bench, concern(bench))
    bench.mail("2027-02-02 09:00", JOAN, f"Re: [{ref}]", "Not protected because we say so")
    assert bench.case(ref).fields["protected"] == "provider staff"


# -- by post, without a name ------------------------------------------------------------------------------------------


def test_a_letter_without_a_name_has_no_referrer(bench: Bench):
    """Nobody is written to, nobody is looked for, and the officer who brings it did not raise it."""
    words = "New concern received 29 January\nProtected: anonymous\nProvider is Oakfield Care Ltd\n\nA letter came."
    bench.mail("2027-02-01 09:30", MAYA, "A letter by post", words)
    ref, tag = bench.ref(), f"Re: [{bench.ref()}]"
    fields = bench.case(ref).fields
    assert not fields.get("referrer") and fields["protected"] == "anonymous"
    assert fields["provider"] == "Oakfield Care Ltd"
    assert bench.letters("M02") and not bench.letters("M01") and not bench.letters("M57")
    bench.mail("2027-02-01 10:15", MAYA, tag, "Eligible")
    concluded(bench, sent(bench, ref))
    assert not [x for x in bench.letters("M57") if "Referrer" in x.words]
    assert not bench.letters("M34") and bench.letters("M33")


def test_a_name_that_is_known_is_kept(bench: Bench):
    """With `Referrer is` the person is written to, and protected from the first mail on."""
    words = f"New concern received 29 January\nReferrer is {LENA}\nProtected: whistleblower\n\nShe rang."
    bench.mail("2027-02-01 09:30", MAYA, "A call", words)
    assert bench.letters("M01", LENA) and bench.case(bench.ref()).fields["protected"] == "whistleblower"


# -- the copy for the provider ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file",
    [
        ("copy.txt", b"Raised by Lena  Moor, nurse."),
        ("copy.txt", b"Ask MOOR, Lena"),
        ("copy.txt", b"L. Moor"),
        ("copy.txt", b"Write to lena.moor@oakfield.example"),
        ("Lena_Moor.txt", b"Three calls were missed."),
        ("LenaMoor.pdf", pdf()),
        ("copy.pdf", pdf("Lena Moor")),
        ("copy.pdf", pdf("Lena Moor", packed=True)),
        ("copy.pdf", pdf() + b"(\xfe\xff" + "Lena Moor".encode("utf-16-be")),
        ("copy.docx", docx("Lena Moor")),
        ("copy.docx", docx("Office", "Lena Moor saw it")),
        ("copy.eml", b"From: Lena Moor <x@mail.test>\r\nSubject: x\r\n\r\nThree calls."),
    ],
    ids=["text", "order", "initial", "address", "name", "camel", "author", "packed", "utf-16", "docx", "split", "mail"],
)
def test_a_copy_that_shows_the_name_is_refused(protected: Bench, file: tuple[str, bytes]):
    """In the text, in the name of the file, in what a program wrote about it: and "Checked" does not make it good."""
    bench, ref = protected, protected.ref()
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send\nChecked", files=[file])
    bench.to("2027-02-01 12:00")
    assert bench.state(ref) == "ELG" and not bench.letters("M20")
    assert "shows who raised it" in bench.letter("M51").words


@pytest.mark.parametrize("file", [("copy.pdf", pdf()), ("copy.docx", docx("Office")), ("copy.txt", b"She said: Moor.")])
def test_what_we_cannot_read_the_officer_must_have_read(protected: Bench, file: tuple[str, bytes]):
    """A PDF may be a scan: only a person can say that it shows nobody, and says so with a word of its own."""
    bench, ref = protected, protected.ref()
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send", files=[file])
    assert bench.state(ref) == "ELG" and "only you can say" in bench.letter("M51").words
    bench.mail("2027-02-01 11:05", MAYA, f"Re: [{ref}]", "Send\nChecked", files=[file])
    bench.to("2027-02-01 12:00")
    assert bench.state(ref) == "WPR"


def test_the_mail_as_it_came_never_goes(protected: Bench):
    """ "Send original" is refused, and so is the setting that would send it by the clock."""
    bench, ref = protected, protected.ref()
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send original")
    assert bench.state(ref) == "ELG" and "protected" in bench.letter("M51").words


def test_the_setting_that_sends_the_original_does_not(bench_of):
    """provider_copy = original sends nothing of a protected concern by itself (Q14)."""
    bench = bench_of(settings={"provider_copy": "original"})
    ref = concern(bench)
    bench.to("2027-02-04 12:00")
    assert bench.state(ref) == "ALC" and not bench.letters("M20")


def test_the_approval_mail_is_a_check_list(protected: Bench):
    """M19 says what to look for, and what we cannot see."""
    words = protected.letter("M19", MAYA).words
    assert "tracked changes" in words and "Checked" in words and "more than we can read" in words


# -- said too late ----------------------------------------------------------------------------------------------------


def test_the_first_letter_is_taken_back(bench: Bench):
    """Protected while the letter waits its fifteen minutes: it does not leave, and the copy is approved anew."""
    ref = bench.concern(sender=WHO)
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send original")
    bench.mail("2027-02-01 11:05", MAYA, f"Re: [{ref}]", "Protected: whistleblower")
    bench.to("2027-02-01 12:00")
    assert bench.state(ref) == "ALC" and not bench.letters("M20") and not bench.case(ref).fields["provider_copy"]
    bench.mail("2027-02-01 12:05", MAYA, f"Re: [{ref}]", "Undo")
    bench.to("2027-02-01 13:00")
    assert not bench.letters("M20")


def test_a_letter_on_hold_is_taken_back_too(bench: Bench):
    """The hold ends later: nothing of the old letter leaves then."""
    ref = bench.concern(sender=WHO)
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send original")
    bench.mail("2027-02-01 11:02", MAYA, f"Re: [{ref}]", "Hold until 5 February: police")
    bench.mail("2027-02-01 11:05", MAYA, f"Re: [{ref}]", "Protected: whistleblower")
    bench.mail("2027-02-02 11:05", MAYA, f"Re: [{ref}]", "Resume")
    bench.to("2027-02-03 12:00")
    assert bench.state(ref) == "ALC" and not bench.letters("M20")


def test_the_question_to_the_referrer_is_taken_back(bench: Bench):
    """Protected after "Disputed": no M27 unless they agree; the review opens (c27)."""
    ref = bench.with_provider()
    bench.mail("2027-02-10 09:00", JOAN, f"Re: [{ref}]", "We dispute this.")
    bench.mail("2027-02-10 11:00", MAYA, f"Re: [{ref}]", "Disputed")
    assert bench.state(ref) == "TRF"
    bench.mail("2027-02-10 11:05", MAYA, f"Re: [{ref}]", "Protected: whistleblower")
    bench.to("2027-02-25 12:00")
    assert bench.state(ref) == "REV" and not bench.letters("M27") and not bench.letters("M29")


def test_the_conclusion_with_an_old_copy_is_taken_back(bench: Bench):
    """The copy approved before the protection does not go with the conclusion."""
    ref, tag = bench.with_provider(), f"Re: [{bench.ref()}]"
    bench.mail("2027-02-10 09:00", JOAN, tag, "We accept.")
    bench.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
    bench.mail("2027-02-15 11:00", MAYA, tag, "Recommend: The concern is upheld.\nDefault notice: no")
    bench.mail("2027-02-18 11:00", PRIYA, tag, "Decision: agreed, no default notice")
    bench.mail("2027-02-19 09:00", MAYA, tag, "Send")
    bench.mail("2027-02-19 09:05", MAYA, tag, "Protected: whistleblower")
    bench.to("2027-02-19 12:00")
    assert bench.state(ref) == "DEC" and not bench.letters("M33")
    bench.mail("2027-02-19 12:05", MAYA, tag, "Send")
    bench.to("2027-02-19 16:30")
    assert bench.letter("M33").message.attachments == () and bench.state(ref) == "CLO"


def test_an_in_house_manager_gets_no_name(bench: Bench):
    """The mail as it came is taken back; again, a copy without the name goes in its place."""
    ref = bench.concern(sender=WHO, about="Lena Moor")
    tag = f"Re: [{ref}]"
    bench.mail("2027-02-01 10:00", MAYA, tag, "Service is Reablement\nIn-house")
    bench.mail("2027-02-01 10:05", MAYA, tag, "Protected: whistleblower")
    bench.to("2027-02-01 11:00")
    assert bench.state(ref) == "RCV" and not bench.letters("M09")
    bench.mail("2027-02-01 11:00", MAYA, tag, "In-house")
    assert bench.state(ref) == "RCV"
    bench.mail("2027-02-01 11:05", MAYA, tag, "In-house\nChecked", files=[CLEAN])
    bench.to("2027-02-01 12:00")
    assert bench.state(ref) == "XIH" and [a.name for a in bench.letter("M09P").message.attachments] == ["copy.txt"]
    assert not any(word in octets_of(bench, bench.letter("M09P")) for word in SAYS_WHO)


# -- words of officers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["In short: Lena Moor saw it", "Out of scope: l.moor must ask the police", "Withdrawn: Moor, Lena asked"]
)
def test_words_that_letters_quote_may_not_name_them(protected: Bench, words: str):
    """Refused at once, with what was found."""
    bench, ref = protected, protected.ref()
    before = bench.state(ref)
    bench.mail("2027-02-01 10:30", MAYA, f"Re: [{ref}]", words)
    assert bench.state(ref) == before and "Write them without" in bench.letter("M51").words


def test_a_note_may(protected: Bench):
    """What stays inside is free."""
    bench, ref = protected, protected.ref()
    bench.mail("2027-02-01 10:30", MAYA, f"Re: [{ref}]", "Note: Lena Moor rang.")
    assert not bench.letters("M51")


def test_words_from_before_the_protection_hold_the_letter(bench: Bench):
    """A conclusion that names them does not leave; the owner hears why at once, and new words let it go."""
    tag = f"Re: [{bench.concern(sender=WHO)}]"
    bench.mail("2027-02-01 10:15", MAYA, tag, "Provider is Oakfield Care Ltd\nIn short: Lena Moor saw it\nEligible")
    bench.mail("2027-02-01 10:20", MAYA, tag, "Protected: whistleblower")
    bench.mail("2027-02-01 11:00", MAYA, tag, "Send\nChecked", files=[CLEAN])
    bench.to("2027-02-01 12:00")
    assert not bench.letters("M20") and "names a person who is protected" in bench.letters("M60", MAYA)[-1].words
    with bench.store.read() as unit:
        assert unit.meta.get("unrendered letters") not in (None, "[]")


# -- over the whole life of a concern ---------------------------------------------------------------------------------


def test_nothing_that_leaves_says_who(protected: Bench):
    """Subjects, headers, Message-IDs, References, Reply-To, quotes, files and their names, to everybody outside."""
    bench, ref = protected, protected.ref()
    mail_id = bench.case(ref).last_mail["referrer"][0]
    with bench.store.read() as unit:
        hers = parse(unit.inbox.get(mail_id).octets).message_id
    sent(bench, ref)
    bench.mail("2027-02-03 09:00", WHO, f"Re: [{ref}] Lena Moor", "Lena Moor here: there is more.")
    bench.mail("2027-02-04 09:00", JOAN, f"Re: [{ref}]", "Status")
    bench.mail("2027-02-04 10:00", JOAN, f"Re: [{ref}]", "Who raised this? Was it Lena Moor?")
    bench.mail("2027-02-04 11:00", MAYA, f"Re: [{ref}]", "Extend to 24 February")
    bench.mail("2027-02-05 11:00", MAYA, f"Re: [{ref}]", "Hold and tell the provider until 8 February: police")
    bench.mail("2027-02-08 11:00", MAYA, f"Re: [{ref}]", "Resume")
    concluded(bench, ref)
    bench.mail("2027-02-22 09:00", JOAN, f"Re: [{ref}]", "We dispute the outcome.")
    bench.mail("2027-02-22 10:00", MAYA, f"Re: [{ref}]", "Dispute")
    bench.to("2027-02-22 12:00")
    told = outside(bench)
    assert {"M20", "M47", "M48", "M33", "M35", "M40", "M58"} <= {x.name for x in told}
    for letter in told:
        words = octets_of(bench, letter)
        assert not [w for w in (*SAYS_WHO, hers.lower()) if w in words], letter.name
    assert bench.letters("M34", LENA), "whoever raised it can be written to, and is told"


def test_the_provider_that_asks_learns_nothing(bench: Bench):
    """Status by the provider: whose turn it is, and no more."""
    ref = sent(bench, concern(bench))
    bench.mail("2027-02-04 09:00", JOAN, f"Re: [{ref}]", "Status")
    assert "referrer" not in bench.letter("M58", JOAN).words.lower()


def test_another_provider_gets_no_old_copy(protected: Bench):
    """`Provider is` for another takes the approved copy with it; a new one is looked at again."""
    bench, ref = protected, protected.ref()
    tag = f"Re: [{ref}]"
    bench.mail("2027-02-01 11:00", MAYA, tag, "Send\nChecked", files=[CLEAN])
    bench.mail("2027-02-01 11:02", MAYA, tag, "Undo")
    bench.mail("2027-02-01 11:05", MAYA, tag, "Provider is Riverside Homes Ltd\nSend original")
    bench.to("2027-02-01 12:00")
    assert not bench.letters("M20") and bench.state(ref) == "ELG"


def test_a_correction_names_nobody(bench: Bench):
    """M54 goes as the officer writes it, so it is looked at like every other word."""
    tag = f"Re: [{sent(bench, concern(bench))}]"
    bench.mail("2027-02-01 11:40", MAYA, tag, "Undo")
    bench.mail("2027-02-01 11:45", MAYA, tag, "Approve correction: Lena Moor did not say this")
    bench.to("2027-02-01 13:00")
    assert not bench.letters("M54") and "Write them without" in bench.letter("M51").words


# -- managers ---------------------------------------------------------------------------------------------------------


def test_no_manager_hears_or_is_heard(bench: Bench):
    """The manager of a protected colleague is a stranger: not written to, not answered, not taken for them."""
    ref, tag = bench.with_provider(), f"Re: [{bench.ref()}]"
    manager = "helen.marsh@council.example"
    bench.mail("2027-02-02 09:00", MAYA, tag, "Manager is colin.dacre@council.example\nProtected: whistleblower")
    held = bench.mail("2027-02-03 09:00", "colin.dacre@council.example", tag, "Status")
    assert bench.kept(held).state == "held" and not bench.letters("M58")
    concluded(bench, ref)
    assert not bench.letters(to="colin.dacre@council.example") and not bench.letters(to=manager)


def test_a_protected_referrer_who_agrees_is_asked_alone(bench: Bench):
    """`Referrer agrees to be asked`: M27 and M29 go to them, and the reminder to no manager."""
    ref, tag = bench.with_provider(), f"Re: [{bench.ref()}]"
    bench.mail("2027-02-02 09:00", MAYA, tag, "Protected: whistleblower\nReferrer agrees to be asked")
    bench.mail("2027-02-10 09:00", JOAN, tag, "We dispute this.")
    bench.mail("2027-02-10 11:00", MAYA, tag, "Disputed")
    assert bench.state(ref) == "TRF"
    bench.to("2027-02-25 12:00")
    assert [x.to for x in bench.letters("M27")] == [x.to for x in bench.letters("M29")] == [(OLIVE,)]


# -- lists, reports, the command line ---------------------------------------------------------------------------------


def test_the_closure_report_says_the_source_only(protected: Bench):
    """6.3: source type, and no identity: neither in the page nor in the timeline."""
    bench, ref = protected, protected.ref()
    tag = f"Re: [{ref}]"
    bench.mail("2027-02-01 10:30", MAYA, tag, "In short: missed calls")
    concluded(bench, sent(bench, ref))
    with bench.store.read() as unit:
        rows = unit.files.of(ref)
    assert {r.path.rpartition(".")[2] for r in rows} == {"html", "csv"}
    for row in rows:
        words = f"{row.path} {row.octets.decode()}".lower()
        assert not any(word in words for word in SAYS_WHO), row.path
    page = next(r.octets.decode() for r in rows if r.path.endswith("html"))
    assert "provider staff" in page and "missed calls" in page


def test_lists_and_the_command_line_say_nobody(bench: Bench):
    """M55, M56 with its CSV, `mailflow show`, with and without --words, and the reason why a mail is held."""
    ref = sent(bench, concern(bench))
    bench.mail("2027-02-03 09:00", LENA, f"Re: [{ref}]", "Lena Moor here.", auth="fail")
    assert bench.now is not None
    with bench.store.unit() as unit:
        for words in (False, True):
            told = told_of(bench.house, unit, ref, bench.now, words)
            text = f"{told} {lines_of(told)}".lower()
            assert not any(word in text for word in SAYS_WHO)
        lists = daily.lists_for(unit, bench.office, stories(bench.house, unit, bench.office), bench.now)
        shown = str(lists).lower().replace(f"{LENA} sent it", "")  # the reason why a mail is held, to its owner alone
        assert not any(word in shown for word in SAYS_WHO)
        known = stories(bench.house, unit, bench.office)
        week, today = week_before(bench.office.calendar, bench.now.date()), bench.now.date()
        for manager in subscribers(unit, bench.office):
            scope = weekly.Scope(bench.office, weekly.scoped(known, manager), week, today, 0)
            assert not any(word in str(weekly.summary_context(scope)).lower() for word in SAYS_WHO)
        who = revealing.on_case(bench.house, unit, ref)
        held = unit.held.all_open()[0]
        assert not any(word in str(revealing.without(who, held.reason)).lower() for word in SAYS_WHO)


def test_the_name_of_an_unlisted_person_comes_from_their_mail(protected: Bench):
    """Nobody in the register is called Lena Moor: the name stands in the From line, and is looked for."""
    bench, ref = protected, protected.ref()
    with bench.store.read() as unit:
        assert revealing.on_case(bench.house, unit, ref).in_text("ask Lena Moor")
