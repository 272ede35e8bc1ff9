"""The subjects of automatic replies, in the languages that mail programs write them in.

In: nothing.
Out: tables of casefolded words for auto_reply.py.
Fails: never.
Limits: all casefolded (so "ss" for a sharp s, and a Turkish capital I with its dot as two characters).
"""

from __future__ import annotations

# A subject that begins so and goes on with ":" (or ends) was written by a machine.
AUTO_SUBJECTS = (
    # English, with what hosting companies, Notes and webmail write
    "automatic reply", "automatic response", "auto reply", "auto-reply", "autoreply", "auto response",
    "auto-response", "autoresponse", "auto responder", "auto-responder", "autoresponder", "automated reply",
    "automated response", "automatic e-mail response", "automatic email response", "automated email response",
    "automated message", "auto acknowledgement", "automatic acknowledgement", "automated acknowledgement",
    "auto-acknowledgement", "out of office autoreply", "out of office auto-reply", "out of office auto reply",
    "out of office reply", "out of office response", "out of office message", "out of office notification",
    "out of office notice", "out of office alert", "out of office automatic reply", "out-of-office autoreply",
    "out-of-office reply", "ooo", "oof", "out of the office reply", "vacation reply", "vacation response",
    "vacation message", "vacation autoreply", "vacation auto-reply", "vacation notice", "away notification",
    "away message", "vacation responder", "holiday responder", "yahoo! auto response", "autoresponse from",
    "autoreply from", "auto-reply from", "auto reply from", "auto response from", "automatic reply from",
    "auto-response from", "autoresponse for message", "away from my mail", "i'm away from my mail",
    "absence notification",
    # Welsh, Irish, Scottish Gaelic, Maori
    "ateb awtomatig", "ymateb awtomatig", "neges awtomatig", "allan o'r swyddfa", "ateb awtomataidd",
    "freagra uathoibríoch", "uathfhreagra", "as oifig", "freagairt fhèin-obrachail", "freagairt fèin-ghluasadach",
    "whakautu aunoa", "whakahoki aunoa", "urupare aunoa",
    # French, German, Dutch and neighbours
    "réponse automatique", "reponse automatique", "réponse d'absence", "absence du bureau", "message d'absence",
    "absent du bureau", "absente du bureau", "absent(e) du bureau", "notification d'absence", "avis d'absence",
    "message automatique", "répondeur automatique", "accusé de réception automatique", "automatische antwort",
    "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung", "abwesenheitsagent", "abwesenheitsinfo",
    "abwesenheitsbenachrichtigung", "automatische antwort von", "automatische antwortmail",
    "automatische abwesenheitsnotiz", "automatische abwesenheitsmeldung", "abwesenheit", "automatische rückantwort",
    "automatische rückmeldung", "autom. antwort", "autoantwort", "auto-antwort", "automatische empfangsbestätigung",
    "automatische eingangsbestätigung", "urlaubsmeldung", "urlaubsbenachrichtigung", "automatesch äntwert",
    "automatisch antwoord", "automatische reactie", "afwezigheidsbericht", "automatische beantwoording", "afwezig",
    "afwezigheidsmelding", "automatisch afwezigheidsbericht", "automatisch bericht", "outomatiese antwoord",
    # Spanish, Portuguese, Italian, Catalan, Galician, Basque, Romanian
    "respuesta automática", "respuesta automatica", "respuesta de ausencia", "fuera de la oficina",
    "fuera de oficina", "mensaje automático", "autorespuesta", "contestación automática", "respuesta de vacaciones",
    "resposta automática", "resposta automatica", "fora do escritório", "ausência temporária",
    "ausente do escritório", "mensagem automática", "resposta de ausência", "aviso de ausência",
    "risposta automatica", "risponditore automatico", "fuori sede", "fuori ufficio", "assente dall'ufficio",
    "messaggio automatico", "avviso di assenza", "resposta automàtica", "fora de l'oficina", "erantzun automatikoa",
    "bulegotik kanpo", "răspuns automat", "raspuns automat", "absent de la birou",
    # Nordic and Baltic
    "autosvar", "automatiskt svar", "frånvaromeddelande", "frånvarande", "ej på kontoret", "frånvarobesked",
    "automatisk svar", "fraværsbesked", "fraværsmelding", "ikke til stede", "ikke på kontoret", "fraværende",
    "automatisk svarmelding", "ute av kontoret", "automatisk fraærsmelding", "fraværsassistent",
    "automaattinen vastaus", "poissaoloviesti", "poissaoloilmoitus", "automaattivastaus", "poissa toimistosta",
    "sjálfvirkt svar", "automatinis atsakymas", "automātiskā atbilde", "automātiska atbilde", "automaatvastus",
    "automaatne vastus",
    # Slavic
    "automatyczna odpowiedź", "odpowiedź automatyczna", "autoodpowiedź", "poza biurem", "nieobecność",
    "automatyczna wiadomość", "nieobecność w biurze", "automatická odpověď", "mimo kancelář", "automatická odpoveď",
    "mimo kancelárie", "mimo pracoviska", "automatski odgovor", "izvan ureda", "samodejni odgovor",
    "avtomatski odgovor", "odsotnost", "автоматичен отговор", "аутоматски одговор", "автоматски одговор",
    "автоматический ответ", "автоответ", "автоответчик", "автоматична відповідь", "автовідповідь",
    "аўтаматычны адказ",
    # Hungarian, Greek, Turkish, Albanian
    "automatikus válasz", "házon kívül", "αυτόματη απάντηση", "εκτόσ γραφείου", "otomatik yanıt", "otomatik cevap",
    "ofis dışında", "përgjigje automatike",
    # Hebrew, Arabic, Persian
    "תשובה אוטומטית", "מענה אוטומטי", "מחוץ למשרד", "رد تلقائي", "الرد التلقائي", "خارج المكتب", "پاسخ خودکار",
    # Japanese, Chinese, Korean, Vietnamese, Thai, Indonesian, Malay, Hindi
    "自動応答", "自動返信", "不在通知", "不在応答", "自動送信", "自动答复", "自动回复", "自动应答", "外出自动答复",
    "自動回覆", "自動答覆", "自動回復", "자동 회신", "자동회신", "자동 응답", "자동응답", "부재 중",
    "tự động trả lời", "trả lời tự động", "thư trả lời tự động", "ตอบกลับอัตโนมัติ", "การตอบกลับอัตโนมัติ",
    "balasan otomatis", "jawaban otomatis", "balasan automatik", "स्वचालित उत्तर",
)  # fmt: skip

# Behind the subject that is answered, in brackets or after a dash: "Missed visits [Autoreply]".
AUTO_ENDS = (
    "autoreply", "auto-reply", "auto reply", "automatic reply", "auto-response", "autoresponse", "automated reply",
    "out of office", "out of the office", "ooo", "automatische antwort", "abwesenheitsnotiz", "réponse automatique",
    "respuesta automática", "risposta automatica", "automatisch antwoord",
)  # fmt: skip

# A person may write these too ("Out of office arrangements at Oakfield"): they count with other signs.
ABSENCE_SUBJECTS = (
    "out of office", "out of the office", "out-of-office", "away from the office", "away from my desk", "on holiday",
    "on holidays", "on annual leave", "annual leave", "on leave", "on vacation", "vacation", "holiday", "away",
    "maternity leave", "on maternity leave", "parental leave", "paternity leave", "sick leave", "on sick leave",
    "not in the office", "office closed", "we are closed", "christmas closure", "no longer with", "no longer at",
    "email address changed", "change of email address", "ar wyliau", "gwyliau blynyddol", "allan o'r swyddfa",
    "absent", "absente", "absence", "en congé", "en congés", "en vacances", "congés", "hors du bureau", "im urlaub",
    "urlaub", "nicht im büro", "ausser haus", "abwesend", "in elternzeit", "mutterschutz", "betriebsferien",
    "vacaciones", "de vacaciones", "ausente", "ausencia", "in ferie", "ferie", "assente", "assenza", "met vakantie",
    "vakantie", "niet aanwezig", "op vakantie", "urlop", "na urlopie", "nieobecny", "nieobecna", "férias",
    "de férias", "semester", "på semester", "på ferie", "föräldraledig", "lomalla", "poissa", "dovolená", "dovolenka",
    "szabadság", "concediu", "godišnji odmor", "dopust", "отпуск", "в отпуске", "відпустка",
)  # fmt: skip

# "Jane Roe is out of the office": Notes and hand-made responders write the name first.
ABSENT_PERSON = (
    " is out of the office", " is out of office", " is currently out of the office", " is away from the office",
    " is on vacation", " is on annual leave", " is on holiday", " is on leave", " is away until", " is away from",
    " will be out of the office", " is no longer with", " no longer works", " has left ", " ist ausser haus",
    " ist nicht im büro", " ist nicht im hause", " ist abwesend", " ist im urlaub", " est absent", " est en congé",
    " est en vacances", " está fuera de la oficina", " está ausente", " è fuori ufficio", " è assente",
    " is niet aanwezig", " is afwezig", " is niet op kantoor", " är inte på kontoret", " er ikke på kontoret",
    " jest poza biurem", " jest nieobecn", " está fora do escritório",
)  # fmt: skip
