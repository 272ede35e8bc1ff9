"""The words of signatures, notices and footers that stand round what a person wrote, in many languages.

In: nothing.
Out: tables of casefolded words for signature.py and classify.py.
Fails: never.
Limits: all casefolded (so "ss" for a sharp s); no word of any procedure.
"""

from __future__ import annotations

# "Sent from my ...": nobody says so but a telephone.
MOBILE_SIGNATURES = (
    "sent from my ", "sent: from my ", "provenance : courrier", "provenance: courrier", "sent from mail for",
    "sent from mail<", "get outlook for", "download outlook for", "sent from yahoo mail", "sent from outlook",
    "sent via superhuman", "sent from a phone", "sent from mobile", "sent from a mobile", "from my iphone",
    "from my ipad", "from my mobile", "from my android", "sent by my ", "von meinem ", "von meiner ",
    "diese nachricht wurde von mein", "outlook für ", "laden sie outlook", "holen sie sich outlook",
    "gesendet von mein", "envoyé de mon ", "envoyé depuis mon ", "envoyé à partir de mon ", "obtenir outlook",
    "télécharger outlook", "enviado desde mi ", "obtener outlook", "descargar outlook", "ottieni outlook",
    "scarica outlook", "inviato dal mio ", "verstuurd vanaf mijn ", "verzonden vanaf mijn ", "outlook voor ",
    "outlook downloaden", "pobierz outlook", "wysłane z mojego", "wysłano z mojego", "enviado do meu ",
    "enviado do my ", "enviado a partir do meu ", "obter o outlook", "obtenha o outlook", "skickat från min ",
    "skickades från min ", "hämta outlook", "sendt fra min ", "hent outlook", "få outlook", "anfonwyd o fy ",
    "anfonwyd o'm ", "lähetetty omasta ", "hanki outlook", "odesláno z mého ", "získat outlook", "stáhnout outlook",
    "odoslané z môjho ", "trimis de pe ", "obțineți outlook", "отправлено с моего ", "получить outlook",
    "надіслано з мого ", "отримати outlook", "outlook'u edinin", "outlook alın", "发自我的", "来自我的", "發自我的",
    "從我的", "从我的", "傳送自", "获取 outlook", "取得 outlook", "나의 ", "내 ", "outlook for ios",
    "outlook for android", "đã gửi từ ", "tải outlook", "נשלח מה", "נשלח מא", "أرسلت من", "أُرسلت من",
    "tukuna mai i taku ", "i tukuna mai i taku ", "enviat des del meu ", "dikirim dari ", "ส่งจาก",
    "poslano s mojeg", "poslano iz mojega", "изпратено от моя",
)  # fmt: skip
# "Sent from ..." of these is a telephone's line only if a device or a program is named.
SENDING_WORDS = (
    "sent from", "sent via", "sent with", "sent using", "sent by", "sent through", "sent on", "sent in",
    "gesendet von", "gesendet mit", "gesendet über", "versendet mit", "verschickt mit", "envoyé de",
    "envoyé depuis", "envoyé à", "envoyé avec", "envoyé via", "envoyé par", "enviado desde", "enviado con",
    "enviado por", "enviado de", "enviado do", "enviado pelo", "enviado com", "enviado a", "enviado via",
    "inviato da", "inviato con", "inviato dal", "verstuurd", "verzonden", "wysłane z", "wysłano z", "wysłane przy",
    "skickat från", "skickat med", "skickades från", "sendt fra", "sendt via", "sendt med", "lähetetty", "odesláno",
    "odoslané", "küldve", "elküldve", "trimis", "отправлено", "надіслано", "στάλθηκε", "απεστάλη", "anfonwyd",
    "tukuna", "i tukuna", "poslano", "изпратено", "enviat", "saadetud", "nosūtīts", "išsiųsta", "sent úr",
    "written on", "typed on", "sent while", "posted from",
)  # fmt: skip
DEVICES = (
    "iphon", "mail app", "mail.com", "ipad", "ipod", "android", "phone", "mobile", "tablet", "samsung", "galaxy",
    "blackberry", "outlook", "yahoo", "windows", "huawei", "xiaomi", "nokia", "pixel", "gmail", "proton", "tuta",
    "spark", "airmail", "superhuman", "handy", "smartphone", "mailbox", "mobil", "mail.ru", "aol", "gmx", "web.de",
    "t-online", "k-9", "telefon", "téléphone", "teléfono", "telefono", "móvil", "移动", "手机", "apple watch",
    "lumia", "htc", "oneplus", "sony", "xperia", "motorola", "mail for", "mailspring", "hey.com", "missive",
    "laposte", "free.fr", "o2", "vodafone", "яндекс", "yandex", "почт", "bluemail", "mynewmail", "aqua mail",
    "edison", "zoho", "fairphone", "macbook", "airwatch", "workspace one", "puhelimesta", "my tablet", "ipone",
    "matkapuh", "ipads", "webmail", "office 365", "microsoft", "thunderbird", "canary", "shortwave",
)  # fmt: skip
EXCUSES = (
    "please excuse", "please forgive", "excuse", "apologies for", "sorry for", "sorry about", "forgive",
    "typos courtesy", "pardon",
)  # fmt: skip
MOBILE_ENDS = (
    "から送信", "에서 보냄", "에서 전송됨", " gönderildi", "에서 보냈습니다", " gesendet", " lähetetty", " 傳送",
)  # fmt: skip

# A line that begins so, with a name or nothing behind it, opens the signature if only short lines follow.
CLOSINGS = frozenset({
    "regards", "kind regards", "best regards", "warm regards", "with kind regards", "many regards",
    "warmest regards", "kindest regards", "rgds", "brgds", "br", "kr", "kind rgds", "best rgds",
    "with best regards", "with regards", "with warm regards", "with kindest regards", "yours with kind regards",
    "my kind regards", "my best regards", "best wishes", "with best wishes", "all best wishes", "warm wishes",
    "kind wishes", "many best wishes", "yours", "yours sincerely", "yours faithfully", "yours truly", "sincerely",
    "sincerely yours", "very truly yours", "respectfully", "respectfully yours", "cordially", "warmly",
    "faithfully", "best", "all the best", "all best", "with thanks and kind regards",
    "many thanks and kind regards", "thanks and regards", "thanks and kind regards", "thanks & regards",
    "thanks and best regards", "thank you and kind regards", "thanks with regards", "many thanks and best wishes",
    "thank you and best regards", "thanks & kind regards", "with gratitude", "v/r", "cofion", "cofion gorau",
    "cofion cynnes", "yn gywir", "yr eiddoch yn gywir", "dymuniadau gorau", "cofion caredig", "gyda chofion",
    "gyda chofion cynnes", "nāku noa", "nāku iti nei", "nāku noa, nā", "ngā mihi", "ngā mihi nui", "naku noa",
    "nga mihi", "nga mihi nui", "heoi anō", "noho ora mai", "mauri ora", "nāku", "nā", "nāku, nā",
    "mit freundlichen grüssen", "mit freundlichen gruessen", "mit freundlichem gruss", "freundliche grüsse",
    "freundlicher gruss", "freundliche gruesse", "viele grüsse", "viele gruesse", "beste grüsse", "beste gruesse",
    "liebe grüsse", "liebe gruesse", "herzliche grüsse", "schöne grüsse", "mfg", "lg", "vg", "bg",
    "mit besten grüssen", "mit besten gruessen", "mit vielen grüssen", "mit herzlichen grüssen",
    "mit lieben grüssen", "gruss", "grüsse", "hochachtungsvoll", "mit bestem gruss", "besten gruss",
    "viele liebe grüsse", "mit kollegialen grüssen", "cordialement", "bien cordialement", "très cordialement",
    "bien à vous", "sincères salutations", "salutations", "meilleures salutations", "salutations distinguées",
    "bien à toi", "cdt", "cdlt", "amicalement", "respectueusement", "bien amicalement",
    "avec mes meilleures salutations", "sincèrement", "cordiales salutations", "saludos", "un saludo",
    "atentamente", "saludos cordiales", "un cordial saludo", "cordialmente", "muy atentamente", "un abrazo",
    "reciba un cordial saludo", "atte", "un saludo cordial", "salutacions", "salutacions cordials",
    "cordiali saluti", "distinti saluti", "saluti", "cordialità", "un saluto", "un cordiale saluto", "cari saluti",
    "i migliori saluti", "porgo cordiali saluti", "met vriendelijke groet", "met vriendelijke groeten", "groet",
    "vriendelijke groet", "vriendelijke groeten", "mvg", "hartelijke groet", "hartelijke groeten", "groeten", "gr",
    "met hartelijke groet", "hoogachtend", "pozdrawiam", "pozdrawiam serdecznie", "z poważaniem", "z powazaniem",
    "serdecznie pozdrawiam", "z wyrazami szacunku", "pozdrowienia", "serdeczne pozdrowienia", "łączę pozdrowienia",
    "atenciosamente", "cumprimentos", "melhores cumprimentos", "com os melhores cumprimentos", "abraço",
    "os melhores cumprimentos", "saudações", "um abraço", "abraços", "med vänliga hälsningar",
    "med vänlig hälsning", "vänliga hälsningar", "vänlig hälsning", "hälsningar", "bästa hälsningar",
    "med venlig hilsen", "venlig hilsen", "de bedste hilsner", "bedste hilsner", "hilsen", "mange hilsner", "vh",
    "mvh", "med vennlig hilsen", "vennlig hilsen", "beste hilsen", "med hilsen", "med beste hilsen",
    "vennleg helsing", "ystävällisin terveisin", "terveisin", "parhain terveisin", "yst. terv", "s pozdravem",
    "s úctou", "zdravím", "s přáním hezkého dne", "s přátelským pozdravem", "s pozdravom",
    "s priateľským pozdravom", "üdvözlettel", "tisztelettel", "köszönettel", "üdv", "cu stimă", "cu respect",
    "toate cele bune", "cu drag", "с уважением", "с наилучшими пожеланиями", "з повагою",
    "з найкращими побажаннями", "saygılarımla", "saygılarımızla", "iyi çalışmalar", "selamlar", "sevgiler",
    "με εκτίμηση", "φιλικά", "με φιλικούσ χαιρετισμούσ", "χαιρετισμούσ", "此致", "此致敬礼", "祝好", "敬上", "敬具",
    "よろしくお願いいたします", "trân trọng", "thân ái", "בברכה", "בכבוד רב", "مع التحية", "مع أطيب التحيات",
    "تحياتي", "lijep pozdrav", "srdačan pozdrav", "lep pozdrav", "с уважение", "pagarbiai", "lugupidamisega",
    "ar cieņu", "kveðja", "bestu kveðjur", "salam", "hormat saya", "ขอแสดงความนับถือ", "s poštovanjem",
    "s spoštovanjem",
})  # fmt: skip
# Words of thanks are words of the writer; they open a signature only if a block with a telephone or the like follows.
THANKS = frozenset({
    "thanks", "thank you", "many thanks", "cheers", "thx", "with thanks", "thanks again", "thanks in advance", "ta",
    "thank you in advance", "thanks very much", "thank you very much", "much appreciated", "thanks so much",
    "diolch", "diolch yn fawr", "danke", "vielen dank", "besten dank", "danke schön", "merci", "merci beaucoup",
    "merci d'avance", "gracias", "muchas gracias", "grazie", "grazie mille", "bedankt", "alvast bedankt", "dank u",
    "dziękuję", "dziękuje", "obrigado", "obrigada", "tack", "tack på förhand", "tak", "på forhånd tak", "takk",
    "kiitos", "děkuji", "ďakujem", "köszönöm", "mulțumesc", "спасибо", "дякую", "teşekkürler", "ευχαριστώ", "谢谢",
    "謝謝", "감사합니다", "ありがとうございます", "cảm ơn", "תודה", "شكرا", "kia ora", "hvala", "take care",
    "speak soon", "have a nice day", "have a good day", "bonne journée", "bonne réception", "schönen tag noch",
})  # fmt: skip

DISCLAIMER_WORDS = (
    "confidential", "intended recipient", "intended solely", "intended only", "privileged", "unauthorised",
    "unauthorized", "disclos", "addressee", "in error", "delete", "virus", "monitored", "do not necessarily",
    "legally", "prohibited", "copying", "distribution", "e-mail and any", "email and any", "message and any",
    "attachments", "notify the sender", "registered in england", "registered office", "company number",
    "cyfrinachol", "derbynnydd", "vertraulich", "empfänger", "adressat", "irrtümlich", "vernichten", "absender",
    "unbefugt", "confidentiel", "destinataire", "par erreur", "pièces jointes", "non autorisée", "détruire",
    "confidencial", "destinatario", "por error", "prohibid", "riservat", "per errore", "destinatári", "por engano",
    "vertrouwelijk", "geadresseerde", "afzender", "abusievelijk", "poufn", "adresat", "omyłkowo", "konfidentiell",
    "mottagare", "av misstag", "fortrolig", "modtager", "mottaker", "ved en fejl", "ved en feil", "luottamuksel",
    "vastaanottaj", "důvěrn", "adresát", "bizalmas", "címzett", "confidențial", "destinatar", "конфиденциальн",
    "адресат", "конфіденційн", "gizli", "alıcı", "εμπιστευτικ", "παραλήπτη", "保密", "机密", "機密", "收件人",
    "기밀", "수신인", "חסוי", "سري", "matatapu",
)  # fmt: skip
# With one of these in front a single word of the table above is enough.
NOTICE_STARTS = (
    "confidential", "private and confidential", "disclaimer", "legal notice", "legal disclaimer",
    "important notice", "privileged", "notice:", "privacy notice", "email disclaimer", "e-mail disclaimer",
    "this email and any", "this e-mail and any", "this message and any", "this message (including",
    "this email (including", "this e-mail (including", "this communication", "the information contained in this",
    "the information in this", "the contents of this e", "this email is confidential", "this e-mail is confidential",
    "this message is confidential", "this email is intended", "this e-mail is intended",
    "this message is intended", "this email may contain", "this e-mail may contain", "this message may contain",
    "this message contains", "this email contains", "this transmission", "diese e-mail enthält",
    "diese nachricht enthält", "diese e-mail ist", "vertraulichkeitshinweis", "haftungsausschluss",
    "der inhalt dieser", "wichtiger hinweis", "ce message et", "ce message est", "ce message contient",
    "ce courriel", "cet e-mail", "este mensaje", "este correo", "aviso legal", "aviso de confidencialidad",
    "questo messaggio", "le informazioni contenute", "ai sensi del", "informativa privacy", "dit bericht",
    "deze e-mail", "de informatie in", "niniejsza wiadomość", "treść tej wiadomości", "esta mensagem",
    "este e-mail", "esta comunicação", "detta meddelande", "detta e-postmeddelande", "denne e-mail",
    "denne e-posten", "denne meddelelse", "tämä viesti", "tämä sähköposti", "tato zpráva", "tento e-mail",
    "ez az üzenet", "ez az e-mail", "acest mesaj", "acest e-mail", "это сообщение", "настоящее сообщение",
    "это электронное", "bu e-posta", "bu mesaj", "το παρόν", "mae'r neges hon", "mae'r e-bost hwn",
    "gall y neges hon", "ymwadiad", "本邮件", "本電子郵件", "本メール", "이 메일", "ko tēnei karere",
    "avis de confidentialité", "confidentialité",
)  # fmt: skip
# What a notice calls the mail it stands in, or those it speaks to.
NOTICE_SELVES = (
    "this e-mail", "this email", "this message", "this communication", "this transmission", "this correspondence",
    "e-mail and any", "email and any", "message and any", "intended recipient", "intended solely", "intended only",
    "its attachments", "any attachments", "registered office", "registered in", "the sender", "diese e-mail",
    "diese nachricht", "dieser e-mail", "diese mail", "dieser nachricht", "ce message", "ce courriel", "cet e-mail",
    "cet email", "este mensaje", "este correo", "questo messaggio", "questa e-mail", "questa mail",
    "presente messaggio", "dit bericht", "deze e-mail", "dit e-mail", "wiadomość", "esta mensagem", "este e-mail",
    "detta meddelande", "detta e-post", "denne e-mail", "denne e-post", "denne meddelelse", "denne mail",
    "tämä viesti", "tämä sähköposti", "tato zpráva", "táto správa", "tento e-mail", "ez az", "acest mesaj",
    "acest e-mail", "сообщение", "письмо", "повідомлення", "bu e-posta", "bu mesaj", "το μήνυμα", "neges hon",
    "e-bost hwn", "本邮件", "本電子郵件", "本メール", "이 메일", "이 메시지", "הודעה זו", "هذه الرسالة",
    "tēnei karere",
)  # fmt: skip
# What machines add below: scanners for viruses, lists, trackers, people who care for trees.
FOOTER_STARTS = (
    "this email has been checked for viruses", "this e-mail has been checked for viruses", "virus-free",
    "this email has been scanned", "this e-mail has been scanned", "this message has been scanned",
    "scanned by mailscanner", "this message was scanned", "no virus found in this", "checked by avg",
    "this email is free from viruses", "diese e-mail wurde von avast", "virenfrei", "garanti sans virus",
    "l'absence de virus", "libre de virus", "el software de antivirus avast", "privo di virus", "virusvrij",
    "wolny od wirusów", "wiadomość przeskanowana", "sem vírus", "não contém vírus", "deze e-mail is gecontroleerd",
    "viruksesta vapaa", "без вирусов", "bez virů", "you received this message because",
    "you are receiving this because", "you received this email because", "you're receiving this",
    "you are receiving this", "to unsubscribe from this", "to unsubscribe,", "to unsubscribe:",
    "to unsubscribe send", "to unsubscribe visit", "to unsubscribe please", "to unsubscribe or",
    "to unsubscribe from our", "reply to this email directly", "to post to this group", "to stop receiving",
    "to view this discussion", "visit this group at", "for more options, visit", "unsubscribe:",
    "sie erhalten diese nachricht, weil", "sie haben diese nachricht erhalten, da", "vous recevez ce message car",
    "recibió este mensaje porque", "please consider the environment", "consider the environment before",
    "think before you print", "save paper", "please think before printing", "please do not print",
    "p please consider", "p think before", "bitte prüfen sie, ob diese", "bitte denken sie an die umwelt",
    "bitte prüfen sie der umwelt", "denken sie an die umwelt", "pensez à l'environnement", "avant d'imprimer",
    "merci de penser à l'environnement", "n'imprimez ce", "antes de imprimir", "prima di stampare",
    "denk aan het milieu", "denk aan het", "tänk på miljön", "tænk på miljøet", "przed wydrukowaniem",
    "pomyśl zanim", "meddyliwch am yr amgylchedd", "ystyriwch yr amgylchedd",
    "click here to report this email as spam", "report this message as spam", "this mail was sent via",
    "was this helpful", "archives:", "mailing list archives",
)  # fmt: skip
LIST_WORDS = ("mailing list", "listinfo", "/mailman", "lists.", "yahoo! groups", "googlegroups", "unsubscribe")

# What a mail server of the reader's own side puts above everything that comes from outside.
BANNER_STARTS = (
    "caution", "[caution", "external", "[external", "[ext]", "this email originated", "this message originated",
    "this e-mail originated", "you don't often get email from", "some people who received this message",
    "***external", "this sender is", "warning: external", "warning: this", "[warning",
    "be careful with this message", "notice: external", "attention: this", "attention: external", "attention : ",
    "think before you click", "this message is from an external", "this email was sent from outside",
    "this message was sent from outside", "this is an external", "originated outside", "**external", "*external",
    "[suspicious", "security notice", "achtung: externe", "achtung: diese", "externe e-mail", "[extern]", "extern:",
    "vorsicht:", "vorsicht externe", "sie erhalten nicht häufig", "sie erhalten nicht oft", "expéditeur externe",
    "[externe]", "[ext", "vous ne recevez pas souvent", "attention, ce", "ce courriel provient",
    "atención: correo externo", "precaución:", "correo externo", "no suele recibir", "attenzione: questa",
    "non si ricevono spesso", "let op:", "u ontvangt niet vaak", "uwaga: ten", "uwaga!", "varning: detta",
    "rhybudd:", "daeth yr e-bost", "he tūpato", "kia tūpato", "não costuma receber", "du modtager ikke ofte",
    "du får inte ofta", "nie otrzymujesz często", "внимание: внешн", "外部邮件", "[外部",
)  # fmt: skip
BANNER_SIGNS = (
    "mail", "message", "links", "outside", "extern", "often get", "do not click", "don't click", "recogni",
    "learn why", "phishing", "sender", "exterior", "ausserhalb", "häufig", "souvent", "suele",
    "spesso", "vaak", "frequen", "zewn", "utanför", "ofte", "ofta", "często", "allanol", "waho", "внешн", "外部",
    "untrusted", "first time",
)  # fmt: skip

# The lines of ticket systems: what stands above is the answer.
REPLY_ABOVE = (
    "reply above this line", "reply above the line", "type your reply above", "write your reply above this",
    "enter your reply above", "respond above this line", "reply above here", "write above this line",
    "your response above", "answer above this line", "reply above the dotted", "oberhalb dieser linie",
    "oberhalb dieser zeile", "über dieser zeile", "über dieser linie", "über diese zeile",
    "au-dessus de cette ligne", "audessus de cette ligne", "ci-dessus cette ligne", "encima de esta línea",
    "arriba de esta línea", "por encima de esta linea", "sopra questa riga", "sopra questa linea",
    "boven deze lijn", "boven deze regel", "acima desta linha", "acima dessa linha", "ovanför den här raden",
    "ovanför denna rad", "ovanför denna linje", "over denne linje", "over denne linjen", "powyżej tej linii",
    "powyżej tego wiersza", "nad tą linią", "tämän rivin yläpuolelle", "nad tento řádek", "nad tímto řádkem",
    "nad tento riadok", "выше этой строки", "выше этой линии", "над цією лінією", "bu satırın üst",
    "bu çizginin üst", "πάνω από αυτή", "uwchben y llinell hon", "i runga ake i tēnei rārangi", "在此行之上",
    "在此行上方", "此线上方", "此行以上", "この行より上", "この線より上", "이 줄 위에", "a sor fölé",
    "deasupra acestei linii", "phía trên dòng này",
)  # fmt: skip
