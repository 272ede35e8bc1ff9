"""The words by which servers name a recipient in prose: each label and each sentence by itself finds the address."""

from __future__ import annotations

import pytest

from mailflow.mail.dsn_prose import IN_PASSING, recipients

# As servers print them before the colon; letters in brackets of the pattern are here once with and once without.
LABELS = (
    """
failed recipient|failed recipients|failed address|failed addresses|undeliverable address|undeliverable to
undeliverable recipient|undeliverable recipients|intended recipient|intended recipients|addressed to
recipient|recipients|recipient address|recipients address|recipient addresses|recipient email|recipient e-mail
recipient name|rcpt to|error-for|could not be delivered to|invalid final delivery userid|user's mailbox is full
failed to deliver to|not delivered to|delivery failed to|bounced address|address in error|addresses in error
problem address|email address|e-mail address|mailbox|affected recipient|affected recipients
Empfänger|Empfaenger|Empfängeradresse|Empfaengeradresse|An|Adressat|destinataire|destinataires
destinatario|destinatarios|destinatari|destinataria|destinatário|destinatários
ontvanger|ontvangers|geadresseerde|geadresseerden
odbiorca|odbiorcy|adresat|mottagare|modtager|modtagere|mottaker|mottakere|получатель|получатели
受信者|宛先|收件人|收信人|收信地址|配信先|수신자|받는 사람|받는사람|alıcı
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

SENTENCES = (
    """
unable to deliver to|could not send to|couldn't relay to|cannot deliver to|can't send to|failed to deliver to
not able to relay to|could not be delivered to
could not deliver your message to|could not deliver the e-mail to|could not send this mail to
could not deliver a message to|could not deliver following messages for|unable to deliver email for|unable to sent to
could not deliver your mail:|could not deliver the e-mail:|could not send this mail:|could not deliver a message:
could not deliver following messages:|could not deliver email:|could not deliver for|could not deliver
delivery to|delivery for|message to|mail for
wasn't delivered to|was not delivered to|has not been delivered to|had been not delivered to
could not be delivered to|is not being delivered to|being delivered to
rejected recipient|rejected the recipient|addressed to
undeliverable to|intended for|returned permanent errors:|no such user
unknown user|user unknown|Zustellung an|Nachricht an
konnte nicht an|remis à|remise à|envoyé à|entregado a|entregada a|entregar a|entregue a|consegnato a|consegnata a
recapitato a|recapitata a|bezorgd aan|bezorgd bij|levereras till|leveres til|dostarczona do|dostarczony do|delivered to
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


@pytest.mark.parametrize("label", LABELS)
def test_a_label_names_the_recipient(label: str) -> None:
    """The address behind it is the recipient's, and the one of the help desk above it is nobody's failure."""
    found, why = recipients(f"It failed. For help write to help@y.example\n{label}: a@x.example\n")
    assert [address for address, _ in found] == ["a@x.example"]
    assert why != IN_PASSING


@pytest.mark.parametrize("label", ["Sender", "Reporter", "Kontakt", "Ask", "From"])
def test_other_labels_name_nobody(label: str) -> None:
    """A line with a colon alone says nothing about a recipient."""
    assert not recipients(f"It failed.\n{label}: a@x.example\n")[1].startswith("a line that names")


@pytest.mark.parametrize("words", SENTENCES)
def test_a_sentence_names_the_recipient(words: str) -> None:
    """The address behind these words is the recipient's; another one before them is not."""
    found, why = recipients(f"Ask help@y.example. It says {words} <a@x.example>, sorry\n")
    assert [address for address, _ in found] == ["a@x.example"]
    assert why.startswith("a sentence")


@pytest.mark.parametrize("words", ["written by", "please call", "Gruß von", "copied from"])
def test_other_words_name_nobody(words: str) -> None:
    """Words that speak of somebody else leave the address one in passing."""
    assert not recipients(f"It says: {words} <a@x.example>, sorry\n")[1].startswith("a sentence")


@pytest.mark.parametrize("word", ["expanded", "generated", "forwarded", "redirected", "ultimately generated"])
def test_the_address_that_we_wrote_to_stands_behind(word: str) -> None:
    """Of an alias or list the address before it was opened is ours; with or without angle brackets."""
    for was in ("<office@x.example>", "office@x.example"):
        found, _ = recipients(f"<jane@in.example> ({word} from: {was}):\n550 no\n")
        assert [address for address, _ in found] == ["office@x.example"]
