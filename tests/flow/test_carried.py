"""What a list or a ticket system has carried: no word is lost, nothing goes to a list, nothing moves unasked (G4)."""

from __future__ import annotations

from tests.flow.bench import JOAN, OLIVE, Bench, write

LIST = [("List-Id", "<carers.lists.example>"), ("List-Post", "<mailto:carers@lists.example>"), ("Precedence", "list")]


def test_a_list_post_of_nobody_we_know_opens_nothing_and_is_asked_about(bench: Bench):
    """An acknowledgement might go to everybody on the list: the mail is held, and only officers are written to."""
    octets = write(OLIVE, "[carers] Missed calls", "Oakfield Care Ltd missed calls.", headers=LIST)
    kept = bench.kept(bench.raw("2027-02-01 09:00", octets))
    assert (kept.state, kept.kind) == ("held", "human") and "list" in kept.reason
    assert not bench.refs() and not bench.letters("M01")
    assert all("lists.example" not in who and OLIVE not in who for x in bench.left for who in x.to)


def test_a_party_that_answers_through_a_list_is_heard(waiting: Bench):
    """A party's own words with the case's reference are its answer, whatever list they passed."""
    waiting.raw("2027-02-03 10:00", write(JOAN, f"Re: {waiting.tag()}", "We accept what you say.", headers=LIST))
    assert waiting.state() == "RSP"


def test_a_newsletter_is_filed_and_nobody_is_asked(bench: Bench):
    """Bulk is a machine's word to many: done, no question, no case."""
    headers = [
        ("List-Unsubscribe", "<https://x.example>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Feedback-ID", "1:2:3"), ("Precedence", "bulk"),
    ]  # fmt: skip
    octets = write("news@mailer.example", "Spring news", "Five ideas. Unsubscribe here.", auth="", headers=headers)
    kept = bench.kept(bench.raw("2027-02-01 09:00", octets))
    assert (kept.state, kept.kind) == ("done", "bulk") and not bench.left and not bench.refs()


def test_a_strangers_words_through_a_ticket_system_are_held_not_lost(bench: Bench):
    """Nobody is acknowledged, since the system would answer; an officer is asked."""
    headers = [("Auto-Submitted", "auto-generated"), ("X-Zendesk-From-Account-Id", "4")]
    octets = write("support@helpers.example", "Missed calls", "Nobody came on Monday or Tuesday.", headers=headers)
    kept = bench.kept(bench.raw("2027-02-01 09:00", octets))
    assert (kept.state, kept.kind) == ("held", "human") and not bench.refs()
    assert all("helpers.example" not in who for x in bench.left for who in x.to)


def test_a_partys_words_through_a_ticket_system_are_filed_and_hold_the_chaser(waiting: Bench):
    """They are on the file at once, move nothing before an officer has said so, and no reminder leaves meanwhile."""
    headers = [("Auto-Submitted", "auto-generated"), ("X-Zendesk-From-Account-Id", "4")]
    octets = write(JOAN, f"Re: {waiting.tag()}", "The calls were made, the log was lost.", headers=headers)
    kept = waiting.kept(waiting.raw("2027-02-12 10:00", octets))
    assert (kept.state, kept.kind, kept.case) == ("held", "human", waiting.ref())
    with waiting.store.read() as unit:
        assert any(c.identity == kept.identity for c in unit.inbox.correspondence(waiting.ref()))
    waiting.to("2027-02-16 12:00")
    assert waiting.state() == "WPR" and not waiting.letters("M22")
