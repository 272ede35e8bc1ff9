"""The words of servers that say whether a letter may yet arrive, for reports that give no code.

In: nothing.
Out: tables of casefolded words for dsn_verdict.py.
Fails: never.
Limits: all casefolded; the languages of bounce_words.py; no word of any procedure.
"""

from __future__ import annotations

# There is no such mailbox or domain: for ever.
SURELY_DEAD_PHRASES = (
    "user unknown", "unknown user", "no such user", "no such recipient", "no such address", "no such mailbox",
    "no such account", "no such person", "no such domain", "no such host", "recipient not found", "recipient unknown",
    "unknown recipient", "unknown address", "unknown mailbox", "unknown account", "unknown local", "unknown host",
    "unknown domain", "address not found", "mailbox not found", "user not found", "account not found",
    "recipientnotfound", "not a valid user", "not a known user", "not a valid mailbox", "no mailbox",
    "no valid recipient", "no valid mailbox", "not listed in", "unrouteable address", "unroutable address",
    "unrouteable mail domain", "user doesn't have", "this user doesn't have", "user does not exist",
    "mailbox does not exist", "account does not exist", "address does not exist", "recipient does not exist",
    "email account that you tried to reach does not", "is not a valid mailbox", "doesn't exist", "couldn't be found",
    "wasn't found", "could not be found", "invalid mailbox", "invalid user", "invalid recipient", "bad destination",
    "account is disabled", "account has been disabled", "account disabled", "inactive user", "account is inactive",
    "mailbox disabled", "mailbox is disabled", "account closed", "account has been closed", "account terminated",
    "user terminated", "no longer available", "no longer exists", "no longer valid", "no longer on this server",
    "no longer in use", "no longer active", "addressee unknown", "no matches to nameserver", "no such mail drop",
    "not in directory", "is not known", "not our customer", "domain not found", "domain does not exist",
    "domain doesnt exist", "host or domain name not found", "name or service not known", "host unknown", "nonexistent",
    "non-existent", "bad address", "user account is expired", "account has expired", "account expired",
    "unbekannter empfänger", "empfänger unbekannt", "benutzer unbekannt", "existiert nicht", "nicht gefunden",
    "n'existe pas", "utilisateur inconnu", "destinataire inconnu", "introuvable", "no existe", "usuario desconocido",
    "destinatario desconocido", "non esiste", "utente sconosciuto", "sconosciuto", "inesistente", "bestaat niet",
    "onbekende gebruiker", "nie istnieje", "nieznany", "não existe", "usuário desconhecido", "inexistente",
    "finns inte", "okänd", "findes ikke", "finnes ikke", "ukendt", "ukjent", "neexistuje", "bulunamadı",
    "не существует", "не найден", "неизвестный пользователь", "пользователь не найден", "存在しません",
    "見つかりません", "不明なユーザ", "ユーザ不明", "宛先不明", "リストにありません", "不存在", "找不到",
    "존재하지 않", "찾을 수 없",
)  # fmt: skip
# As above, and what servers also say of a mailbox that is there but refuses.
DEAD_PHRASES = (
    *SURELY_DEAD_PHRASES, "does not exist", "mailbox unavailable", "recipient address rejected: access denied",
    "name service error", "user not exist", "account not exist", "mailbox not exist", "not exists",
    "access denied, 5.4.1", "user is unknown", "no account", "undeliverable address", "address unknown", "is unknown",
    "not known here",
)  # fmt: skip
# A name server that did not answer has not said that there is no such host (Postfix).
SURELY_TEMPORARY_PHRASES = ("host not found, try again", "name server did not answer", "host name lookup failure")
TEMPORARY_PHRASES = (
    "temporar", "transient", "try again", "try later", "retry", "over quota", "overquota", "exceeded quota",
    "quota exceed", "exceeds quota", "exceeds allowed", "exceeded allowed", "exceeded the allowed", "over the allowed",
    "exceeded storage", "exceeded his quota", "exceeded its quota", "quota", "mailbox full", "mailbox is full",
    "mail box is full", "mail box full", "is full", "inbox full", "folder is full", "disk full", "disk space",
    "insufficient", "out of space", "over the maximum", "storage limit", "space limit", "not enough space",
    "timed out", "time out", "timeout", "time-out", "connection refused", "connection reset", "connection closed",
    "connection lost", "connection dropped", "lost connection", "no route to host", "network is unreachable",
    "network unreachable", "host is unreachable", "host is down", "host unreachable", "host not reachable",
    "could not connect", "couldn't connect", "cannot connect", "can't connect", "unable to connect",
    "failed to connect", "not responding", "did not respond", "no response", "no answer", "greylist", "graylist",
    "grey list", "gray list", "too many", "throttl", "rate limit", "rate exceeded", "deferred", "server busy",
    "too busy", "overloaded", "expired", "in the queue too long", "undelivered for", "not delivered within",
    "within the allowed", "delivered within", "long failure period", "failing for a long time", "delivery time",
    "name lookup failure", "lookup failure", "lookup failed", "server failure", "servfail", "resources", " locked",
    "delayed", "not reached", "unreachable", "überschritten", " voll", "ist voll", "vorübergehend",
    "zeitüberschreitung", "pleine", "dépass", "saturée", "temporaire", "lleno", "llena", "excedid", "piena", "superat",
    "tijdelijk", "is vol", "pełna", "przekroczon", "tymczasow", "cheia", "excedeu", "tillfällig", "midlertidig",
    "переполнен", "квота", "временн", "превышен", "容量", "いっぱい", "一時的", "超え", "超过", "超過", "已满", "已滿",
    "暂时", "稍后", "초과", "일시적",
)  # fmt: skip
# A letter that goes in circles: no later attempt ends otherwise.
SURELY_LASTING_PHRASES = ("too many hops",)
LASTING_PHRASES = (
    "permanent", "rejected", "refused", "denied", "spam", "blocked", "blacklist", "block list", "blocklist", "policy",
    "not allowed", "prohibited", "unsolicited", "virus", "not permitted", "unauthorized", "relay", "too large",
    "too big", "exceeds size", "size limit", "maximum hop", "loop", "disabled", "suspended",
    "no longer", "unknown", "not found", "invalid", "not recognized", "restricted",
)  # fmt: skip
