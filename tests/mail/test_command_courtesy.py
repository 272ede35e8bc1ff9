"""The polite words round a command: passed over one by one, unless a word in them turns something round."""

from __future__ import annotations

import pytest

from mailflow.mail.command_courtesy import after_courtesy, explains, without_courtesy
from tests.mail.test_commands import _read, _verdict


@pytest.mark.parametrize("word", ["Not", "No", "Never", "If", "Only", "Partly", "Unhappily", "Undecided"])
@pytest.mark.parametrize("hello", ["Hi", "Hello", "Thanks", "Many thanks", "Cheers", "Good morning"])
def test_a_word_that_limits_is_no_first_name(hello: str, word: str):
    """ "Hi Tom accepted" accepts; "Thanks Only accepted" and "Hello No accepted" must not."""
    for said in ("accepted", "agreed", "send"):
        assert _verdict(_read(f"{hello} Tom {said}")) == said
        assert _verdict(_read(f"{hello} {word} {said}")) in ("note", "decision?", "doubt")


@pytest.mark.parametrize(
    "word", ["not", "no", "but", "cannot", "never", "however", "don't", "won\u2019t", "doesn't", "isn\u2019t"]
)
def test_an_opening_that_turns_something_round(word: str):
    """A sentence that only opens a mail is left out, but not with such a word in it: an officer is asked."""
    assert without_courtesy("Sorry about this, they came. Accepted") == "Accepted"
    for opening in (
        f"Sorry about this, they {word} came.",
        f"I hope you are {word} well.",
        f"Happy Monday {word} now.",
    ):
        assert without_courtesy(f"{opening} Accepted") == f"{opening} Accepted"
        assert _verdict(_read(f"{opening} Accepted")) == "decision?"


@pytest.mark.parametrize("thanks", ["Many thanks", "Thank you", "Thanks", "Thx", "Cheers", "Ta"])
@pytest.mark.parametrize("more", ["", " so much", " very much", " a lot", " again", " all", " both", " team", " Sam"])
def test_thanks_in_front(thanks: str, more: str):
    """Thanks with a stop behind them are passed over, and are nothing by themselves."""
    assert without_courtesy(f"{thanks}{more}, accepted") == "accepted"
    assert without_courtesy(f"{thanks}{more}.") == ""


@pytest.mark.parametrize(
    "who", ["all", "team", "both", "there", "everyone", "colleagues", "again", "Sam", "dr Lee-Roe"]
)
@pytest.mark.parametrize("stop", [",", "!", " ,", ",!"])
def test_greetings_in_front(who: str, stop: str):
    """Whoever is greeted, with one stop or two."""
    assert without_courtesy(f"Good morning {who}{stop} accepted") == "accepted"


@pytest.mark.parametrize("word", ["please", "pls", "plz", "kindly"])
def test_please_in_front(word: str):
    """One please, with whatever stands between it and the verb."""
    for joint in (" ", ", ", ": ", " - "):
        assert without_courtesy(f"{word}{joint}send") == "send"
    assert _verdict(_read(f"Yes, {word} send")) == "send"
    assert _verdict(_read(f"Ok {word}, send")) == "send"


@pytest.mark.parametrize(
    "opening",
    ["Sorry", "So sorry", "Very sorry for this", "My sincere apologies", "Apols all", "Sorry, am on leave",
     "Sorry I'm late", "Sorry im late", "Sorry from the train", "Apologies it's late", "Trust everyone is well",
     "Hope all is well",
     "Happy Thursday", "Lovely to speak to you", "Typing on my phone", "Writing from my iPhone", "Replying on my ipad",
     "See my answer below", "In reply to your letter", "External", "[EXTERNAL EMAIL]", "Official-Sensitive",
     "Sensitive"],
)  # fmt: skip
@pytest.mark.parametrize("stop", [".", "!", ",", " -", " \u2013"])
def test_sentences_that_open_a_mail(opening: str, stop: str):
    """Excuses, wishes, where it was typed, a gateway's mark: the command stands behind them and a stop."""
    assert _verdict(_read(f"{opening}{stop} Accepted")) == "accepted"
    if stop in (".", "!"):
        assert without_courtesy(f"{opening}{stop} Accepted") == "Accepted"


@pytest.mark.parametrize(
    "words",
    ["please", "thanks", "thank you very much", "many thanks again", "thanks so much", "thx a lot", "cheers all", "ta"],
)
def test_courtesy_behind(words: str):
    """Nothing of it is left, and a name may follow thanks."""
    assert after_courtesy(f", {words} Sam") == (" Sam", True)


@pytest.mark.parametrize("whom", ["you", "her", "him", "them", "Sam"])
def test_with_whom_it_was_agreed(whom: str):
    """The occasion of a command is no limit of it."""
    assert explains(f" as agreed with {whom}")
    assert not explains(" as agreed with conditions")
