"""The words of automatic mail: acknowledgements, receipts, recalls, reactions, invitations, newsletters, monitors.

In: nothing.
Out: tables of casefolded words for auto_reply.py, notices.py, listed.py and signs.py.
Fails: never.
Limits: all casefolded (so "ss" for a sharp s). English, Welsh, French, German, Spanish, Italian, Dutch, Polish,
Portuguese, Swedish, Danish, Norwegian; no word of any procedure.
"""

from __future__ import annotations

# --- Automatic mail -----------------------------------------------------------------------------------------

# A text that says so of itself.
AUTOMATIC_PHRASES = (
    "this is an automated", "this is an automatic", "this is an auto", "automatically generated",
    "generated automatically", "created automatically", "sent automatically", "this message was automatically",
    "this automated", "automated message from", "auto-generated message", "auto-generated email",
    "auto-generated e-mail", "do not reply to this", "don't reply to this", "please do not reply",
    "do not respond to this", "this mailbox is not monitored", "inbox is not monitored", "mailbox is unmonitored",
    "unmonitored mailbox", "system-generated", "system generated", "neges awtomatig hon", "neges awtomatig yw hon",
    "dies ist eine automatische", "dies ist eine automatisch", "automatisch generiert", "automatisch erstellt",
    "automatisch erzeugt", "antworten sie nicht auf diese", "bitte nicht auf diese",
    "ceci est un message automatique", "ceci est une réponse automatique", "message envoyé automatiquement",
    "généré automatiquement", "ne pas répondre à ce", "este es un mensaje automático",
    "mensaje generado automáticamente", "esta es una respuesta automática", "no responda a este",
    "questo è un messaggio automatico", "questa è una risposta automatica", "generato automaticamente",
    "non rispondere a questa", "dit is een automatisch", "automatisch gegenereerd", "to jest automatyczn",
    "wiadomość wygenerowana automatycznie", "wygenerowana automatycznie", "prosimy nie odpowiadać",
    "esta é uma mensagem automática", "esta é uma resposta automática", "gerada automaticamente",
    "detta är ett automatiskt", "detta är ett autosvar", "dette er en automatisk", "dette er et automatisk",
    "tämä on automaattinen", "automaticky generovan", "automatikusan", "mesaj automat", "автоматическое сообщение",
    "автоматичне повідомлення", "自動送信", "自動返信", "自動配信", "自动回复", "自动发送", "自動回覆",
    "자동으로 발송",
)  # fmt: skip

# A person speaks of these; a machine calls itself so.
AUTOMATIC_NAMES = (
    "automated response", "automatic response", "automatic reply", "automated reply", "automated message",
    "auto-reply", "autoreply", "auto-response", "automatic acknowledgement", "automated acknowledgement",
    "automatische antwort", "automatische nachricht", "réponse automatique", "respuesta automática",
    "risposta automatica", "automatisch antwoord", "resposta automática", "autosvar", "automatisk svar",
    "automatyczna odpowiedź", "only notification you will receive",
)  # fmt: skip

# A mail of thanks and receipt says one of these; with a promise beside it, a machine does.
RECEIVED_PHRASES = (
    "we've received your", "has received your", "have received your", "got your email", "got your request",
    "got your message", "have your message", "received your email", "has been received", "have been received",
    "has reached the", "has reached us", "thank you for contacting", "thanks for contacting",
    "thank you for your email", "thank you for your e-mail", "thanks for your email", "thanks for your e-mail",
    "thanks for your mail", "thank you for your mail", "thank you for your enquiry", "thank you for your inquiry",
    "thank you for your request", "thank you for your message", "thanks for your message",
    "thank you for getting in touch", "thank you for emailing", "thanks for reaching out",
    "thank you for reaching out", "thank you for writing to", "acknowledge receipt", "acknowledge that we",
    "acknowledgement mail", "acknowledgement email", "acknowledgement of your", "acknowledgment of your",
    "support request", "request for support", "a ticket has been", "a case has been", "request has been",
    "has been logged", "has been created", "has been opened", "been assigned", "been registered",
    "diolch am eich e-bost", "diolch am eich neges", "diolch am gysylltu", "rydym wedi derbyn", "wir haben ihre",
    "vielen dank für ihre", "danke für ihre", "eingegangen", "nous avons bien reçu", "accusé de réception",
    "accusons réception", "merci de votre message", "merci pour votre message", "hemos recibido su",
    "hemos recibido tu", "gracias por", "abbiamo ricevuto", "grazie per", "wij hebben uw", "we hebben uw",
    "bedankt voor", "recebemos a sua", "recebemos o seu", "obrigado por", "obrigado pelo", "vi har tagit emot",
    "tack för", "vi har modtaget", "tak for", "vi har mottatt", "takk for", "otrzymaliśmy", "dziękujemy za",
    "邮件已收到", "来信我已收到", "已收到您的", "お問い合わせありがとう", "受け付けました", "получили ваше",
    "ваше обращение", "your email has been", "your e-mail has been", "your message has been", "your enquiry has been",
    "your inquiry has been", "confirms receipt", "confirm receipt of", "has now been opened", "has now been logged",
    "eingang ihrer", "hiermit den eingang",
)  # fmt: skip
# In front of such words, or instead of the subject that is answered, programs write these.
RECEIVED_SUBJECTS = (
    "thank you for contacting", "thank you for your", "thanks for contacting", "thanks for your", "request received",
    "ticket received", "ticket created", "enquiry received", "we have received", "we've received", "your request",
    "your enquiry", "your email", "your e-mail", "your message", "acknowledgement", "acknowledgment",
    "confirmation of receipt", "receipt of your", "case #", "case received", "new ticket", "ticket #", "ihre anfrage",
    "ihre e-mail", "ihre nachricht", "eingangsbestätigung", "empfangsbestätigung", "accusé de réception",
    "votre demande", "votre message", "hemos recibido", "su consulta", "acuse de recibo", "abbiamo ricevuto",
    "conferma di ricezione", "uw bericht", "ontvangstbevestiging", "potwierdzenie", "mottagningsbevis",
)  # fmt: skip
PROMISE_PHRASES = (
    "support staff", "support team", "support representative", "a representative", "a technician", "one of our",
    "member of our team", "member of the team", "someone will", "someone from", "will be in touch",
    "will contact you", "with you shortly", "as soon as possible", "we're on it", "being reviewed",
    "will be reviewed", "will be answered", "will be dealt with", "be processed", "be forwarded to", "ticket id",
    "ticket #", "ticket number", "case number", "your reference is", "reference number", "with id", "on your behalf",
    "view request", "view this ticket", "additional comments, reply", "additional information, please reply",
    "aim to respond", "aim to reply", "endeavour to", "working days", "business days", "within 24 hours",
    "within 48 hours", "will respond within", "respond to all", "high volume of", "is monitored", "office hours are",
    "opening hours", "out of hours", "monday to friday", "call 999", "call 911", "signing up", "diwrnod gwaith",
    "schnellstmöglich", "so schnell wie möglich", "werktage", "ticketnummer", "bearbeitet",
    "dans les meilleurs délais", "votre demande", "lo antes posible", "su solicitud", "il prima possibile",
    "la sua richiesta", "zo spoedig mogelijk", "werkdagen", "uw aanvraag", "o mais breve possível",
    "så snart som möjligt", "hurtigst muligt", "så snart vi kan", "zgłoszenie", "尽快回复", "ご連絡いたします",
    "в ближайшее время", "support ticket", "you will be notified", "details of your ticket", "business day",
    "typically reply", "in kürze bei ihnen", "will get back to you", "reviewing your",
)  # fmt: skip

# The mailbox itself is given up, or its owner has gone; the words speak of the address that was written to.
GONE_PHRASES = (
    "mailbox is no longer", "email address is no longer", "e-mail address is no longer",
    "address is no longer in use", "account is no longer", "inbox is no longer", "mailbox has been closed",
    "this mailbox is closed", "email account has been closed", "email address has changed",
    "e-mail address has changed", "changed my email address", "i have left the", "i have now left",
    "i no longer work", "i am no longer with", "i am no longer work", "i'm no longer with",
    "mailbox is not monitored", "email is not monitored", "nid yw'r blwch", "diese e-mail-adresse wird nicht mehr",
    "e-mail-adresse ist nicht mehr", "postfach wird nicht mehr", "nicht mehr für das unternehmen",
    "cette adresse n'est plus", "cette adresse mail n'est plus", "boîte n'est plus", "je ne fais plus partie",
    "esta dirección ya no", "questo indirizzo non è più", "dit e-mailadres is niet meer",
    "dit mailadres wordt niet meer", "no longer checked", "resend to", "bin nicht mehr bei", "ich bin nicht mehr für",
    "nicht mehr tätig", "ne suis plus",
)  # fmt: skip
# With the sender's own name in front they say the same.
LEFT_PHRASES = (
    "no longer works", "no longer work", "no longer with", "no longer employed", "has left", "has now left",
    "is no longer at", "has retired", "nicht mehr bei", "nicht mehr im unternehmen", "ne travaille plus", "a quitté",
    "ya no trabaja", "non lavora più", "werkt niet meer", "is niet meer werkzaam", "não trabalha mais",
    "nie pracuje już", "już nie pracuje", "arbetar inte längre", "har slutat",
)  # fmt: skip

# Followed by one of these, words of the tables above speak of something else than this mail and this mailbox.
ELSEWHERE = {
    "automatically generated": (" the ", " a ", " an ", " our ", " my ", " your ", " his ", " her ", " their "),
    "is not monitored": (" at ", " on ", " over ", " outside", " out of", " after ", " during ", " between ", " 24"),
    "i no longer work": (" there", " on ", " for them"),
}

CHALLENGE_PHRASES = (
    "protecting myself from receiving junk", "protect myself from spam", "click the link below so i can",
    "click the link below to complete", "confirm that you are human", "confirm you are human", "prove you are human",
    "verify that you are a real", "verify your email so", "was waitlisted", "to my guest list",
    "approved sender list", "challenge-response", "message is being held", "is being held until",
    "to complete the verification", "sender verification", "list subscription confirmation",
    "confirm your email address", "confirm your subscription",
)  # fmt: skip

# Words that ask the reader for something: a note that answers by itself asks nothing.
ASKING = (
    "could you", "can you", "would you", "will you please", "please send me", "please send us", "please send the",
    "please let me", "let me know", "please make", "please confirm", "please give me", "please find attached",
    "see attached", "please see below", "please advise", "please review", "please put", "can i ", "can we",
    "could we", "shall we", "should we", "do you ", "i attach", "i have attached", "attached is", "attached are",
    "i would like", "we would like to", "i'd like", "i need", "we need", "i want", "you need to", "können sie",
    "könnten sie", "kannst du", "könntest du", "bitte senden", "bitte schicken", "anbei", "im anhang", "bräuchte",
    "pourriez-vous", "pouvez-vous", "pourrais-tu", "peux-tu", "ci-joint", "podría", "puede usted", "podrías",
    "adjunto", "potrebbe", "può inviar", "puoi ", "in allegato", "kunt u mij", "kun je", "zou u", "bijgaand",
    "czy może", "proszę o przesłanie", "w załączeniu", "poderia", "pode enviar", "em anexo", "kan du", "skulle du",
    "bifogar", "vedhæft", "vedlagt", "allwch chi", "a fyddech", "allech chi", "unsubscribe me", "take me off",
)  # fmt: skip

# What begins like asking and announces.
ANNOUNCING = (
    "would like to acknowledge", "would like to thank", "would like to confirm", "would like to inform",
    "would like to assure", "would like to let you know", "would like to advise",
)  # fmt: skip

# A person greets several people; a machine answers one.
GREETED_MANY = (
    "hi all", "hi both", "hi everyone", "hi team", "hi folks", "hi guys", "hello all", "hello everyone", "hello both",
    "dear all", "dear both", "dear colleagues", "dear team", "dear everyone", "all,", "all -", "team,", "folks,",
    "everyone,", "annwyl bawb", "liebe alle", "hallo zusammen", "liebe kolleg", "liebe kollegen", "bonjour à tous",
    "chers tous", "chers collègues", "hola a todos", "estimados todos", "ciao a tutti", "cari tutti", "beste allen",
    "beste collega", "hej alla", "hej alle", "drodzy", "olá a todos", "caros colegas",
)  # fmt: skip

# --- Lists and newsletters ------------------------------------------------------------------------------------

NEWSLETTER_PHRASES = (
    "view this email in your browser", "view in browser", "view in your browser", "view this email", "view online",
    "unsubscribe", "you are receiving this", "you're receiving this", "you received this email because",
    "update your preferences", "manage your preferences", "email preferences", "no longer wish to receive",
    "im browser anzeigen", "im browser ansehen", "newsletter abbestellen", "abmelden", "dans votre navigateur",
    "se désabonner", "désinscrire", "en su navegador", "en tu navegador", "darse de baja", "nel browser",
    "cancella iscrizione", "disiscri", "in uw browser", "afmelden", "uitschrijven", "cancelar inscrição",
    "w przeglądarce", "wypisać się", "avprenumerera", "afmeld", "avmeld",
)  # fmt: skip

# --- Monitors, filters and other machines of the house -----------------------------------------------------------

SYSTEM_SENDERS = (
    "root", "cron", "anacron", "nagios", "icinga", "zabbix", "logwatch", "logcheck", "monit", "munin", "monitoring",
    "smartd", "fail2ban", "tripwire", "rkhunter", "clamav", "unattended-upgrades", "alertmanager", "prometheus",
    "backup", "backups", "uptime",
)  # fmt: skip
SYSTEM_SUBJECTS = (
    "cron <", "anacron job", "logwatch for", "** problem", "** recovery", "** acknowledgement", "problem:",
    "recovery:", "problem service alert", "[firing", "[resolved", "smart error", "[fail2ban]", "unattended-upgrades",
    "[nagios]", "[icinga]", "zabbix", "security events for", "system events for", "apticron report", "backup report",
    "backup failed", "backup completed", "backup successful", "*** security information",
)  # fmt: skip
QUARANTINE_SUBJECTS = (
    "quarantine summary", "quarantine digest", "quarantine notification", "quarantine report", "quarantine release",
    "spam quarantine", "spam digest", "spam summary", "end user digest", "email digest", "messages on hold",
    "held messages", "you have new held messages", "messages in quarantine", "message in quarantine",
    "quarantäne-benachrichtigung", "quarantänebericht", "spam-quarantäne", "rapport de quarantaine", "digest de spam",
)  # fmt: skip

# --- Receipts, recalls, reactions, calendar -----------------------------------------------------------------

RECEIPT_SUBJECTS = (
    "read:", "not read:", "delivered:", "relayed:", "return receipt", "read receipt", "receipt acknowledged:",
    "gelesen:", "ungelesen:", "übermittelt:", "lu:", "lu :", "non lu:", "non lu :", "remis:", "remis :", "leído:",
    "no leído:", "letto:", "non letto:", "gelezen:", "ongelezen:", "przeczytane:", "lida:", "lido:", "läst:",
    "oläst:", "læst:", "lest:", "luettu:", "přečteno:", "prečítané:", "elolvasva:", "citit:", "прочитано:",
    "прочтено:", "okundu:", "αναγνώστηκε:", "開封済み:", "已读:", "已讀取:", "읽음:", "lesebestätigung",
    "empfangsbestätigung (angezeigt)", "accusé de réception (affiché)", "confirmation de lecture",
    "confirmación de lectura", "conferma di lettura", "ricevuta di ritorno", "leesbevestiging",
    "potwierdzenie przeczytania", "läskvitto", "lesebekreftelse", "darllenwyd:", "message recall success",
    "message recall failure", "message recall report",
)  # fmt: skip
RECEIPT_PHRASES = (
    "was read on", "was read at", "was deleted without being read", "has been delivered to the following recipients",
    "wurde gelesen", "wurde am", "ungelesen gelöscht", "a été lu", "a été supprimé sans avoir été lu", "se leyó",
    "fue leído", "se eliminó sin leer", "è stato letto", "è stata letta", "eliminato senza essere letto",
    "is gelezen", "ongelezen verwijderd", "została przeczytana", "została odczytana", "foi lida", "foi lido",
    "lästes", "har lästs", "blev læst", "ble lest", "darllenwyd", "return receipt for the mail",
    "this is a receipt for the mail", "this is a return receipt", "this receipt verifies",
    "this receipt only acknowledges", "dies ist eine empfangsbestätigung", "dies ist eine lesebestätigung",
    "ceci est un accusé de réception", "este es un acuse de recibo", "questa è una ricevuta",
    "dit is een ontvangstbevestiging", "delivery to these recipients or groups is complete",
    "your message was displayed", "was displayed on",
)  # fmt: skip
RECALL_SUBJECTS = (
    "recall:", "rückruf:", "zurückrufen:", "rappel :", "rappel:", "rappel du message", "recuperar:", "richiamo:",
    "intrekken:", "odwołaj:", "cancelar envio:", "återkalla:", "tilbagekald:", "tilbakekall:", "galw yn ôl:",
)  # fmt: skip
RECALL_PHRASES = (
    "would like to recall the message", "möchte die nachricht", "souhaite rappeler le message",
    "desea recuperar el mensaje", "desidera richiamare il messaggio", "wil het bericht", "chce odwołać wiadomość",
    "gostaria de cancelar", "vill återkalla", "ønsker at tilbagekalde", "ønsker å tilbakekalle", "hoffai alw",
)  # fmt: skip
# Behind a name, at the beginning of the mail.
REACTION_PHRASES = (
    "reacted to your message", "reacted to your email", "reacted via gmail", "liked your message",
    "loved your message", "laughed at your message", "hat auf ihre nachricht reagiert", "hat mit gmail auf",
    "a réagi à votre message", "a réagi via gmail", "ha reaccionado a tu mensaje", "ha reagito al tuo messaggio",
    "heeft gereageerd op uw bericht", "zareagował na twoją wiadomość", "reagiu à sua mensagem",
    "reagerade på ditt meddelande",
)  # fmt: skip
CALENDAR_SUBJECTS = (
    "accepted:", "declined:", "tentative:", "tentatively accepted:", "canceled:", "cancelled:", "new time proposed:",
    "invitation:", "updated invitation:", "zugesagt:", "abgelehnt:", "mit vorbehalt:", "abgesagt:", "accepté :",
    "refusé :", "provisoire :", "annulé :", "aceptada:", "rechazada:", "provisional:", "accettato:", "rifiutato:",
    "geaccepteerd:", "geweigerd:", "zaakceptowano:", "odrzucono:", "aceite:", "recusado:", "accepterat:", "avböjt:",
    "accepteret:", "afvist:", "akseptert:", "avslått:", "derbyniwyd:", "gwrthodwyd:",
)  # fmt: skip
