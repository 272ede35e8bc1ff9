"""The words of delivery reports, of failures and of delays, as mail servers write them in many languages.

In: nothing.
Out: tables of casefolded words for the dsn modules.
Fails: never.
Limits: all casefolded (so "ss" for a sharp s). English, Welsh, French, German, Spanish, Italian, Dutch, Polish,
Portuguese, Swedish, Danish, Norwegian, Finnish, Czech, Turkish, Russian, Japanese, Chinese, Korean; no word of any
procedure.
"""

from __future__ import annotations

# --- Senders ------------------------------------------------------------------------------------------------

# The part before "@" of a mail system's own address; it may go on with digits, dots or dashes.
DAEMON_LOCALS = (
    "mailer-daemon", "mailerdaemon", "mailer_daemon", "mail-daemon", "mail.daemon", "maildaemon", "mdaemon",
    "microsoftexchange", "postmaster", "post_master", "post-master", "mailsystem", "mail-system", "mail_system",
    "mailadmin", "mail-admin", "mailadministrator", "system_administrator", "systemadministrator",
    "exchange-administrator", "bounces+", "bounce-", "bounce+", "bounce@", "bounces@", "bounces-", "ndr@", "dsn@",
    "nondelivery", "non-delivery", "mta@", "smtpd@", "mmdf@", "uucp@", "daemon@", "mail_delivery", "mail-delivery",
    "maildelivery", "delivery@", "mail_router", "mailrouter", "mail-router", "mailmaster", "smtp-gateway",
    "smtpgateway", "virusalert@", "virus-alert@", "antivirus@", "mailguard", "mailscanner@", "mailsweeper", "imss@",
    "viruswall", "mxadmin", "listmaster-bounce",
)  # fmt: skip
# Roles that systems write as, and people too.
ROLE_LOCALS = (
    "admin", "root", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "system", "sysadmin", "sysop",
    "notification", "notify", "exchange", "mailserver", "mail-server", "server", "smtp", "gateway", "antispam",
    "anti-spam", "spam", "listserv", "majordomo", "mailman", "complaints", "imap", "mx", "relay", "mail", "email",
    "webmail", "hostmaster", "support", "helpdesk", "abuse", "info",
)  # fmt: skip
# The name that a mail system goes by, whatever its address.
DAEMON_NAMES = (
    "mail delivery", "mailer-daemon", "mailer daemon", "mail daemon", "mail deliver", "mail system", "mailsystem",
    "delivery subsystem", "delivery system", "delivery service", "system administrator", "mail administrator",
    "mail admin", "postmaster", "internet mail", "mail service", "smtp gateway", "interscan", "bounce", "non-delivery",
    "delivery status", "delivery notification", "delivery report", "mailmarshal", "surfcontrol", "microsoft exchange",
    "microsoft outlook", "mail gateway", "mail transfer", "mail transport", "mail router", "email gateway", "virus",
    "systemadministrator", "administrateur système", "administrador del sistema", "administrador do sistema",
    "amministratore di sistema", "systeembeheerder", "systemadministratør", "systemadministratör",
    "administrator systemu", "správce systému", "sistem yöneticisi", "системный администратор", "システム管理者",
    "系统管理员", "系統管理員", "시스템 관리자", "邮件系统", "邮局管理员", "sistema de correo",
    "service de messagerie",
)  # fmt: skip
# Programs in which people write; a mail system has none of them.
PEOPLES_PROGRAMS = (
    "thunderbird", "mutt", "apple mail", "iphone mail", "ipad mail", "microsoft outlook", "outlook express",
    "evolution", "kmail", "gnus", "the bat", "eudora", "pine", "claws", "sylpheed", "roundcube", "squirrelmail",
    "horde", "windows live mail", "windows mail", "nine", "k-9", "fairemail", "mailspring", "emclient", "em client",
    "postbox", "seamonkey", "opera mail", "open-xchange", "zimbra", "sogo", "vivaldi", "aol webmail", "yahoomail",
    "wanderlust", "mew", "becky", "shuriken", "foxmail", "incredimail", "pegasus", "netscape", "mozilla", "elm",
)  # fmt: skip

# Words of somebody who speaks; the reports that say "I" too (qmail, Postfix) are known by their first line.
SPEAKER_WORDS = (
    "i'm", "i've", "i'll", "me", "my", "mine", "je", "j'ai", "ich", "mein", "meine", "meinen", "yo", "io", "mio", "ik",
    "mijn", "meu", "minha", "jag", "jeg", "я", "мой",
)  # fmt: skip
# "I" in small letters is "in" or "and" in other languages: it counts before a verb only.
SPEAKERS_VERBS = (
    "am", "was", "have", "had", "do", "did", "don't", "didn't", "can", "can't", "could", "will", "would", "want",
    "keep", "get", "got", "sent", "send", "tried", "try", "think", "believe", "need", "wonder", "just", "also", "still",
)  # fmt: skip
# No word that means something else where reports are written: Mon is a day, min a minute, mit and mes are no "my" in
# German and Spanish, eu a region of servers.
PERSONAL_WORDS = (
    *SPEAKER_WORDS, "we", "we've", "our", "dear", "hi", "hello", "hallo", "regards", "thanks", "thank you", "cheers",
    "bonjour", "cordialement", "merci", "nous", "notre", "wir", "unser", "unsere", "grüsse", "guten tag", "hola",
    "saludos", "gracias", "nosotros", "nuestro", "ciao", "salve", "saluti", "grazie", "noi", "nostro", "wij", "onze",
    "groeten", "bedankt", "nosso", "obrigado", "abraços", "vår", "hej", "tack", "vores", "tak", "hilsen", "nasz",
    "pozdrawiam", "мы", "наш", "спасибо",
)  # fmt: skip

# --- Subjects -----------------------------------------------------------------------------------------------

# A mail system's subject begins so.
BOUNCE_SUBJECTS = (
    "undeliver", "undelivered", "delivery status", "delivery failure", "delivery failed", "delivery error",
    "delivery notification", "delivery report", "delivery problem", "delivery incomplete", "delivery has failed",
    "delivery to", "failure notice", "failure delivery", "failure notification", "failed delivery", "failed mail",
    "failed to deliver", "failed:", "failure:", "failure to deliver", "mail delivery", "mail failure", "mail failed",
    "mail could not", "mail not delivered", "mail system error", "mail returned", "mail rejected", "mail bounced",
    "mail error", "email delivery", "e-mail delivery", "email not delivered", "email undeliverable", "error mail",
    "error sending", "error in mail", "error delivering", "returned mail", "returned email", "returned e-mail",
    "returned to sender", "returned message", "return mail", "returning", "message could not", "message not delivered",
    "message undeliverable", "message delivery", "message status", "message rejected", "message blocked",
    "message was not", "message returned", "message from interscan", "non delivery", "non-delivery", "nondelivery",
    "nondeliverable", "non deliverable", "non-deliverable", "not delivered", "ndn", "ndr", "rejected", "rejection",
    "unable to deliver", "unable to send", "could not deliver", "could not send", "couldn't deliver", "can't deliver",
    "cannot deliver", "there was an error sending", "problem delivering", "problems delivering", "your message to",
    "your mail to", "your email to", "unknown user", "user unknown", "invalid recipient", "recipient unknown",
    "warning: could not send", "warning: message", "warning - delayed", "bounce", "bounced", "automatically rejected",
    "mailbox full", "mailbox over quota", "quota exceeded", "address not found", "address change", "smtp delivery",
    "postmaster notify", "postmaster warning", "permanent delivery failure", "permanent failure", "transient",
    "sorry, your message", "system error", "service message", "notification d'échec", "considered unsolicited",
    "unzustellbar", "nicht zustellbar", "zustellung fehlgeschlagen", "zustellfehler", "zustellungsfehler",
    "fehlgeschlagen", "unzustellbare", "nachricht nicht zugestellt", "mail konnte nicht", "fehler bei der zustellung",
    "benachrichtigung zum übermittlungsstatus", "übermittlungsfehler", "rückläufer", "zurückgewiesen", "non remis",
    "non distribu", "échec de la remise", "échec de remise", "échec de distribution", "échec de livraison",
    "échec d'envoi", "notification d'état de remise", "message non délivr", "courrier non", "no se puede entregar",
    "no entregado", "no entregable", "no se ha podido", "error de entrega", "error en la entrega",
    "fallo en la entrega", "falló la entrega", "notificación de estado", "mensaje no entregado", "correo devuelto",
    "impossibile recapitare", "non recapitabile", "mancata consegna", "mancato recapito", "errore di consegna",
    "messaggio non", "avviso di mancata", "notifica di mancata", "notifica stato consegna", "notifica dello stato",
    "onbestelbaar", "niet-bestelbaar", "niet te bezorgen", "niet afgeleverd", "bezorging mislukt",
    "aflevering mislukt", "niedostarczal", "nie można dostarczyć", "nie dostarczono", "zwrot", "błąd doręczenia",
    "não é possível entregar", "não entregue", "não foi possível", "falha na entrega", "falha de entrega",
    "mensagem não", "erro na entrega", "notificação de falha", "kan inte levereras", "ej levererat", "olevererbart",
    "det gick inte att leverera", "kan ikke leveres", "levering mislykket", "ikke leveret", "ikke levert",
    "kunne ikke leveres", "methu anfon", "viestiä ei voi", "toimitus epäonnistui", "nedoručiteln", "nedoručen",
    "nelze doručit", "teslim edilemedi", "teslim edilemeyen", "iletilemedi", "не удалось доставить",
    "невозможно доставить", "недоставлен", "недоставл", "сообщение не доставлено", "отчет о недоставке", "配信不能",
    "配信エラー", "配信失敗", "配信できません", "配信状況", "送信エラー", "送信できません", "未配信", "配送不能",
    "メール配信に失敗", "メッセージを配信できません", "ステータス通知", "エラーメール", "退信", "系统退信",
    "邮件发送失败", "投递失败", "投遞失敗", "无法投递", "無法傳送", "无法送达", "未送达", "未傳達", "无法传递", "退回",
    "無法傳遞", "배달 할 수", "배달할 수", "배달 실패", "전송 실패", "발송 실패", "반송",
)  # fmt: skip
DELAY_SUBJECTS = (
    "delayed", "delivery delayed", "warning: message", "warning: could not send message for past", "delay",
    "still being retried", "deferred", "verzöger", "retardé", "remise différée", "vertraagd", "försenad", "forsinket",
    "in ritardo", "ritardat", "opóźnion", "atrasad", "retrasad", "задерж", "配信遅延", "延迟", "延遲", "지연",
)  # fmt: skip

# --- What a report says -------------------------------------------------------------------------------------

# The openings by which dialects are known: the first lines of a report begin so. Beside the words, the system.
GENERIC = "a gateway"  # words that several systems write, and people may
OPENINGS: tuple[tuple[str, str], ...] = (
    ("this is the mail system at host", "Postfix"), ("this is the postfix program at host", "Postfix"),
    ("i'm sorry to have to inform you that", "Postfix"), ("the original message was received at", "Sendmail"),
    ("----- the following addresses", "Sendmail"), ("----- transcript of session follows", "Sendmail"),
    ("** this is a warning message only", "Sendmail"), ("this message was created automatically by", "Exim"),
    ("a message that you sent could not be delivered", "Exim"), ("a message that you sent has not yet been", "Exim"),
    ("hi. this is the qmail", "qmail"), ("hi. this is the", "a gateway"), ("hi. the mta program at", "qmail"),
    ("hi! this is the mailer-daemon", "OpenSMTPD"), ("this is the mail delivery agent at", "qmail"),
    ("i'm afraid i wasn't able to deliver", "qmail"), ("sorry, we were unable to deliver", "Yahoo"),
    ("we're sorry. there's a problem", "qmail"), ("unfortunately, your mail was not delivered", "qmail"),
    ("this is a delivery status notification", "Courier"), ("this is an automatically generated delivery", "Exchange"),
    ("undeliverable mail", "a gateway"), ("your message to the following recipients", "Courier"),
    ("your message did not reach some", "Exchange"), ("delivery has failed to these recipients", "Exchange"),
    ("your message wasn't delivered", "a gateway"), ("your message couldn't be delivered", "a gateway"),
    ("your message to ", "a gateway"), ("the following recipient(s) could not be reached", "Exchange"),
    ("couldn't deliver the message to the following", "Exchange"), ("delivery is delayed to these", "Exchange"),
    ("the e-mail system was unable to deliver", "Exchange"),
    ("could not deliver message to the following", "a gateway"),
    ("the message that you sent was undeliverable", "GroupWise"), ("message-id:", "a gateway"),
    ("delivery to the following recipient", "Gmail"), ("** address not found **", "Gmail"),
    ("** message ", "Gmail"), ("** delivery incomplete", "Gmail"), ("address not found", "a gateway"),
    ("message blocked", "a gateway"), ("message not delivered", "a gateway"), ("delivery incomplete", "Gmail"),
    ("recipient inbox full", "Gmail"), ("message too large", "a gateway"),
    ("this report relates to a message you sent", "Sun Messaging Server"),
    ("this message was undeliverable", "a gateway"), ("the following message could not be delivered", "a gateway"),
    ("the following addresses did not receive", "MDaemon"), ("the following message had attachment", "MDaemon"),
    ("failed to deliver to", "a gateway"), ("failed to route to address", "CommuniGate Pro"),
    ("message delivery to", "a gateway"), ("unable to deliver message to", "a gateway"),
    ("a message could not be delivered to", "a gateway"), ("your message could not be", "a gateway"),
    ("your message cannot be delivered", "a gateway"), ("your mail message to the following", "AOL"),
    ("the mail you sent to the following recipients", "a gateway"), ("message from ", "a gateway"),
    ("here is your list of failed recipients", "a gateway"), ("this is the machine generated message", "a gateway"),
    ("we had trouble delivering your message", "a gateway"),
    ("your message has encountered delivery problems", "a gateway"), ("this is the deliver program at", "EYOU"),
    ("this is the email server at", "qmail"), ("the email below could not be delivered", "IIS"),
    ("this is an advisory-only email", "Exchange"), ("your mail sent on:", "KDDI"),
    ("your mail attempted to be delivered on:", "KDDI"), ("the user(s) account", "EZweb"),
    ("each of the following recipients was rejected", "EZweb"), ("unable to deliver", "a gateway"),
    ("undeliverable to", "a gateway"), ("user mailbox exceeds", "IMail"), ("unknown user:", "a gateway"),
    ("delivery failed", "a gateway"), ("------- failure reasons", "Lotus Notes"), ("could not deliver", "a gateway"),
    ("mail delivery failed", "a gateway"), ("failed to deliver", "a gateway"), ("the following address", "a gateway"),
    ("your email to", "a gateway"), ("an error occurred while", "a gateway"), ("a message sent by you", "a gateway"),
    ("delivery failure", "a gateway"), ("your original message", "a gateway"), ("the attached message", "a gateway"),
    ("permission denied", "a gateway"), ("sorry, unable to deliver your message", "EarthLink"),
    ("message could not be delivered", "a gateway"), ("returned mail", "a gateway"), ("error: ", "a gateway"),
    ("your e-mail message was not delivered", "a gateway"), ("this is an informative message sent by", "AXIGEN"),
    ("this is an automatic message", "a gateway"), ("übermittlung an folgende", "Exchange"),
    ("fehler bei der nachrichtenzustellung", "Exchange"), ("diese nachricht wurde automatisch", "Exim"),
    ("ihre nachricht", "a gateway"), ("die zustellung", "a gateway"), ("échec de la remise", "Exchange"),
    ("votre message", "a gateway"), ("ce message a été créé", "Exim"), ("no se pudo entregar", "Exchange"),
    ("error de entrega", "a gateway"), ("su mensaje", "a gateway"), ("impossibile recapitare", "Exchange"),
    ("il messaggio", "a gateway"), ("kan het bericht niet", "Exchange"), ("uw bericht", "a gateway"),
    ("nie można dostarczyć", "Exchange"), ("falha na entrega", "Exchange"), ("a sua mensagem", "a gateway"),
    ("sua mensagem", "a gateway"), ("det gick inte att leverera", "Exchange"), ("не удалось доставить", "Exchange"),
    ("メールを配信でき", "a gateway"), ("このメールは", "a gateway"),
)  # fmt: skip

# What only a report says; a mail system that writes one of these reports a failure or a delay.
BOUNCE_PHRASES = (
    "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered",
    "can not be delivered", "wasn't delivered", "was not delivered", "were not delivered", "not been delivered",
    "not be delivered", "delivery has failed", "unable to deliver", "i wasn't able to deliver",
    "permanent fatal errors", "permanent error", "undeliverable", "undelivered", "delivery failed",
    "delivery to the following", "address rejected", "user unknown", "unknown user", "no such user",
    "could not deliver", "couldn't deliver", "cannot deliver", "has been returned", "did not reach",
    "failed permanently", "fatal error", "delivery errors", "delivery problems", "failed to deliver",
    "failed addresses", "failed recipient", "failing address", "returned to you", "returned to sender", "is returned",
    "could not be sent", "could not be reached", "could not be forwarded", "error while delivering", "delivery error",
    "trouble delivering", "problem delivering", "did not receive", "automatically rejected", "was rejected",
    "has been rejected", "been rejected", "was refused", "not accepted", "not deliver", "non-deliverable",
    "mailbox is full", "mailbox full", "over quota", "quota exceeded", "exceeded its quota", "recipient unknown",
    "transcript of session", "session transcript", "diagnostic-code", "permanent failure", "permanently failed",
    "mailbox unavailable", "invalid recipient", "unknown recipient", "does not exist", "doesn't exist", "not found",
    "konnte nicht zugestellt", "nicht zugestellt", "nicht übermittelt", "fehlgeschlagen", "n'a pas pu être",
    "n'a pu être", "pas été remis", "échec", "no se pudo entregar", "no pudo ser entregad", "no ha podido",
    "no se ha podido", "non è stato possibile", "non consegnat", "impossibile recapitare", "non può essere",
    "niet worden bezorgd", "niet bezorgd", "niet afgeleverd", "niet worden afgeleverd", "nie może zostać",
    "nie została", "nie można dostarczyć", "não pôde ser", "não foi possível", "não foi entregue",
    "kunde inte levereras", "kunne ikke leveres", "ei voitu toimittaa", "nebylo možné", "nelze doručit",
    "nebyla doručena", "teslim edilemedi", "iletilemedi", "не удалось", "не может быть", "не было доставлено",
    "не доставлен", "невозможно", "配信できません", "送信できません", "配信に失敗", "送信に失敗", "届けることができ",
    "配信することができ", "届きません", "見つかりません", "无法投递", "无法发送", "无法送达", "投递失败", "发送失败",
    "被退回", "退信", "無法傳送", "無法傳遞", "不存在", "未能发送", "未能送达", "전달할 수 없", "전달되지", "배달되지",
    "배달할 수", "실패",
)  # fmt: skip

# What says that the server keeps trying; the second table says that it has given up, whatever was late before.
SURE_DELAY_PHRASES = (
    "will continue to try", "will keep trying", "will be retried", "has not yet been delivered",
    "not yet been delivered", "delivery attempts will continue", "continue to be made", "delivery is delayed",
    "still being retried", "you do not need to resend", "don't need to resend", "do not need to take any action",
    "no action is required on your part", "warning message only", "this is just a warning", "this is only a warning",
    "will try again", "will be attempted again", "attempts to deliver the message will continue", "advisory-only",
    "has been postponed", "is still in the queue", "we'll keep trying", "delivery will continue", "will retry for",
    "will be tried again", "hasn't been delivered yet", "has not been delivered yet", "have not yet been delivered",
    "could not yet be", "weiterhin versuch", "weitere zustellversuche", "continuera d'essayer", "seguirá intentando",
    "continuerà a provare", "blijft proberen", "continuará a tentar", "continuará tentando", "再送を試み",
    "引き続き配信を", "继续尝试", "будут продолжены",
)  # fmt: skip
DELAY_PHRASES = (
    *SURE_DELAY_PHRASES, "temporary problem delivering", "continue trying", "keep trying", "trying to deliver",
    "has been delayed", "delivery delayed", "will retry", "your message is delayed", "verzögert", "retardé",
    "se ha retrasado", "ritardat", "vertraagd", "opóźnion", "försenad", "forsinket", "延迟", "задерж",
)  # fmt: skip
GIVEN_UP_PHRASES = (
    "given up", "not continue", "not be retried", "no longer be", "giving up", "gave up", "will not be retried",
    "no further", "will not be attempted", "has failed", "permanent error", "permanent fatal", "permanent failure",
    "failed permanently", "permanently", "could not be delivered within", "stopped trying", "will not try again",
    "won't try again", "i've given up", "the following address(es) failed", "aufgegeben", "abandonné", "did not reach",
    "has been removed", "was returned", "cannot be delivered", "wird nicht erneut", "versucht nicht", "definitiv",
    "no se volverá",
)  # fmt: skip

# A mail that waits for its sender's word is not lost.
CHALLENGE_PHRASES = (
    "to confirm it", "please confirm", "confirm your message", "confirm that you", "verify that you",
    "verify your email", "confirmation is required", "awaiting your confirmation", "prove that you",
    "challenge-response", "complete the verification", "held until you", "release your message", "release it by",
)  # fmt: skip

# --- Where the recipients stand -----------------------------------------------------------------------------

# A line (or two) with these words announces the recipients on the lines below.
LIST_OPENERS = (
    "following address", "following recipient", "following user", "following destination", "following person",
    "following e-mail address", "following email address", "following mailbox", "following: ", "to these recipients",
    "these recipients or", "failed addresses follow", "failed recipients", "list of failed", "failing address",
    "addresses had", "addresses failed", "address(es) failed", "address failed", "was not delivered to:",
    "recipients were affected", "wasn't delivered to", "not delivered to", "could not be delivered to",
    "couldn't be delivered to", "undeliverable to", "cannot be delivered to", "could not be reached",
    "unable to deliver message to", "unable to deliver your message to", "did not reach", "recipients of this message",
    "did not receive a copy", "delivered to the following", "not yet been delivered is", "have not yet been delivered",
    "recipients or distribution", "to one or more of its recipients", "intended recipients", "undeliverable addresses",
    "invalid addresses", "unknown users", "unknown recipients", "permanent fatal errors", "transient non-fatal errors",
    "delivery errors", "failure reasons", "was not delivered to", "folgende empfänger", "folgenden empfänger",
    "folgende adresse", "folgenden adresse", "an die folgende", "destinataires suivants", "destinataire suivant",
    "adresses suivantes", "adresse suivante", "à ces destinataires", "siguientes destinatarios",
    "siguiente destinatario", "siguientes direcciones", "estos destinatarios", "dirección siguiente",
    "siguiente dirección", "seguenti destinatari", "seguente destinatario", "ai seguenti", "seguenti indirizzi",
    "seguente indirizzo", "volgende geadresseerde", "volgende ontvanger", "volgende adres", "deze geadresseerden",
    "następujących adresat", "następujących odbiorc", "następującego adres", "następujące adresy",
    "destinatários a seguir", "seguintes destinatários", "seguinte destinatário", "estes destinatários",
    "seguintes endereços", "följande mottagare", "följande adress", "følgende modtager", "følgende mottaker",
    "følgende adresse", "seuraaville", "následujícím příjemc", "následující adres", "aşağıdaki alıcı",
    "aşağıdaki adres", "следующим получател", "следующим адрес", "следующему адрес", "следующих получател",
    "следующие адрес", "次の受信者", "次の宛先", "以下の宛先", "以下のメールアドレス", "下記の", "以下のアドレス",
    "以下の受信者", "以下收件人", "下列收件人", "以下地址", "下列地址", "以下收件", "下列收件", "다음 받는",
    "다음 수신자", "다음 받는 사람",
)  # fmt: skip
# A line with these words names a server, a sender or a help desk, not a failed recipient.
NOT_RECIPIENT_WORDS = (
    "remote-mta:", "reporting-mta", "generating server", "receiving server", "message-id", "message id", "return-path",
    "from:", "mail from", "sender:", "original sender", "reply-to:", "contact", "please send", "please reply",
    "send mail to <postmaster>", "assistance", "for help", "for further", "if you", "support@", "abuse@", "complain",
    "helpdesk", "server at", "arrival-date", "received-from-mta", "dsn-gateway", "http://", "https://", "received:",
    "queue", "kontakt", "bitte wenden", "contactez", "póngase", "envoyez", "mts-id", "msgid", "from <", "to report",
    "whitelist", "unblock", "original-envelope-id", "in-reply-to", "references:", "e-mail us", "call ",
    "postmaster for",
)  # fmt: skip

# --- The returned letter ------------------------------------------------------------------------------------

# A line that begins so (without its rules) stands above the returned letter.
LETTER_STARTS = (
    "this is a copy of", "below this line is a copy", "below the next line is a copy", "original message headers",
    "original message follows", "original message attached", "original mail follows", "original mail as follows",
    "the body of the message is", "unsent message follows", "unsent message below", "message text follows",
    "returned message follows", "returned mail follows", "start of returned message", "here is your returned mail",
    "included is a copy of", "possibly truncated original", "undelivered message follows",
    "undelivered message headers", "the text you sent follows", "message header follows", "message headers follow",
    "message contents follow", "your original message follows", "the original message follows below",
    "below is a copy of the original", "below is a copy of your", "content-type: message/rfc822",
    "content-type: text/rfc822-headers", "content-description: undelivered", "en-têtes de message",
    "en-têtes du message", "ursprüngliche nachrichtenkopf", "encabezados de mensajes", "encabezados del mensaje",
    "intestazioni messaggio", "intestazioni originali", "cabeçalhos das mensagens", "cabeçalhos de mensagens",
    "cabeçalhos da mensagem", "cabeçalhos originais", "oorspronkelijke berichtkop", "oryginalne nagłówki",
    "ursprungliga meddelandehuvuden", "oprindelige meddelelses", "исходные заголовки", "元のメッセージ ヘッダー",
    "原始邮件头", "原始邮件标头", "원본 메시지 머리글",
)  # fmt: skip
# As above, but only between rules or before a colon: in a sentence they may mean anything.
LETTER_RULED = (
    "original message", "original mail", "original e-mail", "original email", "the original", "original headers",
    "returned m", "the header", "header of", "the headers", "headers of", "headers follow", "header follows",
    "mail header", "message header", "message follows", "text of your message", "below is a copy", "a copy of",
    "copy of", "your message reads", "the first", "first lines of", "your message follows", "old message",
    "the following is", "end of message", "ursprüngliche nachricht", "originalnachricht", "message d'origine",
    "message original", "mensaje original", "messaggio originale", "mensagem original", "oorspronkelijk bericht",
    "ursprungligt meddelande", "исходное сообщение", "元のメール",
)  # fmt: skip
