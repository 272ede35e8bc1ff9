"""The words that mail programs put in front of what they quote, in the languages people write to an office in.

In: nothing.
Out: tables of casefolded words for quote.py.
Fails: never.
Limits: all casefolded (so "ss" for a sharp s). A language that is not here is still found where the quote is marked or
the line bears an address and a time.
"""

from __future__ import annotations

# What Outlook, Samsung, Zimbra and Notes call the headers that they write above the mail they quote.
FROM_NAMES = frozenset({
    "from", "von", "de", "da", "van", "od", "från", "fra", "oddi wrth", "o", "nā", "mai", "na", "expéditeur",
    "remitente", "absender", "afzender", "mittente", "remetente", "avsändare", "afsender", "avsender", "lähettäjä",
    "odesílatel", "odosielateľ", "feladó", "de la", "expeditor", "от", "отправитель", "від", "відправник", "kimden",
    "gönderen", "από", "差出人", "送信者", "发件人", "寄件者", "寄件人", "發件人", "보낸 사람", "보낸사람", "발신",
    "từ", "người gửi", "מאת", "من", "nuo", "no", "saatja", "šalje", "pošiljatelj", "подател", "dari", "จาก", "frá",
    "siuntėjas", "nadawca",
})  # fmt: skip
SENT_NAMES = frozenset({
    "sent", "date", "sent on", "sent at", "date sent", "sent date", "on", "gesendet", "datum", "gesendet am",
    "envoyé", "envoyé le", "date d'envoi", "enviado", "enviado el", "fecha", "fecha de envío", "enviado em",
    "enviada", "enviada em", "data", "inviato", "data invio", "verzonden", "verzonden op", "wysłano", "wysłane",
    "data wysłania", "skickat", "skickad", "sendt", "dato", "sendt den", "lähetetty", "päiväys", "päivämäärä",
    "odesláno", "odoslané", "odoslaná", "dátum", "elküldve", "küldve", "trimis", "data trimiterii", "отправлено",
    "дата", "дата отправки", "надіслано", "gönderilmiş", "gönderildi", "gönderme tarihi", "tarih", "στάλθηκε",
    "ημερομηνία", "送信日時", "日付", "日時", "送信日", "发送时间", "日期", "时间", "發送時間", "寄件日期",
    "傳送時間", "보낸 날짜", "보낸날짜", "날짜", "일시", "đã gửi", "ngày", "gửi", "נשלח", "בתאריך", "תאריך",
    "تاريخ الإرسال", "تم الإرسال", "التاريخ", "تاريخ", "أرسلت", "anfonwyd", "dyddiad", "i tukuna", "rā", "te rā",
    "tukuna", "išsiųsta", "nosūtīts", "saadetud", "poslano", "изпратено", "tanggal", "dikirim", "sent úr", "sent:",
    "วันที่", "ส่ง", "dagsetning",
})  # fmt: skip
SUBJECT_NAMES = frozenset({
    "subject", "betreff", "objet", "sujet", "asunto", "assunto", "oggetto", "onderwerp", "temat", "ämne", "emne",
    "aihe", "předmět", "predmet", "tárgy", "subiect", "тема", "тема письма", "konu", "θέμα", "件名", "主题", "主旨",
    "主題", "제목", "chủ đề", "tiêu đề", "נושא", "הנדון", "الموضوع", "موضوع", "pwnc", "kaupapa", "marau", "tema",
    "temats", "teema", "zadeva", "subjek", "subyek", "perihal", "efni", "เรื่อง", "относно", "assumpte",
})  # fmt: skip
TO_NAMES = frozenset({
    "to", "cc", "bcc", "reply-to", "importance", "attachments", "organization", "priority", "sensitivity", "an",
    "kopie", "cc an", "antwort an", "wichtigkeit", "anlagen", "priorität", "à", "a", "pour", "copie", "répondre à",
    "importance ", "pièces jointes", "para", "cco", "datos adjuntos", "importancia", "anexos", "prioridade", "per",
    "allegati", "priorità", "aan", "bijlagen", "urgentie", "do", "dw", "udw", "kopia", "załączniki", "ważność",
    "till", "bifogade filer", "prioritet", "til", "kopi", "vedlegg", "vedhæftede filer", "vastaanottaja", "kopio",
    "liitteet", "komu", "přílohy", "prílohy", "kópia", "címzett", "másolatot kap", "másolat", "mellékletek",
    "către", "catre", "atașări", "кому", "копия", "вложения", "копія", "кому ", "kime", "bilgi", "ekler", "προσ",
    "κοιν", "κοιν.", "宛先", "収件人", "收件人", "抄送", "收件者", "副本", "附件", "받는 사람", "받는사람", "참조",
    "đến", "tới", "אל", "עותק", "إلى", "الى", "نسخة", "at", "i", "copi", "ki", "ki a", "kam", "kam:", "saaja",
    "koopia", "primatelj", "za", "до", "kepada", "ke", "ถึง", "til:",
})  # fmt: skip
OTHER_NAMES = SENT_NAMES | SUBJECT_NAMES | TO_NAMES
# The heads of a table that Notes writes over several lines, each word alone on its line.
TABLE_TO = frozenset({"to", "an", "pour", "a", "para", "aan", "do", "till", "til"})
TABLE_SUBJECT = frozenset({"subject", "betreff", "thema", "objet", "asunto", "oggetto", "onderwerp", "temat", "ämne"})

FORWARD_LINES = frozenset({
    "original message", "forwarded message", "antwort nachricht", "begin forwarded message", "original appointment",
    "reply message", "forwarded mail", "original mail", "original e-mail", "forwarded by",
    "start of forwarded message", "fwd message", "ursprüngliche nachricht", "originalnachricht",
    "weitergeleitete nachricht", "original-nachricht", "originalmail", "anfang der weitergeleiteten nachricht",
    "ursprünglicher termin", "originaltermin", "weitergeleitete mail", "message d'origine", "message original",
    "message transféré", "début du message transféré", "courriel original", "mail original", "message initial",
    "mail transféré", "début du message réexpédié", "message réexpédié", "mensaje original", "mensaje reenviado",
    "inicio del mensaje reenviado", "mensaje de origen", "correo original", "messaggio originale",
    "messaggio inoltrato", "inizio messaggio inoltrato", "messaggio originario", "oorspronkelijk bericht",
    "doorgestuurd bericht", "begin doorgestuurd bericht", "origineel bericht", "begin van doorgestuurd bericht",
    "wiadomość oryginalna", "oryginalna wiadomość", "wiadomość przekazana", "przekazana wiadomość",
    "początek przekazywanej wiadomości", "treść przekazanej wiadomości", "mensagem original",
    "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem encaminhada",
    "início da mensagem reencaminhada", "ursprungligt meddelande", "originalmeddelande",
    "vidarebefordrat meddelande", "vidarebefordrat brev", "vidarebefordrat mejl", "oprindelig meddelelse",
    "videresendt meddelelse", "originalbesked", "oprindelig besked", "videresendt besked",
    "start på videresendt besked", "original meddelelse", "opprinnelig melding", "videresendt melding",
    "original melding", "videresendt e-post", "alkuperäinen viesti", "välitetty viesti", "välitetty viesti alkaa",
    "původní zpráva", "přeposlaná zpráva", "původní e-mail", "předávaná zpráva", "pôvodná správa",
    "preposlaná správa", "eredeti üzenet", "továbbított üzenet", "továbbított levél", "eredeti levél",
    "mesaj original", "mesaj redirecționat", "mesajul original", "mesaj inițial", "исходное сообщение",
    "пересылаемое сообщение", "пересылаемое письмо", "исходное письмо", "начало переадресованного сообщения",
    "пересланное сообщение", "перенаправленное сообщение", "оригінальне повідомлення", "вихідне повідомлення",
    "переслане повідомлення", "özgün ileti", "orijinal mesaj", "iletilen ileti", "iletilmiş mesaj",
    "yönlendirilen ileti", "orijinal ileti", "αρχικό μήνυμα", "προωθημένο μήνυμα", "πρωτότυπο μήνυμα",
    "元のメッセージ", "転送メッセージ", "転送されたメッセージ", "original message from", "原始邮件", "原始郵件",
    "转发的邮件", "轉寄郵件", "转发邮件信息", "转发邮件", "轉寄的郵件", "原邮件", "원본 메시지", "원본 메일",
    "전달된 메시지", "전달된 메일", "원본메시지", "thư gốc", "thư đã chuyển tiếp", "tin nhắn gốc",
    "tin nhắn chuyển tiếp", "הודעה מקורית", "הודעה שהועברה", "הודעה שהועברה ---", "الرسالة الأصلية",
    "رسالة معاد توجيهها", "neges wreiddiol", "neges a anfonwyd ymlaen", "dechrau neges a anfonwyd ymlaen",
    "karere taketake", "karere tuku", "missatge original", "missatge reenviat", "izvorna poruka",
    "originalna poruka", "proslijeđena poruka", "izvirno sporočilo", "posredovano sporočilo",
    "оригинално съобщение", "препратено съобщение", "algne kiri", "edastatud kiri", "originalas",
    "pirminis laiškas", "sākotnējais ziņojums", "upprunaleg skilaboð", "pesan asli", "pesan terusan",
    "ข้อความต้นฉบับ",
})  # fmt: skip

# "On Monday ...": the words an attribution begins with. They only matter for finding its first line.
ATTRIBUTION_STARTS = (
    "on ", "at ", "in message", "in article", "quoting ", "in a message", "am ", "zitat von", "zitiere ", "um ",
    "le ", "selon ", "el ", "citando ", "il ", "in data ", "op ", "em ", "no dia", "a ", "às ", "w dniu", "dnia ",
    "cytowanie ", "użytkownik ", "den ", "på ", "från:", "dne ", "dňa ", "citát ", "citace ", "pe ", "în ", "la ",
    "в ", "у ", "пользователь ", "στισ ", "την ", "vào ", "lúc ", "ngày ", "ב-", "בתאריך", "ביום", "ב", "في ",
    "بتاريخ", "ar ", "i te ", "i ", "在", "于", "於", "dana ", "на ", "pada ", "tanggal ", "er ", "þann ", "kl.",
    "sent ", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "เมื่อ", "dia ",
)  # fmt: skip
QUOTING_STARTS = ("quoting ", "zitat von", "citando ", "selon ", "cytowanie ", "citát ", "citace ", "citat ")

# The verb ends the line ("... wrote:"), or a name follows it ("... schrieb Jane:").
VERBS_LAST = (
    " wrote", " writes", " said", " sent", " verzond", " a dit", "<wrote", " a écrit", " a ecrit", "a écrit",
    " écrit", " ecrivait", "escribió", "escribio", "ha escrito", "ha scritto", "scrisse", "scrive", "geschreven",
    "geschrieben", "geschreven:", "napisał(a)", "napisał", "napisała", "napisał/a", "pisze", "napisano", "escreveu",
    "escreveram", "kirjoitti", "napsal(a)", "napsal", "napsala", "napísal(a)", "napísal", "napísala", "píše",
    "írta", "a scris", "scris", "написал(а)", "написал", "написала", "пишет", "писал", "писал(а)", "пише",
    "написав", "писав", "yazdı", "yazdi", "έγραψε", "のメール", "書きました", "のメッセージ", "写道", "寫道",
    "撰寫", "撰写", "写到", "님이 작성", "작성", "작성하였습니다", "작성했습니다", "님이 작성함", "썼습니다", "씀",
    "đã viết", "viết", "כתב/ה", "כתב", "כתבה", "كتب", "كتبت", "ysgrifennodd", "ysgrifennwyd", "va escriure",
    "ha escrit", "escribiu", "je napisao/la", "je napisao", "napisao", "je napisal/a", "napisal/a", "написа",
    "rašė", "parašė", "rakstīja", "kirjutas", "skrifaði", "menulis", "เขียนว่า", "skrev", "skreiv", "schrieb",
    "schreef", "ka tuhi", "i tuhi", "تمت كتابة ما يلي",
)  # fmt: skip
VERBS_INSIDE = (
    " schrieb", " schreef", " skrev", " wrote on", " wrote (", " wrote the following", " schrieben", " ezt írta",
    " írta", " ysgrifennodd", " ka tuhi", " i tuhi", " skreiv", " kirjoitti", " написал", " napsal", "님이",
    " va escriure", " كتب", " כתב", " מאת ", "تمت كتابة", " wrote at", " escribió el", " a écrit le",
    " ha scritto il", " schrieb am", " napisał w dniu", " geschrieben", "napisał", " er skrifað", " skrifaði",
    " viết",
)  # fmt: skip
# Words that make "On 3 May 2027 at 10:00 the manager wrote:" a person's sentence.
PROSE_WORDS = frozenset(
    "the he she i we they my our his her their who which also back it this that letter email nobody someone somebody"
    " er sie ich wir der die das ein eine dass il elle je nous que el ella yo hij zij ik wij het een jag han hon vi"
    " jeg hun".split()
)
INLINE_VERBS = (
    " wrote:", " a écrit :", " a écrit:", " escribió:", " ha scritto:", " escreveu:", " het volgende geschreven:",
    " napisał(a):", " writes:", " schrieb:",
)  # fmt: skip
