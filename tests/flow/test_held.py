"""Mails that wait for an officer's word (M57): what each answer makes of them, and what they hold back meanwhile."""

from __future__ import annotations

from tests.flow.bench import JOAN, MAYA, PRIYA, RUTH, TOM, Bench, write

ASSISTANT = "office@oakfield-admin.example"


def _held(bench: Bench, when: str = "2027-02-12 10:00", sender: str = ASSISTANT, body: str = "We accept this.") -> str:
    """A mail from an unlisted address with the case's tag: it is held; returns its identity."""
    identity = bench.mail(when, sender, f"Re: {bench.tag()}", body)
    assert bench.kept(identity).state == "held"
    return identity


def _answer(bench: Bench, when: str, words: str, who: str = MAYA) -> None:
    bench.mail(when, who, f"Re: [{bench.open_questions()[0]}] Who is this from?", words)


def test_from_provider_counts_from_the_day_of_arrival(waiting: Bench):
    """G2: on `From provider` the mail becomes the event it was, with its original date; told in one mail (5.2)."""
    identity = _held(waiting)
    sent = len(waiting.left)
    _answer(waiting, "2027-02-16 12:00", "From provider")
    assert waiting.state() == "RSP" and waiting.kept(identity).state == "done" and not waiting.open_questions()
    assert waiting.case().machines["concern"].since.date().isoformat() == "2027-02-12"
    assert [x.name for x in waiting.left[sent:] if x.to == (MAYA,)] == ["M23"]


def test_a_button_of_the_question_does_the_same(waiting: Bench):
    """The buttons of M57 carry the held mail's own tag and a code."""
    _held(waiting)
    subject, body = waiting.letter("M57").button("From provider")
    waiting.mail("2027-02-12 12:00", MAYA, subject, body)
    assert waiting.state() == "RSP"


def test_from_referrer_is_the_referrers_mail(waiting: Bench):
    """`From referrer` attributes the mail to the referrer: no reply of the provider."""
    identity = _held(waiting)
    _answer(waiting, "2027-02-12 12:00", "From referrer")
    assert waiting.state() == "WPR" and waiting.kept(identity).case == waiting.ref()
    with waiting.store.read() as unit:
        assert next(c.party for c in unit.inbox.correspondence(waiting.ref()) if c.identity == identity) == "referrer"


def test_the_address_is_accepted_for_this_case_only(waiting: Bench):
    """G2: after one answer the address speaks on this case, and on no other."""
    first = waiting.ref()
    _held(waiting)
    _answer(waiting, "2027-02-12 12:00", "From provider")
    waiting.mail("2027-02-12 13:00", MAYA, f"Re: [{first}]", "Holding reply")
    assert waiting.state(first) == "WPR"
    waiting.mail("2027-02-12 14:00", ASSISTANT, f"Re: [{first}]", "Now our full answer.")
    assert waiting.state(first) == "RSP"
    second = waiting.with_provider("2027-02-15", "alan.wyre@health.example")
    identity = waiting.mail("2027-02-16 10:00", ASSISTANT, f"Re: [{second}]", "We accept this as well.")
    assert waiting.kept(identity).state == "held" and waiting.state(second) == "WPR"


def test_belongs_to_places_a_listed_party(waiting: Bench):
    """`Belongs to REF` gives the case; who speaks is known from the register."""
    identity = waiting.mail("2027-02-12 10:00", JOAN, "Rota changed", "We accept this.")
    _answer(waiting, "2027-02-12 12:00", f"Belongs to {waiting.ref()}")
    assert waiting.state() == "RSP" and waiting.kept(identity).case == waiting.ref()


def test_belongs_to_files_a_stranger_as_a_third_party(waiting: Bench):
    """Somebody nobody knows is on the file, and nothing moves."""
    before = waiting.standing()
    identity = _held(waiting)
    _answer(waiting, "2027-02-12 12:00", f"Belongs to {waiting.ref()}")
    assert waiting.standing() == before and waiting.kept(identity).state == "done"


def test_belongs_to_a_case_that_does_not_exist_is_asked_again(waiting: Bench):
    """Nothing is guessed: the mail stays held and can be answered again."""
    _held(waiting)
    _answer(waiting, "2027-02-12 12:00", "Belongs to CC-2027-0099-XX")
    assert waiting.open_questions() and waiting.state() == "WPR"
    _answer(waiting, "2027-02-12 13:00", "From provider")
    assert waiting.state() == "RSP"


def test_new_concern_opens_one_with_the_day_of_arrival(waiting: Bench):
    """`New concern`: a case of its own, received when the mail arrived (K8)."""
    identity = _held(waiting, body="Another problem with Oakfield Care Ltd.")
    _answer(waiting, "2027-02-16 12:00", "New concern")
    assert len(waiting.refs()) == 2
    case = waiting.case(waiting.kept(identity).case)
    assert case.opened_at.date().isoformat() == "2027-02-12" and case.fields["referrer"] == ASSISTANT


def test_ignore_sets_it_aside_and_note_files_it(waiting: Bench):
    """`Ignore` keeps the mail and nothing follows; `Note` puts it on the file; each is answered by one mail (M53)."""
    before = waiting.standing()
    ignored = _held(waiting)
    _answer(waiting, "2027-02-12 12:00", "Ignore")
    noted = _held(waiting, "2027-02-12 13:00", body="For your information.")
    _answer(waiting, "2027-02-12 14:00", "Note")
    assert waiting.kept(ignored).state == waiting.kept(noted).state == "done" and waiting.standing() == before
    assert waiting.kept(ignored).case in ("", waiting.ref()) and waiting.kept(noted).case == waiting.ref()
    assert len(waiting.letters("M53", MAYA)) == 3, "one for `Send` before, one for each answer"
    assert not waiting.open_questions()


def test_answered_twice_the_second_answer_changes_nothing(waiting: Bench):
    """The first answer counts; the second is told so."""
    _held(waiting)
    tag = waiting.open_questions()[0]
    waiting.mail("2027-02-12 12:00", MAYA, f"Re: [{tag}]", "Ignore")
    waiting.mail("2027-02-12 12:05", TOM, f"Re: [{tag}]", "From provider")
    assert waiting.state() == "WPR"
    assert "dealt with already" in waiting.letter("M52", TOM).message.text


def test_only_one_choice_counts_and_no_other_word(waiting: Bench):
    """A word that is no answer to the question (a decision, two answers) is never taken as one."""
    _held(waiting)
    for n, words in enumerate(("Accepted", "From provider\nIgnore", "Yes, that is Joan's assistant")):
        _answer(waiting, f"2027-02-12 12:0{n}", words)
        assert waiting.state() == "WPR" and waiting.open_questions(), words


def test_the_wrong_role_may_not_answer(waiting: Bench):
    """G7: whoever may not say the word may not say it about a held mail."""
    _held(waiting)
    _answer(waiting, "2027-02-12 12:00", "From provider", RUTH)
    assert waiting.state() == "WPR" and waiting.open_questions() and waiting.letters("M52", RUTH)


def test_an_answer_that_is_not_proved_does_nothing(waiting: Bench):
    """G8: a forged answer leaves the mail held, and the real officer hears of it."""
    _held(waiting)
    tag = waiting.open_questions()[0]
    octets = write(MAYA, f"Re: [{tag}]", "From provider", auth="fail", message_id="<forged@evil.example>")
    waiting.raw("2027-02-12 12:00", octets)
    assert waiting.state() == "WPR" and waiting.open_questions() == [tag] and waiting.letters("M52", MAYA)


def test_where_the_server_is_silent_the_code_of_the_question_proves_the_officer(waiting: Bench):
    """G8: no Authentication-Results: plain words are not enough, the button's code is."""
    _held(waiting)
    tag = waiting.open_questions()[0]
    subject, body = waiting.letter("M57").button("From provider")
    waiting.raw("2027-02-12 12:00", write(MAYA, f"Re: [{tag}]", "From provider", auth="", message_id="<s1@x.test>"))
    assert waiting.state() == "WPR"
    waiting.raw("2027-02-12 12:05", write(MAYA, subject, body, auth="", message_id="<s2@x.test>"))
    assert waiting.state() == "RSP"


def test_the_code_of_a_question_is_good_from_its_own_address_only(waiting: Bench):
    """A question that was forwarded proves nobody else."""
    _held(waiting)
    subject, body = waiting.letter("M57").button("From provider")
    waiting.raw("2027-02-12 12:05", write(PRIYA, subject, body, auth="", message_id="<s2@x.test>"))
    assert waiting.state() == "WPR"


def test_a_held_mail_of_the_party_holds_the_chaser_and_its_release_lets_it_go(waiting: Bench):
    """G9: nothing is chased while a mail that may be the answer waits; after `Ignore` the chaser leaves late, once."""
    _held(waiting)
    waiting.to("2027-02-17 12:00")
    assert not waiting.letters("M22") and waiting.state() == "WPR"
    _answer(waiting, "2027-02-17 13:00", "Ignore")
    waiting.to("2027-02-18 12:00")
    assert waiting.state() == "PRM" and len(waiting.letters("M22")) == 1
    assert waiting.clocks()["concern T4b"][0] == "2027-02-24", "counted from when the reminder truly left (G10)"


def test_a_mail_of_the_domain_without_a_tag_holds_the_chaser_too(waiting: Bench):
    """G9: from the party's domain, without any reference."""
    waiting.mail("2027-02-12 10:00", "night.manager@oakfield.example", "Rota", "We have changed the rota.")
    waiting.to("2027-02-16 12:00")
    assert not waiting.letters("M22") and waiting.state() == "WPR"


def test_a_stranger_on_another_case_holds_nothing_here(waiting: Bench):
    """A question about one case does not hold the chasers of another."""
    first = waiting.ref()
    second = waiting.with_provider("2027-02-02", "alan.wyre@health.example")
    identity = waiting.mail("2027-02-12 10:00", ASSISTANT, f"Re: [{second}]", "We accept this.")
    assert waiting.kept(identity).state == "held"
    waiting.to("2027-02-17 12:00")
    assert (waiting.state(first), waiting.state(second)) == ("PRM", "WPR")


def test_unjudged_mail_holds_the_chaser_of_an_action(waiting: Bench):
    """M39: what the provider wrote after the conclusion may be evidence: no reminder before an officer says so."""
    ref, tag = waiting.ref(), f"Re: {waiting.tag()}"
    waiting.mail("2027-02-10 09:00", JOAN, tag, "We accept this.")
    waiting.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
    recommend = "Recommend: The concern is upheld.\nAction: Train the staff by 15 March\nDefault notice: no"
    waiting.mail("2027-02-15 11:00", MAYA, tag, recommend)
    waiting.mail("2027-02-18 11:00", PRIYA, tag, "Decision: agreed, no default notice")
    waiting.mail("2027-02-19 09:00", MAYA, tag, "Send")
    waiting.mail("2027-03-12 10:00", JOAN, tag, "Please see what we have done.")
    assert waiting.letters("M39", MAYA)
    waiting.to("2027-03-17 12:00")
    assert not waiting.letters("M37")
    waiting.mail("2027-03-17 13:00", MAYA, tag, "Note")
    waiting.to("2027-03-18 12:00")
    assert len(waiting.letters("M37")) == 1 and waiting.state(ref) == "CON"


def test_an_officer_who_opens_nothing_is_asked_not_ignored(bench: Bench):
    """An officer's mail without a reference and without a word is held and asked about, not turned into a concern."""
    identity = bench.mail("2027-02-01 09:00", MAYA, "Oakfield", "They rang again this morning.")
    assert bench.kept(identity).state == "held" and not bench.refs()
    _answer(bench, "2027-02-01 10:00", "New concern")
    assert len(bench.refs()) == 1


def test_where_the_server_is_silent_an_officers_new_concern_is_held_not_lost(bench: Bench):
    """G8: without proof nothing opens, but the mail is kept and the answer's code opens it."""
    octets = write(MAYA, "Oakfield", "New concern received 29 January\n\nThey rang.", auth="", message_id="<n@x.test>")
    identity = bench.raw("2027-02-01 09:00", octets)
    assert bench.kept(identity).state == "held" and not bench.refs()
    subject, body = bench.letter("M57").button("New concern")
    bench.raw("2027-02-01 10:00", write(MAYA, subject, body, auth="", message_id="<n2@x.test>"))
    assert len(bench.refs()) == 1
