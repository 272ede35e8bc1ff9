"""The words that mail programs and people put round a mail, in the languages a Welsh and English council meets.

In: nothing.
Out: tables of casefolded words for reply_text.py, classify.py and dsn.py.
Fails: never.
Limits: all casefolded (so "ss" for a sharp s). English, Welsh, French, German, Spanish, Italian, Dutch, Polish,
Portuguese, Swedish, Danish, Norwegian; no word of any procedure.
"""

from __future__ import annotations

# --- Replies ------------------------------------------------------------------------------------------------

HEADER_NAMES = {
    "from": frozenset({"from", "von", "de", "da", "van", "od", "från", "fra", "oddi wrth", "o", "expéditeur",
    "remitente"}),
    "other": frozenset({
        "sent", "date", "to", "cc", "subject", "reply-to", "importance", "attachments",
        "gesendet", "datum", "an", "betreff", "kopie",
        "envoyé", "envoyé le", "à", "objet", "date d'envoi",
        "enviado", "enviado el", "fecha", "para", "asunto",
        "inviato", "data", "a", "oggetto",
        "verzonden", "aan", "onderwerp",
        "wysłano", "wysłane", "do", "dw", "temat",
        "enviada", "enviado em", "assunto",
        "skickat", "till", "ämne", "kopia", "sendt", "dato", "til", "emne", "kopi",
        "anfonwyd", "at", "pwnc", "dyddiad", "i",
    }),
}  # fmt: skip

FORWARD_LINES = frozenset({
    "original message", "forwarded message", "begin forwarded message", "original appointment", "reply message",
    "ursprüngliche nachricht", "originalnachricht", "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht",
    "message d'origine", "message original", "message transféré", "début du message transféré", "courriel original",
    "mensaje original", "mensaje reenviado", "inicio del mensaje reenviado",
    "messaggio originale", "messaggio inoltrato", "inizio messaggio inoltrato",
    "oorspronkelijk bericht", "doorgestuurd bericht", "begin doorgestuurd bericht",
    "wiadomość oryginalna", "oryginalna wiadomość", "wiadomość przekazana",
    "mensagem original", "mensagem encaminhada", "mensagem reencaminhada",
    "ursprungligt meddelande", "originalmeddelande", "vidarebefordrat meddelande", "vidarebefordrat brev",
    "oprindelig meddelelse", "videresendt meddelelse", "opprinnelig melding", "videresendt melding",
    "neges wreiddiol", "neges a anfonwyd ymlaen",
})  # fmt: skip

ATTRIBUTION_STARTS = (
    "on ", "am ", "le ", "el ", "il ", "op ", "em ", "w dniu", "dnia ", "den ", "ar ", "il giorno", "in data", "a ",
    "no dia",
    "pe ", "vào ", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "från:", "på ",
)  # fmt: skip
ATTRIBUTION_VERBS = (
    " wrote", " writes", "schrieb", "a écrit", "escribió", "ha scritto", "scrisse", "schreef",
    "het volgende geschreven",
    "napisał", "pisze", "escreveu", "skrev", "ysgrifennodd", "ysgrifennwyd",
)  # fmt: skip

MOBILE_SIGNATURES = (
    "sent from my ", "sent from outlook", "sent from mail for", "sent from yahoo mail", "sent from samsung",
    "sent via ",
    "sent from the ", "get outlook for", "sent from proton", "sent from gmail mobile", "download outlook for",
    "von meinem ", "gesendet von ", "gesendet mit ", "outlook für ", "diese nachricht wurde von meinem",
    "envoyé de mon ", "envoyé depuis ", "envoyé à partir ", "obtenir outlook", "télécharger outlook",
    "enviado desde ", "obtener outlook", "inviato da ", "ottieni outlook", "scarica outlook",
    "verstuurd vanaf ", "verzonden vanaf ", "verzonden met ", "outlook voor ", "wysłane z ", "wysłano z ",
    "pobierz outlook",
    "enviado do meu ", "enviado a partir ", "obter o outlook", "skickat från ", "skickades från ", "hämta outlook",
    "sendt fra ", "hent outlook", "få outlook", "anfonwyd o ",
)  # fmt: skip

CLOSINGS = frozenset({
    "regards", "kind regards", "best regards", "warm regards", "with kind regards", "many regards",
    "kindest regards", "rgds",
    "best wishes", "with best wishes", "yours", "yours sincerely", "yours faithfully", "yours truly", "sincerely",
    "kr", "many thanks and kind regards", "thanks and regards", "thanks and kind regards", "cofion", "cofion gorau",
    "cofion cynnes", "yn gywir", "yr eiddoch yn gywir", "dymuniadau gorau",
    "mit freundlichen grüssen", "mit freundlichen gruessen", "freundliche grüsse", "viele grüsse", "beste grüsse",
    "mfg",
    "cordialement", "bien cordialement", "bien à vous", "sincères salutations", "saludos", "un saludo", "atentamente",
    "saludos cordiales", "cordiali saluti", "distinti saluti", "saluti", "met vriendelijke groet",
    "met vriendelijke groeten",
    "vriendelijke groet", "mvg", "pozdrawiam", "z poważaniem", "serdecznie pozdrawiam", "atenciosamente",
    "cumprimentos",
    "com os melhores cumprimentos", "med vänliga hälsningar", "vänliga hälsningar", "med venlig hilsen",
    "venlig hilsen",
    "med vennlig hilsen", "vennlig hilsen", "mvh",
})  # fmt: skip

DISCLAIMER_WORDS = (
    "confidential", "intended recipient", "intended solely", "intended only", "privileged", "unauthorised",
    "unauthorized",
    "disclos", "addressee", "in error", "delete", "virus", "monitored", "do not necessarily", "legally", "prohibited",
    "copying", "distribution", "e-mail and any", "email and any", "attachments", "cyfrinachol", "derbynnydd",
    "vertraulich",
    "empfänger", "confidentiel", "destinataire", "confidencial", "destinatario", "riservat", "vertrouwelijk",
    "geadresseerde",
    "poufn", "adresat", "konfidentiell", "mottagare", "fortrolig", "modtager", "mottaker",
)  # fmt: skip

# --- Automatic mail -----------------------------------------------------------------------------------------

# A subject that begins so and goes on with ":" (or ends) was written by a machine.
AUTO_SUBJECTS = (
    "automatic reply", "automatic response", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response",
    "autoresponse", "auto", "automated reply", "automated response", "out of office autoreply",
    "out of office auto-reply",
    "out of office reply", "ooo", "out of the office reply", "vacation reply", "away notification",
    "vacation responder",
    "ateb awtomatig", "ymateb awtomatig", "neges awtomatig", "allan o'r swyddfa", "ateb awtomataidd",
    "réponse automatique", "reponse automatique", "réponse d'absence", "absence du bureau", "message d'absence",
    "notification d'absence",
    "automatische antwort", "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung", "abwesenheitsagent",
    "automatische abwesenheitsnotiz", "abwesenheit", "automatische rückantwort", "autom. antwort",
    "respuesta automática", "respuesta automatica", "respuesta de ausencia", "fuera de la oficina", "fuera de oficina",
    "risposta automatica", "risponditore automatico", "fuori sede", "fuori ufficio", "assente dall'ufficio",
    "automatisch antwoord", "automatische reactie", "afwezigheidsbericht", "automatische beantwoording", "afwezig",
    "automatyczna odpowiedź", "odpowiedź automatyczna", "autoodpowiedź", "poza biurem", "nieobecność",
    "resposta automática", "resposta automatica", "fora do escritório", "ausência temporária", "ausente do escritório",
    "autosvar", "automatiskt svar", "frånvaromeddelande", "frånvarande", "ej på kontoret",
    "automatisk svar", "fraværsbesked", "fraværsmelding", "ikke til stede", "ikke på kontoret",
    "automatisk svarmelding",
)  # fmt: skip

# A person may write these too ("Out of office arrangements at Oakfield"): they count only with a second sign.
ABSENCE_SUBJECTS = (
    "out of office", "out of the office", "away from the office", "on holiday", "on annual leave", "annual leave",
    "on leave",
    "maternity leave", "away until", "ar wyliau", "gwyliau blynyddol", "absent", "en congé", "en vacances", "im urlaub",
    "nicht im büro", "vacaciones", "ausente", "in ferie", "assente", "met vakantie", "vakantie", "urlop", "na urlopie",
    "férias", "semester", "ferie", "på ferie", "på semester",
)  # fmt: skip

ABSENCE_PHRASES = (
    "out of the office", "out of office", "away from the office", "away from my desk", "currently away",
    "on annual leave",
    "on leave", "on holiday", "on vacation", "on maternity leave", "on sick leave", "not in the office", "i am away",
    "i'm away", "limited access to email", "limited access to my email", "no access to email", "will return on",
    "back in the office", "returning to the office", "i will be back", "non-working day", "i do not work on",
    "this mailbox is not monitored", "no longer works for", "no longer work for", "has left the organisation",
    "allan o'r swyddfa", "ar wyliau", "ar fy ngwyliau", "nid wyf yn y swyddfa", "byddaf yn ôl",
    "absent du bureau", "absente du bureau", "je suis absent", "en congé", "en vacances",
    "de retour le",
    "nicht im büro", "nicht im hause", "nicht im haus", "abwesend", "im urlaub", "bin wieder erreichbar",
    "wieder im büro",
    "fuera de la oficina", "de vacaciones", "estoy ausente", "estaré ausente", "regreso el",
    "fuori ufficio", "in ferie", "sono assente", "sarò assente", "fuori sede",
    "niet op kantoor", "afwezig", "met vakantie", "ben ik weer",
    "poza biurem", "jestem nieobecn", "na urlopie", "przebywam na", "będę nieobecn",
    "fora do escritório", "de férias", "estou ausente", "estarei ausente",
    "inte på kontoret", "på semester", "är ledig", "ej på plats", "frånvarande", "föräldraledig",
    "ikke på kontoret", "på ferie", "jeg er ikke til stede", "har ferie", "er på kontoret igen", "tilbake på kontoret",
)  # fmt: skip

FIRST_PERSON = (
    "i am ", "i'm ", "i\u2019m ", "i will be", "i'll be", "i\u2019ll be", "rwyf", "rydw i", "nid wyf", "byddaf",
    "je suis",
    "ich bin", "estoy", "estaré", "sono ", "sarò", "ik ben", "ben ik", "jestem", "będę", "estou", "estarei", "jag är",
    "jag har", "jeg er", "jeg har",
)  # fmt: skip

AUTOMATIC_PHRASES = (
    "this is an automated", "this is an automatic", "automatically generated", "automated response", "automatic reply",
    "auto-generated", "do not reply to this", "please do not reply", "neges awtomatig",
    "dies ist eine automatische", "automatisch generiert", "automatisch erstellt", "ceci est un message automatique",
    "réponse automatique", "este es un mensaje automático", "respuesta automática",
    "questo è un messaggio automatico", "risposta automatica", "dit is een automatisch", "to jest automatyczn",
    "wiadomość wygenerowana automatycznie", "esta é uma mensagem automática", "detta är ett automatiskt",
    "dette er en automatisk",
)  # fmt: skip

# A person may write one of these; a machine writes two.
ACKNOWLEDGEMENT_PHRASES = (
    "we have received your", "we've received your", "your request has been received", "your email has been received",
    "thank you for contacting", "thanks for contacting", "thank you for your email", "a ticket has been", "your ticket",
    "ticket number", "case number", "reference number is", "has been logged", "has been created", "aim to respond",
    "working days", "will respond within", "diolch am eich e-bost", "rydym wedi derbyn", "wir haben ihre",
    "vielen dank für ihre", "ticketnummer", "nous avons bien reçu", "accusé de réception", "hemos recibido su",
    "gracias por", "abbiamo ricevuto", "grazie per", "wij hebben uw", "we hebben uw", "bedankt voor", "recebemos a sua",
    "recebemos o seu", "vi har tagit emot", "tack för", "vi har modtaget", "tak for", "vi har mottatt", "takk for",
    "otrzymaliśmy", "dziękujemy za",
)  # fmt: skip

# --- Receipts, recalls, reactions, calendar -----------------------------------------------------------------

RECEIPT_SUBJECTS = (
    "read:", "not read:", "delivered:", "relayed:", "return receipt", "read receipt", "receipt acknowledged:",
    "gelesen:",
    "ungelesen:", "übermittelt:", "lu:", "lu :", "non lu:", "non lu :", "remis:", "remis :", "leído:", "no leído:",
    "letto:", "non letto:", "gelezen:", "ongelezen:", "przeczytane:", "lida:", "lido:", "läst:", "oläst:", "læst:",
    "lest:",
    "darllenwyd:", "message recall success", "message recall failure", "message recall report",
)  # fmt: skip
RECEIPT_PHRASES = (
    "your message", "was read on", "was deleted without being read", "has been delivered to the following recipients",
    "ihre nachricht", "wurde gelesen", "votre message", "a été lu", "su mensaje", "se leyó",
    "return receipt for the mail",
    "this is a receipt for the mail", "delivery to these recipients or groups is complete", "eich neges",
)  # fmt: skip
RECALL_SUBJECTS = (
    "recall:", "rückruf:", "zurückrufen:", "rappel :", "rappel:", "rappel du message", "recuperar:", "richiamo:",
    "intrekken:",
    "odwołaj:", "cancelar envio:", "återkalla:", "tilbagekald:", "tilbakekall:", "galw yn ôl:",
)  # fmt: skip
RECALL_PHRASES = (
    "would like to recall the message", "möchte die nachricht", "souhaite rappeler le message",
    "desea recuperar el mensaje",
    "desidera richiamare il messaggio", "wil het bericht", "chce odwołać wiadomość", "gostaria de cancelar",
    "vill återkalla",
    "ønsker at tilbagekalde", "ønsker å tilbakekalle", "hoffai alw",
)  # fmt: skip
REACTION_PHRASES = (
    "reacted to your message", "reacted via gmail", "liked your message", "reacted to your email",
    "hat auf ihre nachricht reagiert",
    "a réagi à votre message", "ha reaccionado a tu mensaje", "ha reagito al tuo messaggio",
)  # fmt: skip
CALENDAR_SUBJECTS = (
    "accepted:", "declined:", "tentative:", "tentatively accepted:", "canceled:", "cancelled:", "new time proposed:",
    "invitation:", "updated invitation:", "zugesagt:", "abgelehnt:", "mit vorbehalt:", "abgesagt:", "accepté :",
    "refusé :",
    "provisoire :", "annulé :", "aceptada:", "rechazada:", "provisional:", "accettato:", "rifiutato:", "geaccepteerd:",
    "geweigerd:", "zaakceptowano:", "odrzucono:", "aceite:", "recusado:", "accepterat:", "avböjt:", "accepteret:",
    "afvist:",
    "akseptert:", "avslått:", "derbyniwyd:", "gwrthodwyd:",
)  # fmt: skip
REPLY_PREFIXES = (
    "re:", "aw:", "sv:", "vs:", "antw:", "odp:", "tr:", "rif:", "r:", "res:", "ynt:", "atb:", "re :", "rép:",
    "rép :", "ref:",
)  # fmt: skip

# --- Bounces ------------------------------------------------------------------------------------------------

BOUNCE_SUBJECTS = (
    "undeliverable", "undelivered mail returned to sender", "delivery status notification", "delivery failure",
    "failure notice",
    "mail delivery failed", "mail delivery failure", "returned mail", "delivery notification", "mail system error",
    "message could not be delivered", "non delivery report", "non-delivery report", "delivery has failed",
    "warning: could not send",
    "mail delivery system", "could not send message", "undelivered", "rejected:", "message undeliverable",
    "delivery incomplete",
    "unzustellbar", "nicht zustellbar", "unzustellbare nachricht", "zustellung fehlgeschlagen", "non remis",
    "non distribuable",
    "échec de la remise", "échec de remise", "no se puede entregar", "no entregado", "impossibile recapitare",
    "non recapitabile",
    "onbestelbaar", "niet-bestelbaar", "niet te bezorgen", "niedostarczalna", "nie można dostarczyć",
    "não é possível entregar",
    "não entregue", "kan inte levereras", "ej levererat", "kan ikke leveres", "levering mislykket", "ikke leveret",
    "methu anfon",
)  # fmt: skip
DELAY_SUBJECTS = (
    "delayed", "delay", "delivery delayed", "warning: message", "warning: could not send message for past",
    "still being retried",
    "verzögert", "retardé", "vertraagd", "försenad", "forsinket", "in ritardo", "opóźnion", "atrasada", "retrasad",
)  # fmt: skip
DELAY_PHRASES = (
    "will continue to try", "will keep trying", "will be retried", "has not yet been delivered",
    "delivery attempts will continue",
    "delivery is delayed", "has been delayed", "is delayed", "still being retried", "you do not need to resend",
    "no action is required on your part", "will retry", "this is a warning message only",
    "temporary problem delivering",
)  # fmt: skip
BOUNCE_PHRASES = (
    "could not be delivered", "couldn't be delivered", "wasn't delivered", "was not delivered", "delivery has failed",
    "unable to deliver", "i wasn't able to deliver", "permanent fatal errors", "permanent error", "undeliverable",
    "delivery failed",
    "delivery to the following recipient", "address rejected", "user unknown", "konnte nicht zugestellt",
    "n'a pas pu être remis",
    "no se pudo entregar", "non è stato possibile recapitare", "could not deliver", "has been returned",
    "did not reach",
    "failed permanently", "fatal error",
)  # fmt: skip
DEAD_PHRASES = (
    "user unknown", "unknown user", "no such user", "no such recipient", "recipient not found", "address not found",
    "does not exist", "doesn't exist", "mailbox not found", "invalid recipient", "unknown recipient",
    "unrouteable address",
    "unroutable address", "no mailbox here by that name", "recipientnotfound", "invalid mailbox", "account is disabled",
    "mailbox unavailable", "unknown address", "user doesn't have", "wasn't found at", "couldn't be found",
    "not a valid user",
    "recipient address rejected: access denied", "domain not found", "host or domain name not found",
    "name service error",
    "account has been disabled", "inactive user", "unknown mailbox", "unbekannter empfänger", "n'existe pas",
)  # fmt: skip

# --- Dates in absence notes ---------------------------------------------------------------------------------

_MONTHS = (
    "january jan ionawr ionawr janvier januar jänner enero ene gennaio gen januari stycznia styczeń janeiro januari",
    "february feb chwefror février fév février februar febrero febbraio februari lutego luty fevereiro fev",
    "march mar mawrth mars märz mrz marzo mars maart mrt marca marzec março",
    "april apr ebrill avril abril abr aprile kwietnia kwiecień",
    "may mai mayo maggio mag mei maja maj maio",
    "june jun mehefin juin juni junio giugno giu czerwca czerwiec junho",
    "july jul gorffennaf juillet juli julio luglio lug lipca lipiec julho",
    "august aug awst août aout agosto ago augustus augusti sierpnia sierpień",
    "september sep sept medi septembre septiembre settembre set września wrzesień setembro",
    "october oct hydref octobre oktober okt octubre ottobre ott października październik outubro out",
    "november nov tachwedd novembre noviembre listopada listopad novembro",
    "december dec rhagfyr décembre déc dezember dez diciembre dic dicembre grudnia grudzień dezembro desember",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}

ABSENT_UNTIL = (
    "until", "till", "back on", "back in the office on", "back in the office", "return on", "returning on",
    "return to the office on",
    "returning to work on", "return to work on", "i return", "will be back", "back at work on", "available again on",
    " to ",
    "through", "tan", "yn ôl ar", "dychwelyd ar", "bis", "ab dem", "wieder am", "zurück am", "jusqu'au",
    "de retour le", "au ",
    "retour le", "hasta", "regreso el", "vuelvo el", "fino al", "rientro il", "tornerò il", "al ", "tot en met",
    "tot", "terug op",
    "t/m", "weer op", "do ", "wracam", "até", "regresso", "volto", "till och med", "t.o.m.", "åter", "tillbaka",
    "til og med",
    "til", "tilbage", "tilbake",
)  # fmt: skip
