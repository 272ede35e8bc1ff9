"""Notes without a receipt (5.2): what answers our answers is filed in silence, and a day has one receipt for notes."""

from __future__ import annotations

from tests.flow.bench import INES, MAYA, TOM, Bench

AWAY = "Thank you for your email. I am in court until Thursday and will reply when I am back."


def noted(bench: Bench) -> int:
    """How many notes stand on the file."""
    with bench.store.read() as unit:
        return sum(line.kind == "said" and line.data["verb"] == "note" for line in unit.log.read(bench.ref()))


def receipts(bench: Bench, to: str = MAYA) -> int:
    return sum("Recorded: Note" in one.message.subject for one in bench.letters("M53", to))


def test_an_absence_note_that_nobody_recognised_does_not_loop(waiting: Bench):
    """An officer's autoresponder that writes no header of its own answers each receipt: one receipt, all on file."""
    waiting.mail("2027-02-02 09:09", MAYA, f"Re: {waiting.tag()}", AWAY, answers=waiting.letter("M20").message)
    for n in range(10, 14):
        waiting.mail(
            f"2027-02-02 09:{n}", MAYA, "Automatic", f"{AWAY} {n}", answers=waiting.letter("M53", MAYA).message
        )
    assert (receipts(waiting), noted(waiting)) == (1, 5)
    waiting.nothing_lost()


def test_a_note_that_answers_a_question_of_ours_has_no_receipt(waiting: Bench):
    """A question and a refusal are answers of ours as well: what comes back without a word is filed in silence."""
    waiting.mail("2027-02-02 09:00", MAYA, f"Re: {waiting.tag()}", "Extend to never")
    question = waiting.left[-1]
    assert question.name in ("M51", "M52") and question.to == (MAYA,)
    sent = len(waiting.left)
    waiting.mail("2027-02-02 09:01", MAYA, "Automatic", AWAY, answers=question.message)
    assert len(waiting.left) == sent and noted(waiting) == 1


def test_one_receipt_for_notes_a_day_for_each_officer(waiting: Bench):
    """Without In-Reply-To only the day tells: a second note has no receipt; others and the next day's have."""
    for n in range(3):
        waiting.mail(f"2027-02-02 09:0{n}", MAYA, f"Re: {waiting.tag()}", f"{AWAY} {n}")
    assert (receipts(waiting), noted(waiting)) == (1, 3)
    waiting.mail("2027-02-02 10:00", TOM, f"Re: {waiting.tag()}", "I have spoken to the family.")
    assert receipts(waiting, TOM) == 1
    waiting.mail("2027-02-03 09:00", MAYA, f"Re: {waiting.tag()}", AWAY)
    assert (receipts(waiting), noted(waiting)) == (2, 5)


def test_a_silent_note_is_shown_on_the_file(waiting: Bench):
    """Silence is for the writer: whoever reads the file finds the note."""
    for n, words in enumerate(("First call made.", "Second call made.")):
        waiting.mail(f"2027-02-02 09:0{n}", MAYA, f"Re: {waiting.tag()}", words)
    waiting.mail("2027-02-02 10:00", INES, f"Re: {waiting.tag()}", "Status")
    assert "Second call made." in waiting.letter("M58", INES).words


def test_words_in_an_answer_to_a_receipt_are_heard(waiting: Bench):
    """Only a bare note is silent: a word of the procedure has its receipt wherever it is written."""
    waiting.mail("2027-02-02 09:00", MAYA, f"Re: {waiting.tag()}", AWAY)
    sent = len(waiting.left)
    again = waiting.letter("M53", MAYA).message
    waiting.mail("2027-02-02 09:05", MAYA, "Re: it", "Note: the family has moved.", answers=again)
    assert len(waiting.left) == sent + 1 and waiting.left[-1].name == "M53"
