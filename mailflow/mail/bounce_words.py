"""The words of delivery reports, of failures and of delays, in many languages.

In: nothing.
Out: tables of casefolded words for dsn.py.
Fails: never.
Limits: all casefolded (so "ss" for a sharp s). English, Welsh, French, German, Spanish, Italian, Dutch, Polish,
Portuguese, Swedish, Danish, Norwegian; no word of any procedure.
"""

from __future__ import annotations

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
