"""Which addresses nobody reads: what a letter is sent to, and who may become a contact, hang on it."""

from __future__ import annotations

import pytest

from mailflow.mail.nobody import bare, is_a_machines, takes_no_mail

_PROGRAMS = """
    mailer-daemon mailerdaemon MAILER-DAEMON mail-daemon maildaemon daemon bounce bounces mail-bounce mailbounces nobody
    dev-null devnull null auto-reply autoreply auto-responder autoresponder auto-mailer automailer auto-notify
    autonotify listserv majordomo mailman sympa ecartis lyris
""".split()
_NO_REPLIES = """
    noreply no-reply no_reply no.reply NoReply noreplies notreply not-reply donotreply do-not-reply do_not_reply
    do.not.reply donoreply
    ne-pas-repondre nepas-repondre ne-pasrepondre nepasrepondre sans-reponse sansreponse
    keine-antwort keineantwort keine-antworten nicht-antworten nichtantworten
    no-responder noresponder no-responda no-contestar nocontestar nao-responder naoresponder nao-responda
    non-rispondere nonrispondere niet-beantwoorden nietbeantwoorden niet-antwoorden geen-antwoord geenantwoord
    nie-odpowiadac nieodpowiadac svara-inte svarainte svara-ej ikke-svar ikkesvar ikke-svare
    dim-ateb dimateb peidiwch-ag-ateb peidiwchag-ateb peidiwch-agateb
""".split()
_LISTS = """
    postmaster Postmaster owner-carers carers-request carers-requests carers-bounce carers-bounces carers-subscribe
    carers-unsubscribe carers-confirm carers-confirm+3f9a carers-bounces=jane
""".split()
_PEOPLE = """
    jane jane.roe home-owner office-admin owner owner- bouncer nobodys daemons nullify nosey replies reply notify
    autobot listservice no-response no do-not-care antworten svar ateb jane-noreply the.daemon request confirm -confirm
    carers-request-form carers-subscribers postmasters srs srs2=x srs02 mailmans sympathy Xnobody Xpostmaster
""".split()


@pytest.mark.parametrize("local", [*_PROGRAMS, *_NO_REPLIES, "srs0", "SRS0=a1b2=CD=home.example=jane", "srs1=x"])
def test_nobody_reads_what_is_sent_to_a_program(local: str):
    """Daemons, list managers, rewritten senders and addresses that say so, in all languages; whoever lists them."""
    assert takes_no_mail(f"{local}@mail.test") and is_a_machines(f"{local}@mail.test")


@pytest.mark.parametrize("behind", ["+case-7", ".office", "=jane=home.example", "_uk", "-2027", "-"])
def test_what_a_program_adds_behind_its_name_changes_nothing(behind: str):
    """A code, a customer or a country may stand behind the name, with a mark between."""
    assert takes_no_mail(f"no-reply{behind}@mail.test") and takes_no_mail(f"bounces{behind}@mail.test")


@pytest.mark.parametrize("local", _LISTS)
def test_a_list_or_a_postmaster_may_be_read_where_somebody_lists_it(local: str):
    """Programs write from there (RFC 2142), yet a person may be behind it: no machine "whoever lists it"."""
    assert is_a_machines(f"{local}@mail.test") and not takes_no_mail(f"{local}@mail.test")


@pytest.mark.parametrize("local", _PEOPLE)
def test_people_with_such_words_in_their_address_are_people(local: str):
    """Only the whole name, or what stands in front of a mark, makes a machine of it; or people get no letters."""
    assert not is_a_machines(f"{local}@mail.test")


@pytest.mark.parametrize("address", ["", "<>", " ", "root", "noreply"])
def test_nobody_reads_what_is_no_address(address: str):
    """The null sender (RFC 5321 section 4.5.5), and what has no domain."""
    assert takes_no_mail(address) and is_a_machines(address)


def test_brackets_and_blanks_round_an_address_change_nothing():
    """Addresses come from headers as they stand there."""
    assert takes_no_mail(" <no-reply@mail.test> ") and is_a_machines(" <carers-request@mail.test> ")
    assert not is_a_machines(" <jane@mail.test> ")


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("jane@home.example", "jane@home.example"),
        ("Jane+Council@Home.Example", "jane@home.example"),
        ("jane+a+b@home.example", "jane@home.example"),
        (" <jane+a@home.example> ", "jane@home.example"),
        ("+44123@home.example", "+44123@home.example"),
        ("jane@old+x@home.example", "jane@old@home.example"),
        ("Xavier@home.example", "xavier@home.example"),
        ("root", "root"),
    ],
)
def test_the_mailbox_an_address_leads_to(address: str, mailbox: str):
    """Without what stands behind a plus sign (RFC 5233); a name that begins with one keeps it."""
    assert bare(address) == mailbox
