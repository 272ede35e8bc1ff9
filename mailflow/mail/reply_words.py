"""The words that mail programs and people put round what they quote, in many languages.

In: nothing.
Out: tables of casefolded words for reply_text.py and classify.py.
Fails: never.
Limits: all casefolded (so "ss" for a sharp s). English, Welsh, French, German, Spanish, Italian, Dutch, Polish,
Portuguese, Swedish, Danish, Norwegian; no word of any procedure.
"""

from __future__ import annotations

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
REPLY_PREFIXES = (
    "re:", "aw:", "sv:", "vs:", "antw:", "odp:", "tr:", "rif:", "r:", "res:", "ynt:", "atb:", "re :", "rép:",
    "rép :", "ref:",
)  # fmt: skip
