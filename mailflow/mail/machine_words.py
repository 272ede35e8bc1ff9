"""The words of automatic mail: absence notes, acknowledgements, receipts, recalls, reactions, invitations.

In: nothing.
Out: tables of casefolded words for classify.py and absence.py.
Fails: never.
Limits: all casefolded (so "ss" for a sharp s). English, Welsh, French, German, Spanish, Italian, Dutch, Polish,
Portuguese, Swedish, Danish, Norwegian; no word of any procedure.
"""

from __future__ import annotations

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
