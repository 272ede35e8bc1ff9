"""Shapes of replies that came up after the corpus was written: telephones, gateways, help desks, and plain prose."""

from __future__ import annotations

import pytest

from mailflow.mail.html_text import to_text
from mailflow.mail.reply_text import split_text

MOBILES = (
    "Nik from mobile",
    "<<sent by galaxy>>",
    "(sent from a phone)",
    "(Sent from mobile device)",
    "Von meinem Mobilgerät gesendet",
    "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.",
    "從我的 iPhone 傳送",
    "Sent with Airmail",
    "Sent from Windows Mail",
    "Sent from my TI-85",
    "Envoyé depuis Yahoo Mail pour iPhone",
    "From My Iphone 6",
    "Sent via mobile",
    "Enviado desde mi móvil Samsung",
    "Enviado desde Correo para Windows",
    "Envoyé à partir d'Outlook pour iOS",
    "Provenance : Courrier pour Windows",
    "Gesendet mit der mobilen Mail App",
    "Gesendet von Mail für Windows 10",
    "Von meinem/meiner Galaxy gesendet",
    "Skickat från min Samsung-enhet.",
    "Sendt fra Mail til Windows",
    "Sendt fra min Huawei-mobil",
    "Verzonden vanuit Mail voor Windows",
    "Inviato da Posta per Windows",
    "Inviato dal mio dispositivo Samsung",
    "Wysłane z iPhone'a",
    "Wysłano z urządzenia Samsung.",
    "Lähetetty iPhonesta",
    "Lähetetty Samsung-laitteesta",
    "Odesláno ze Samsungu",
    "Odoslané z iPhonu",
    "Elküldve az iPhone-omról",
    "Trimis de pe iPhone-ul meu",
    "Отправлено с iPhone",
    "Отправлено из мобильной Яндекс Почты",
    "Надіслано з iPhone",
    "iPhone'umdan gönderildi",
    "Στάλθηκε από το iPhone μου",
    "iPhoneから送信",
    "나의 iPhone에서 보냄",
    "Đã gửi từ iPhone của tôi",
    "נשלח מה-iPhone שלי",
    "发自我的iPhone",
    "Anfonwyd o fy iPhone",
    "Sent from Mailbox for iPhone",
    "Sent from my Verizon, Samsung Galaxy smartphone",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from AOL Mobile Mail",
    "Sent from BlueMail for Android",
    "Sent from Nine",
    "Sent from my BlackBerry 10 smartphone on the Vodafone network.",
    "Sent using the mail.com mail app",
    "Sent: from my phone",
    "Get Outlook for Android<https://aka.ms/AAb9ysg>",
    "Hol dir Outlook für Android",
    "Holen Sie sich Outlook für iOS",
    "Télécharger Outlook pour Android",
    "Outlook für iOS beziehen",
    "Scarica Outlook per Android",
    "Descargar Outlook para iOS",
    "Pobierz aplikację Outlook dla systemu iOS",
    "Hämta Outlook för iOS",
    "Hent Outlook til Android",
    "Baixar o Outlook para Android",
    "Hanki Outlook for iOS",
    "Stáhnout Outlook pro Android",
    "下载 Outlook for iOS",
    "Sent from Front",
    "Sent via Superhuman iOS",
    "Sent from Spark",
    "Sent from Gmail Mobile",
    "Sent from Yahoo Mail. Get the app",
    "Envoyé de mon mobile Orange",
    "Diese E-Mail wurde von meinem Handy gesendet",
    "Mobil gesendet",
)  # fmt: skip

# (what it is, the text, the words of the writer, his name)
SHAPES = (
    ("on-other-hand",
     "On the other hand, I think that the second visit did take place.\nOn Tue, 2027-03-02 at "
     "18:02 +0530, Contract Management wrote:\n> Hi\n",
     "On the other hand, I think that the second visit did take place.", ""),
    ("double-on",
     "Outlook with a reply\n\n\n------------------------------\n*From:* Contract Management "
     "[mailto:concerns@council.example]\n*Sent:* Thursday, 1 March 2027 10:00\n*To:* Jane\n*Subject:* "
     "Test\n\nold\n",
     "Outlook with a reply", ""),
    ("android-quoted-name",
     "works\n\nOn Mar 1, 2027 10:00 AM, \"Contract Management\" <c@council.example> wrote:\n>\n> hello\n>\n",
     "works", ""),
    ("iso-gmt",
     "works\n\n2027-03-01 17:21 GMT+01:00 Contract Management <c@council.example>:\n> hello\n",
     "works", ""),
    ("iso-gmt-noaddr",
     "works\n\n2027-03-01 17:21 GMT+01:00 Contract Management\n> hello\n",
     "works", ""),
    ("via-wrote",
     "works\n\nContract Management via Forum <c@council.example> wrote:\n\nhello there\n",
     "works", ""),
    ("in-message",
     "works\n\nIn message <abc@council.example>, Contract Management writes:\n> hello\n",
     "works", ""),
    ("yahoogroups",
     "works\n\n--- In providers@yahoogroups.com, Contract Management <c@...> wrote:\n>\n> hello\n",
     "works", ""),
    ("windows-phone",
     "Ok\nSent from my Windows Phone From: Contract Management\nSent: 01/03/2027 10:00\nTo: "
     "jane@provider.example\nSubject: Concern\n\nhello\n",
     "Ok", ""),
    ("windows-phone2",
     "Ok\n\nSent from my Windows Phone\n________________________________\nFrom: Contract Management<mailto"
     ":c@council.example>\nSent: \u200e01/\u200e03/\u200e2027 10:00\nTo: Jane<mailto:j@provider.example>\n"
     "Subject: Concern\n\nhello\n",
     "Ok", ""),
    ("guillemets",
     "Bien reçu\n\nLe 1 mars 2027 10:00, « Contract Management » <c@council.example> a écrit :\n> hello\n",
     "Bien reçu", ""),
    ("jp-paren",
     "了解しました。\n\n(2027/03/01 10:00), Contract Management wrote:\n> hello\n",
     "了解しました。", ""),
    ("zh-yu",
     "好\n\n于 2027/3/1 10:00, Contract Management 写道:\n> hello\n",
     "好", ""),
    ("foxmail",
     "同意。\n\n\n\n张三\n \n发件人： Contract Management\n发送时间： 2027-03-01 10:00\n收件人： "
     "jane@provider.example\n主题： Concern\n\nhello\n",
     "同意。\n\n张三", ""),
    ("kr-original",
     "네 알겠습니다.\n\n-----Original Message-----\nFrom: \"Contract\" <c@council.example>\n"
     "To: \"Jane\" <j@provider.example>\nCc:\nSent: 2027-03-01 (월) 10:00:00 (GMT+09:00)\nSubject: "
     "Concern\n\nhello\n",
     "네 알겠습니다.", ""),
    ("ru-pishet",
     "Согласен.\n\n01.03.2027 10:00, Contract Management пишет:\n> hello\n",
     "Согласен.", ""),
    ("ru-pishet2",
     "Согласен.\n\n1 марта 2027 г., 10:00 пользователь Contract Management <c@council.example> "
     "написал:\n\n> hello\n",
     "Согласен.", ""),
    ("two-headers",
     "Fine.\n\nFrom: c@council.example\nSubject: Concern\n\nhello\n",
     "Fine.", ""),
    ("reply-all-quoted",
     "> hello\n> there\n> world\n",
     "", ""),
    ("top-thanks",
     "Thanks!\n\nOn 1 Mar 2027 10:00, \"Contract\" <c@council.example> wrote:\n\n> hello\n",
     "Thanks!", ""),
    ("sig-after-quote",
     "Yes.\n\nOn 1 Mar 2027 10:00, \"Contract\" <c@council.example> wrote:\n\n> hello\n\n--\n"
     "Jane Evans\nOakfield\n",
     "Yes.", ""),
    ("inline-nospace",
     "On 1 Mar 2027 10:00, Contract wrote:\n> first?\nyes\n> second?\nno\n> third?\nmaybe, ask "
     "the night team about it when they come in at nine this evening\n",
     "yes\nno\nmaybe, ask the night team about it when they come in at nine this evening", ""),
    ("rule-equals",
     "My answer is no.\n\n=====================\nJane Evans\nTel. 01632 960001\n=====================\n",
     "My answer is no.", ""),
    ("star-box",
     "My answer is no.\n\n**********************************************************************\n"
     "This email and any files transmitted with it are confidential and intended solely for "
     "the use of the individual\nor entity to whom they are addressed. If you have received "
     "this email in error please notify the system manager.\n*********************************************"
     "*************************\n",
     "My answer is no.", ""),
    ("dash-list-mid",
     "Points:\n- one\n- two\n\nRegards,\nJane",
     "Points:\n- one\n- two", ""),
    ("best-name",
     "Works for me.\n\nBest,\nJane\n",
     "Works for me.", ""),
    ("thanks-regards",
     "Works for me.\n\nThanks & Regards,\nJane\n",
     "Works for me.", ""),
    ("many-thanks-block",
     "Works for me.\n\nMany thanks\n\nJane Evans\nRegistered Manager\n01632 960001\n",
     "Works for me.", "Jane Evans"),
    ("image-sig",
     "Works for me.\n\nKind Regards\n\n[cid:image001.png@01D2.3]\nJane Evans\nT 01632 960001\n"
     "\nOakfield Home Care is a limited company registered in England and Wales. Registered "
     "number: 1234567. Registered office: 1 Mill Lane, Westvale.\n",
     "Works for me.", ""),
    ("sv-slash",
     "Det går bra.\n\n/Anna\n",
     "Det går bra.", ""),
    ("mfg-abbrev",
     "Passt.\n\nMfG\nJ. Beispiel\n",
     "Passt.", ""),
    ("lg",
     "Passt so.\n\nLG Jana\n",
     "Passt so.", ""),
    ("closing-two-line",
     "Passt so.\n\nMit freundlichen Grüßen / Best regards\n\nJana Beispiel\n",
     "Passt so.", ""),
    ("closing-dot",
     "Passt so.\n\nViele Grüße aus Berlin\nJana\n",
     "Passt so.", ""),
    ("closing-es",
     "Vale.\n\nUn saludo,\nJuana Ejemplo\n",
     "Vale.", ""),
    ("closing-cn",
     "好的。\n\n祝好！\n张三\n",
     "好的。", ""),
    ("apple-nested-attr",
     "Yes\n\nBegin forwarded message:\n\nFrom: X <x@y.example>\nDate: 1 March 2027\nTo: Z\nSubject: "
     "S\n\nold\n",
     "Yes", ""),
    ("quote-then-signature-unmarked",
     "On 1 Mar 2027, at 10:00, Contract <c@council.example> wrote:\n\n> hello\n\nNew words below.\n"
     "\nJane\nSent from my iPhone\n",
     "New words below.\n\nJane", ""),
    ("nl-outlook",
     "Akkoord.\n\nMet vriendelijke groet,\n\nJan Voorbeeld\n\nVan: Contract <c@council.example>\n"
     "Verzonden: maandag 1 maart 2027 10:00\nAan: Jan\nOnderwerp: Concern\n\nhello",
     "Akkoord.", ""),
    ("gw-ibm",
     "Agreed.\n\n\nRegards,\nJane\n\n\n\n|------------>\n| From:      |\n|------------>\n  >--------------"
     "------------------------------------|\n  |Contract Management <c@council.example>     "
     "      |\n  >--------------------------------------------------|\n|------------>\n| To: "
     "       |\n|------------>\n  >---------------------|\n  |jane@provider.example|\n  >-----------------"
     "----|\n|------------>\n| Subject:   |\n|------------>\nhello",
     "Agreed.", ""),
    ("notes-sent-by",
     "Agreed.\n\nFrom:\tContract Management/Council\nTo:\tJane/Oakfield@P, \nDate:\t01/03/2027 "
     "10:00\nSubject:\tConcern\nSent by:\tclerk@council.example\n\n\n\nhello",
     "Agreed.", ""),
    ("ms-teams-line",
     "Ok.\n\n________________________________\nVon: Contract <c@council.example>\nGesendet: "
     "Montag, 1. März 2027 10:00:00\nAn: Jana\nBetreff: AW: Concern\n\nhello",
     "Ok.", ""),
    ("reply-below-outlook-no",
     "Ok.\n\n-------- Weitergeleitete Nachricht --------\nBetreff: \tConcern\nDatum: \tMon, "
     "1 Mar 2027 10:00:00 +0000\nVon: \tContract <c@council.example>\nAn: \tJana\n\nhello",
     "Ok.", ""),
    ("underscore-date",
     "Yes we do.\n\nOn 1 Mar 2027 at 10:00 am, Contract\n<concerns@council.example> wrote:\n\n> hello",
     "Yes we do.", ""),
    ("blank-before-wrote",
     "Yes we do.\n\nOn Mon, Mar 1, 2027 at 10:00 AM, Contract Management\n<concerns@council.example>wrote:"
     "\n\n> hello",
     "Yes we do.", ""),
    ("colon-newline",
     "Yes.\n\nOn Monday, March 1, 2027 10:00 AM, Contract Management <c@council.example> wrote:\n"
     " \n\n\n\n \n> hello\n",
     "Yes.", ""),
    ("reply-intro-text",
     "Yes.\n\nContract Management schreef op ma 01-03-2027 om 10:00 [+0000]:\n> hello\n",
     "Yes.", ""),
    ("evolution-de",
     "Ja.\n\nAm Montag, dem 01.03.2027 um 10:00 +0000 schrieb Contract Management:\n> hello\n",
     "Ja.", ""),
    ("sogo",
     "Ja.\n\nAm Montag, 01. März 2027 10:00 CET, schrieb \"Contract\" <c@council.example>:\n\nhello\n",
     "Ja.", ""),
    ("kmail-de",
     "Ja.\n\nAm Montag, 1. März 2027, 10:00:00 CET schrieb Contract Management:\n> hello\n",
     "Ja.", ""),
    ("outlook-express-fr",
     "Oui.\n\n----- Original Message ----- \nFrom: \"Contract\" <c@council.example>\nTo: <j@provider.examp"
     "le>\nSent: Monday, March 01, 2027 10:00 AM\nSubject: Re: Concern\n\n\n> hello\n",
     "Oui.", ""),
    ("you-wrote",
     "Monday, you wrote:\n\n> hello\n\nYes.\n",
     "Yes.", ""),
    ("hi-on",
     "Hi Contract,\n\nOn 01/03/2027 you wrote:\n> hello\n\nYes.\n",
     "Hi Contract,\n\nYes.", ""),
    ("thanks-tel",
     "Please ring me.\n\nThanks,\nJane\n01632 960001\n",
     "Please ring me.", "Jane Evans"),
    ("gmail-star-bold",
     "Ok\n\n*Jane Evans*\n*Registered Manager*\nOakfield | 1 Mill Lane\n(01632) 960001\n",
     "Ok", "Jane Evans"),
    ("glued-fold",
     "Yes please. On 11-Mar-2027, at 6:54 PM, Contract Management\n<c@council.example> wrote:\n\n> x\n> y\n",
     "Yes please.", ""),
    ("glued-unmarked",
     "Yes please On 11-Mar-2027, at 6:54 PM, Contract Management <c@council.example> wrote:\n\nx\ny\n",
     "Yes please", ""),
    ("flat",
     "Yes please.\n\nFrom: Contract <c@council.example> Sent: Monday, March 1, 2027 10:00 AM "
     "To: Jane Subject: Concern\n\nx",
     "Yes please.", ""),
    ("sent-verb",
     "Yes please.\n\nOn 11-Mar-2027, at 6:54 PM, Contract <c@council.example> sent:\n\n> x\n",
     "Yes please.", ""),
    ("date-from",
     "Yes please.\n\nDate: Tue, 2 Mar 2027 10:00\nFrom: bob@council.example\n\nx\n",
     "Yes please.", ""),
    ("spread",
     "Yes.\n\n*From:*\n\nC <c@council.example>\n\n*Sent:*\n\nMonday\n\n*Subject:*\n\nX\n\nold",
     "Yes.", ""),
    ("typos",
     "It is done.\n\nPlease excuse brevity and typos - sent from my phone\n",
     "It is done.", ""),
    ("unmarked-thread",
     "It is done.\n\nJane\n\nFrom: A <a@b.example>\nDate: Monday, 1 March 2027 at 10:00\nTo: "
     "B <b@b.example>\nCc: C <c@b.example>\nSubject: Re: X\nHi\n\nJ\n\nFrom: B\nDate: ...\n",
     "It is done.\n\nJane", ""),
    ("quote-first-then-top",
     "Contract Management <c@council.example> wrote:\n> a\n> b\n\nIt is done.\n",
     "It is done.", ""),
    ("quoted-in-mid-with-signature",
     "Hello,\n\n> a\n\nyes\n\nBest regards\nJane\n\n> b\n\nno\n",
     "Hello,\n\nyes\n\nno", ""),
    ("caution-multi",
     "*** CAUTION: External email. ***\n\n-----\n\nIt is done.\n",
     "It is done.", ""),
    ("caution-box",
     "| CAUTION: This message was sent from outside the organisation. Please do not click links. "
     "|\n\nIt is done.",
     "It is done.", ""),
    ("zendesk-en",
     "It is done.\n\n## Reply above this line ##\n\nYour ticket",
     "It is done.", ""),
    ("jira",
     "It is done.\n\n———-—\nReply above this line.\n\nJane commented:\n\nfoo",
     "It is done.", ""),
    ("freshdesk-on",
     "It is done.\n\nOn Mon, 1 Mar at 10:00 AM , Council Support <c@council.example> wrote:\nHello\n",
     "It is done.", ""),
    ("basecamp",
     "It is done.\n\n==== Reply above this line ====\nfoo",
     "It is done.", ""),
    ("reply-marker-fold-quote",
     "It is done.\n\n> Please write your reply above this\n> line\n> foo\n",
     "It is done.", ""),
    ("our-marker-case",
     "It is done.\n\n*PLEASE WRITE YOUR REPLY ABOVE THIS LINE*\n\nfoo",
     "It is done.", ""),
    ("dkim-footer",
     "It is done.\n\n--\nTo unsubscribe, e-mail: x-unsubscribe@lists.example\nFor additional "
     "commands, e-mail: x-help@lists.example\n",
     "It is done.", ""),
    ("apache-footer",
     "It is done.\n\n---------------------------------------------------------------------\n"
     "To unsubscribe, e-mail: x-unsubscribe@lists.example\nFor additional commands, e-mail: "
     "x-help@lists.example\n",
     "It is done.", ""),
    ("sf-footer",
     "It is done.\n\n------------------------------------------------------------------------------\n"
     "Check out the vibrant tech community on one of the world's most engaging tech sites!\n"
     "_______________________________________________\nList mailing list\nList@lists.example\n"
     "https://lists.example/lists/listinfo/list\n",
     "It is done.", ""),
    ("yahoo-groups-footer",
     "It is done.\n\n\n------------------------------------\n\nYahoo! Groups Links\n\n<*> To "
     "visit your group on the web, go to:\n    http://groups.yahoo.com/group/x/\n",
     "It is done.", ""),
    ("trailing-sep",
     "It is done.\n\n-----\n\nOn 1 Mar 2027 10:00, Contract wrote:\n> x\n",
     "It is done.", ""),
    ("nested-no-attr",
     "It is done.\n> > a\n> b\n",
     "It is done.", ""),
    ("original-after-sig",
     "It is done.\n\nJane Evans | Manager\nOakfield\n\n-----Original Message-----\nFrom: C <c@council.exam"
     "ple> \nSent: Monday\nTo: J\nSubject: X\n\nfoo",
     "It is done.", "Jane Evans"),
    ("evans-jane",
     "It is done.\n\nEvans, Jane\nManager\nPhone 01632 960001\n",
     "It is done.", "Evans, Jane"),
    ("regards-lower",
     "It is done.\n\nregards\njane evans\nmanager oakfield\n",
     "It is done.", ""),
    ("two-sigs",
     "It is done.\n\nKind regards\nJane\n\n--\nJane Evans\nT 01632\n",
     "It is done.", ""),
    ("json-code",
     "Try:\n\n>>> x = 1\n>>> print(x)\n\nDone.",
     "Try:\n\nDone.", ""),
    ("contact-form",
     "From: Jane Doe\nEmail: jane@mail.test\nSubject: Missed visit\nPhone: 01632 960001\n\nMessage "
     "Body:\nNobody came.\n\n--\nThis e-mail was sent from a contact form on Oakfield (https://provider.ex"
     "ample)\n",
     "From: Jane Doe\nEmail: jane@mail.test\nSubject: Missed visit\nPhone: 01632 960001\n\nMessage "
     "Body:\nNobody came.", ""),
)  # fmt: skip

PROSE = (
    ("markdown-hr", "",
     "First part of the text.\n\n---\n\nSecond part of the text, which is a full sentence and "
     "goes on for a while so that nobody takes it for a name."),
    ("wrote-prose", "",
     "Hi,\n\nyesterday you wrote:\n\"we will call\".\nNobody called."),
    ("sent-prose", "",
     "Sent: two letters, one form.\nFrom: me\n\nBye"),
    ("cheers-name", "",
     "Works for me.\n\nCheers,\nJane"),
    ("name-only", "Jane Evans",
     "Works for me.\n\nJane"),
    ("colon-list", "",
     "We need:\nA: the log\nB: the rota\nC: the plan"),
    ("from-word-list", "",
     "From: Oakfield\nTo: Hospital\nSubject to approval: yes"),
    ("bare-link-gt", "",
     "See <https://www.provider.example/a/very/long/address/that/is/folded?x=1\n>for the form.\n\nJane"),
    ("confid-top", "",
     "CONFIDENTIAL\n\nPlease treat this as confidential. The family must not know who reported it."),
    ("notice-prose", "",
     "Notice: the home will close on Monday. All residents must be moved by then.\n\nPlease act."),
    ("caution-prose", "",
     "Caution: the dog bites. Please tell the carers before they ring.\n\nThe family"),
    ("attention-prose", "",
     "Attention: this is urgent, the sender of the parcel is unknown to the residents.\n\nThe family"),
    ("letop-prose", "",
     "Let op: de zuster komt vaak te laat."),
    ("officer-note", "",
     "Eligible\n\nAllocated to Sam. The family was told by phone on 01632 960001."),
    ("name-in-list", "Rita Lowe",
     "Allocated:\n\nSam Morgan\nJane Evans, 01632 960001\nfrom Monday"),
    ("desk", "",
     "Here is another email\n\nSent from my desk, is much easier then my mobile phone."),
    ("kind-regards-mid", "",
     "Please pass on my kind regards to the team.\n\nIt is done."),
    ("long-sentence-after-closing", "",
     "It is done.\n\nRegards\n\nI also wanted to say that the family will be away next week "
     "and that nobody can open the door in the meantime, sorry."),
    ("reply-with-table", "",
     "Visits:\n\n| Day | Kept |\n|-----|------|\n| Mon | 3 |"),
    ("date-header-prose", "",
     "Date: Monday 3 May, Time: 10:00, Subject: visit\nNobody came."),
    ("subject-to-from-prose", "",
     "Subject: missed visits\nFrom: 1 March\nTo: 5 March\n\nNobody came on these days."),
)  # fmt: skip

HTML = (
    ("html-table-heads",
     "<p>Fine.</p><table><tr><td><b>From:</b></td><td>Contract &lt;c@council.example&gt;</td></tr><tr><td>"
     "<b>To:</b></td><td>Jane</td></tr><tr><td><b>Date:</b></td><td>01/03/2027 10:00</td></tr><tr><td><b>S"
     "ubject:</b></td><td>Concern</td></tr></table><p>hello</p>",
     "Fine."),
    ("html-divs-on",
     "<div>Fine.</div><div>On Mon, 1 Mar 2027 at 10:00, Contract &lt;<a href='mailto:c@council.example'>c@"
     "council.example</a>&gt; wrote:</div><div>hello</div>",
     "Fine."),
    ("html-br",
     "Line one<br>Line two<br><br>Line three",
     "Line one Line two Line three"),
    ("html-pre",
     "<pre>Line one\nLine two\n&gt; quoted line\n&gt; quoted more\n&gt; again\nafter</pre>",
     "Line one Line two after"),
    ("html-outlook-p",
     "<p class=MsoNormal>Fine.</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal><b>From:</b> "
     "C &lt;c@council.example&gt;<br><b>Sent:</b> Monday, 1 March 2027<br><b>To:</b> J<br><b>Subject:</b> "
     "X</p><p class=MsoNormal>hello</p>",
     "Fine."),
)  # fmt: skip


@pytest.mark.parametrize("line", MOBILES)
def test_a_line_of_a_telephone_is_signature(line: str) -> None:
    """In whatever language a device or a program praises itself, that is no word of the writer."""
    reply = split_text(f"It is done.\n\n{line}\n")
    assert reply.new == "It is done."
    assert reply.signature


@pytest.mark.parametrize(("text", "words", "writer"), [shape[1:] for shape in SHAPES], ids=[s[0] for s in SHAPES])
def test_the_words_of_the_writer_are_found(text: str, words: str, writer: str) -> None:
    """Headers, attributions, markers, footers and signatures in the forms that programs and gateways give them."""
    assert split_text(text, writer).new.split() == words.split()


@pytest.mark.parametrize(("writer", "text"), [shape[1:] for shape in PROSE], ids=[s[0] for s in PROSE])
def test_prose_is_not_cut(writer: str, text: str) -> None:
    """Words that only resemble a quote, a signature or a banner are the writer's."""
    assert split_text(text, writer).new == text


@pytest.mark.parametrize(("html", "words"), [shape[1:] for shape in HTML], ids=[s[0] for s in HTML])
def test_html_without_names_is_read_by_its_words(html: str, words: str) -> None:
    """Where no class or id names the quote, the text made from the HTML is split as any other."""
    assert split_text(to_text(f"<html><body>{html}</body></html>")).new.split() == words.split()
