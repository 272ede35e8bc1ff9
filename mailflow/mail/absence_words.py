"""The words of absence notes: that somebody is away, when he or she is back, and the months of the dates in them.

In: nothing.
Out: tables of casefolded words for absence.py and auto_reply.py.
Fails: never.
Limits: all casefolded (so "ss" for a sharp s). Fullest in English, Welsh, French, German, Spanish, Italian, Dutch,
Polish, Portuguese, Swedish, Danish, Norwegian; the commonest words of a dozen others; no word of any procedure.
"""

from __future__ import annotations

_MONTHS = (
    "january jan ionawr janvier januar jänner enero ene gennaio gen januari stycznia styczeń janeiro ledna"
    " januára január ianuarie siječnja januara januarja tammikuuta января січня gener ocak",
    "february feb chwefror février fév februar februari febrero febbraio lutego luty fevereiro fev února"
    " februára február februarie veljače februara februarja helmikuuta февраля лютого febrer şubat",
    "march mar mawrth mars märz mrz marzo maart mrt marca marzec março března március martie ožujka marta"
    " maaliskuuta марта березня mart",
    "april apr ebrill avril abril abr aprile kwietnia kwiecień dubna apríla április aprilie travnja aprila"
    " huhtikuuta апреля квітня nisan",
    "may mai mayo maggio mag mei maja maj maio května mája május svibnja toukokuuta мая травня maig mayıs maí",
    "june jun mehefin juin juni junio giugno giu czerwca czerwiec junho června júna június iunie lipnja junija"
    " kesäkuuta июня червня juny haziran",
    "july jul gorffennaf juillet juli julio luglio lug lipca lipiec julho července júla július iulie srpnja"
    " julija heinäkuuta июля липня juliol temmuz",
    "august aug awst août aout agosto ago augustus augusti sierpnia sierpień srpna augusta augusztus kolovoza"
    " avgusta elokuuta августа серпня agost ağustos",
    "september sep sept medi septembre septiembre settembre set września wrzesień setembro září septembra"
    " szeptember septembrie rujna syyskuuta сентября вересня setembre eylül",
    "october oct hydref octobre oktober okt octubre ottobre ott października październik outubro out října"
    " októbra október octombrie listopada oktobra lokakuuta октября жовтня ekim",
    "november nov tachwedd novembre noviembre novembro listopadu novembra noiembrie studenoga studenog"
    " marraskuuta ноября kasım",
    "december dec rhagfyr décembre déc dezember dez diciembre dic dicembre grudnia grudzień dezembro desember"
    " prosince decembra decembrie prosinca joulukuuta декабря грудня desembre aralık",
)
# "listopada" is November in Polish and October in Croatian; Polish is read, being the commoner in our mail.
MONTHS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()} | {"listopada": 11}

WEEKDAYS = {
    word: number
    for number, words in enumerate((
        "monday mon lundi montag lunes lunedì maandag poniedziałku måndag mandag llun",
        "tuesday tue tues mardi dienstag martes martedì dinsdag wtorku tisdag tirsdag mawrth",
        "wednesday wed mercredi mittwoch miércoles mercoledì woensdag środy onsdag mercher",
        "thursday thu thur thurs jeudi donnerstag jueves giovedì donderdag czwartku torsdag iau",
        "friday fri vendredi freitag viernes venerdì vrijdag piątku fredag gwener",
        "saturday sat samedi samstag sonnabend sábado sabato zaterdag soboty lördag lørdag sadwrn",
        "sunday sun dimanche sonntag domingo domenica zondag niedzieli söndag søndag sul",
    ))
    for word in words.split()
}  # fmt: skip

# Behind these a date is the last day of the absence or the day of return.
ABSENT_UNTIL = (
    "until", "till", "back on", "back in the office on", "back in the office", "return on", "returning on",
    "returning", "return to the office on", "returning to the office on", "not return until", "re-open on",
    "re-opens on", "reopens on", "reopen on", "re-opening on", "reopening on", "back at my desk on",
    "in the office again on", "returning to work on", "return to work on", "i return", "will be back",
    "back at work on", "available again on", " to ", " - ", " \u2013 ", "back", "through", "tan", "yn ôl ar",
    "dychwelyd ar", "bis", "ab dem", "wieder ab", "wieder am", "zurück am", "zurück ab", "bin am", "zurück",
    "jusqu'au", "de retour le", "au ", "retour le", "hasta", "hasta el", "regreso el", "vuelvo el", "fino al",
    "rientro il", "rientrerò il", "tornerò il", "al ", "tot en met", "tot", "terug op", "t/m", "weer op", "do ",
    "wracam", "até", "regresso", "volto", "till och med", "t.o.m.", "åter", "tillbaka", "til og med", "til", "t.o.m",
    "tilbage", "tilbake", "до ", "până pe", "până la", "fins al", "és", "lídz", "kuni", "iki", "regresaré el",
    "volveré el", "vanaf", "frem til", "saakka",
)  # fmt: skip

ABSENCE_PHRASES = (
    "out of the office", "out of office", "away from the office", "away from my desk", "currently away", "away from",
    "on annual leave", "on leave", "on holiday", "on vacation", "on maternity leave", "on paternity leave",
    "on parental leave", "on sick leave", "on sabbatical", "on honeymoon", "not in the office", "i am away",
    "i'm away", "i am not at my desk", "not at my desk", "limited access to email", "limited access to my email",
    "no access to email", "will return on", "not in today", "be away", "i am currently unavailable", "i will be back",
    "non-working day", "i do not work on", "i don't work on", "work part time", "work part-time",
    "taking part in strike", "on strike", "attending a conference", "travelling", "traveling", "hiking",
    "allan o'r swyddfa", "ar wyliau", "ar fy ngwyliau", "nid wyf yn y swyddfa", "byddaf yn ôl", "absent du bureau",
    "absente du bureau", "je suis absent", "en congé", "en vacances", "de retour le", "actuellement absent",
    "serai absent", "en déplacement", "je serai de retour", "nicht im büro", "nicht im hause", "nicht im haus",
    "abwesend", "im urlaub", "bin wieder erreichbar", "ausser haus", "wieder im büro", "nicht erreichbar",
    "in elternzeit", "in mutterschutz", "ich bin derzeit", "auf dienstreise", "nicht am arbeitsplatz",
    "fuera de la oficina", "de vacaciones", "estoy ausente", "estaré ausente", "regreso el", "me encuentro ausente",
    "fuori ufficio", "in ferie", "sono assente", "sarò assente", "fuori sede", "assente dall'ufficio",
    "niet op kantoor", "afwezig", "met vakantie", "op vakantie", "ben ik weer", "niet aanwezig", "met verlof",
    "poza biurem", "jestem nieobecn", "na urlopie", "przebywam na", "będę nieobecn", "fora do escritório",
    "de férias", "estou ausente", "estarei ausente", "inte på kontoret", "på semester", "har semester", "är ledig",
    "ej på plats", "frånvarande", "föräldraledig", "ikke på kontoret", "på ferie", "holder ferie",
    "jeg er ikke til stede", "har ferie", "er på kontoret igen", "tilbake på kontoret", "ute av kontoret",
    "ikke tilgjengelig", "olen lomalla", "olen poissa", "en ole toimistossa", "mimo kancelá", "na dovolen",
    "čerpám dovolenou", "szabadságon vagyok", "házon kívül", "în concediu", "ín concediu", "na godišnjem",
    "na dopustu", "в отпуске", "в отпуск съм", "у відпустці", "εκτόσ γραφείου", "izindeyim", "ofis dışındayım",
    "fora de l'oficina", "休暇", "休假", "出張", "出差", "不在办公室", "不在を", "휴가 중", "부재 중", "not around",
    "unavailable until", "office is closed", "offices are closed", "is now closed", "are now closed", "we are closed",
    "encontro-me de férias", "encontro-me ausente", "nicht im buero", "im ausland", "nicht da", "study leave",
    "compassionate leave", "special leave", "training course", "barselsorlov", "forældreorlov", "nicht verfügbar",
    "unterwegs",
)  # fmt: skip

FIRST_PERSON = (
    "i am ", "i'm ", "i\u2019m ", "i will", "i'll ", "i\u2019ll ", "i have ", "is now closed", "are now closed",
    "offices are", "encontro-me", "me encuentro", "mi trovo", "i work", "we are ", "office is", "rwyf", "rydw i",
    "nid wyf", "byddaf", "je suis", "je serai", "actuellement", "ich bin", "bin ich", "ich werde", "ich befinde",
    "befinde ich", "wir sind", "wir haben", "estoy", "estaré", "sono ", "sarò", "ik ben", "ben ik", "wij zijn",
    "jestem", "będę", "estou", "estarei", "jag är", "jag har", "är jag", "har jag", "jeg er", "jeg har", "jeg holder",
    "er jeg", "olen", "jsem", "som ", "sunt", "vagyok", " sam ", "sem ", "съм", "я ", "εκτόσ", "i only",
    "i currently", "i shall",
)  # fmt: skip

# What a note says next: when its writer reads mail again, and whom to ask meanwhile.
RETURN_PHRASES = (
    "will return", "when i return", "when i get back", "when i'm back", "when i am back", "on my return",
    "upon my return", "upon return", "return to the office", "back in the office", "in the office again",
    "will be back", "i'm back", "limited access", "no access to", "without access", "not have access",
    "intermittent access", "not be checking", "not checking", "not be monitored", "not being monitored",
    "not being read", "not be read", "not be forwarded", "not forwarded", "in my absence", "during my absence",
    "during this time", "while i am away", "while i'm away", "urgent matter", "for urgent", "if urgent", "is urgent",
    "anything urgent", "urgent enquir", "urgent quer", "urgent issue", "in an emergency", "immediate assistance",
    "immediate attention", "need to speak to someone", "will respond", "respond to your", "will reply",
    "reply to your", "get back to you", "answer your", "answer when", "next in the office", "next working day",
    "as soon as possible", "reading my mail", "read my mail", "yn fy absenoldeb", "os yw'n fater brys", "de retour",
    "à mon retour", "mon retour", "en cas d'urgence", "pour toute urgence", "en mon absence", "pendant mon absence",
    "accès limité", "wieder im büro", "wieder erreichbar", "wieder für sie da", "zurück", "nach meiner rückkehr",
    "meine vertretung", "in dringenden fällen", "dringenden angelegenheiten", "nicht weitergeleitet", "nicht gelesen",
    "während meiner", "rückkehr", "a mi regreso", "a mi vuelta", "para asuntos urgentes", "en caso de urgencia",
    "si es urgente", "durante mi ausencia", "mio rientro", "mio ritorno", "per urgenze", "in caso di urgenza",
    "in mia assenza", "durante la mia assenza", "voor dringende", "bij afwezigheid", "tijdens mijn afwezigheid",
    "na mijn terugkeer", "niet gelezen", "lees ik", "w pilnych sprawach", "sprawach pilnych", "po powrocie",
    "podczas mojej nieobecno", "ao meu regresso", "quando regressar", "assuntos urgentes", "em caso de urg",
    "durante a minha ausência", "återkommer", "tillbaka", "vid brådskande", "akuta ärenden", "tilbage", "tilbake",
    "ved akut", "hastesaker", "under mitt fravær", "kiireellis", "naléhav", "urgás", "hitno", "nujn",
    "in the meantime", "sporadic access", "limited email", "on our return", "will re-open", "re-opens", "reopens",
    "responderei", "dringenden faellen", "rueckkehr", "zurueck", "по срочным", "срочным вопросам", "będę dostępn",
    "risponderò", "je répondrai", "responderé", "jag svarar", "jeg svarer", "weitergeleitet", "vertritt mich",
    "check my mail", "check my email", "check my e-mail", "checking my", "checking email", "delay in my",
    "delay in reply", "delay in respond", "regresaré", "volveré", "weer bereikbaar", "kontakt venligst", "vertretung",
    "please contact", "please speak to", "can be contacted", "will be handling", "is covering", "ne seront pas",
)  # fmt: skip

# What stands in front of a note's own words: greetings and thanks.
COURTESIES = (
    "thank", "dear", "hello", "hi", "good ", "greetings", "please note", "hallo", "guten", "sehr geehrte", "liebe",
    "bonjour", "merci", "vielen dank", "danke", "gracias", "hola", "buenos", "estimad", "buongiorno", "gentile",
    "grazie", "bedankt", "beste", "geachte", "dank", "goedendag", "dzień dobry", "dziękuj", "szanown", "olá",
    "obrigad", "prezad", "bom dia", "caro", "hej", "hei", "tack", "tak ", "takk", "diolch", "annwyl", "helo",
    "tēnā koe", "kia ora", "auto", "this is an auto", "caution", "dobrý den", "dobrý deň", "здравствуйте", "добрый",
    "доброго", "tisztelt", "bună ziua", "merhaba",
)  # fmt: skip
