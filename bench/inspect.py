"""What reading costs: `mailflow inspect --json` of mixed mails beside the standard library's bare parser, in one run.

In: the number of mails (first argument; 2,000 if left out).
Out: seconds by the clock and of the processors, both as whole processes, and their ratio, on the standard output.
Fails: CalledProcessError if a run does.
Limits: made mails, the same in every run, each its own file; the files lie in the page cache; see bench/README.md.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

MAILS, ROUNDS, SEED = 2_000, 3, 4
WORDS = (
    "the provider has not answered our letter about care plan on Monday visit missed again please review contract "
    "officer evidence attached carers did come but left early and nobody told us why this happened"
).split()
ABSENCE = "I am out of the office until 12 March 2027 and will answer your message when I am back."
BARE = """
import email, sys
for name in sys.stdin.read().split("\\n"):
    with open(name, "rb") as file:
        mail = email.message_from_bytes(file.read())
    for part in mail.walk():
        if not part.is_multipart():
            part.get_payload(decode=True)
"""


REPORT = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.provider.example>
To: concerns@council.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Date: Mon, 01 Mar 2027 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain

<gone{n}@provider.example>: host mx.provider.example said: 550 5.1.1 User unknown

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.provider.example

Final-Recipient: rfc822; gone{n}@provider.example
Action: failed
Status: 5.1.1

--cut
Content-Type: text/rfc822-headers

From: concerns@council.example
Message-ID: <letter{n}@council.example>

--cut--
"""


def report(n: int) -> bytes:
    """A mail server's report of a failure (RFC 3464)."""
    return REPORT.replace("{n}", str(n)).encode()


def text(dice: random.Random, octets: int) -> str:
    """Lines of words, about so many octets."""
    lines, size = [], 0
    while size < octets:
        lines.append(" ".join(dice.choices(WORDS, k=12)))
        size += len(lines[-1]) + 1
    return "\n".join(lines)


def mail(dice: random.Random, n: int) -> bytes:
    """One mail as a shared mailbox gets it: most are answers with a quote, many with HTML, a fifth with a file."""
    made = EmailMessage()
    for hop in range(12):
        made["Received"] = (
            f"from a{hop}.example by b{hop}.example with ESMTPS id {n * hop}; Mon, 1 Mar 2027 10:00:0{hop % 10} +0000"
        )
    made["Authentication-Results"] = (
        "mx.council.example; dkim=pass header.d=provider.example; dmarc=pass header.from=provider.example"
    )
    made["From"], made["To"] = f"Person {n} <p{n}@provider.example>", "concerns@council.example"
    made["Date"], made["Message-ID"] = "Mon, 01 Mar 2027 10:00:00 +0000", f"<{n}@provider.example>"
    if n % 10 == 0:
        if n % 20 == 0:
            return b"".join(f"Received: {hop}\n".encode() for hop in made.get_all("received")) + report(n)
        made["Subject"], made["Auto-Submitted"] = "Automatic reply: visit", "auto-replied"
        made.set_content(ABSENCE)
        return made.as_bytes()
    made["Subject"] = f"Re: visit {n} [CC-2027-0042-K7]"
    made["In-Reply-To"] = f"<letter{n}@council.example>"
    words = text(dice, min(int(dice.lognormvariate(8.0, 0.8)), 60_000))
    quoted = "\n".join("> " + line for line in text(dice, 1_500).split("\n"))
    asked = "On Mon, 1 Mar 2027 at 09:00, Council <concerns@council.example> wrote:"
    made.set_content(f"{words}\n\nKind regards\nPerson {n}\n\n{asked}\n{quoted}")
    if dice.random() < 0.5:
        paragraphs = "".join(f"<p style='margin:0'>{line}</p>" for line in words.split("\n"))
        quote = f"<div>{asked}</div><blockquote class='gmail_quote'>{quoted}</blockquote>"
        made.add_alternative(f"<html><body>{paragraphs}{quote}</body></html>", subtype="html")
    if dice.random() < 0.22:
        scan = dice.randbytes(int(dice.lognormvariate(11.2, 0.7)))
        made.add_attachment(scan, maintype="application", subtype="pdf", filename=f"scan {n}.pdf")
    return made.as_bytes()


def timed(command: Sequence[str], asked: str = "") -> tuple[float, float]:
    """Seconds by the clock and of the processors that a whole process takes, its children too."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(command, input=asked, text=True, check=True, stdout=subprocess.DEVNULL)
    took, after = time.perf_counter() - began, os.times()
    return took, sum(after[2:4]) - sum(before[2:4])


def main() -> None:
    """Make the mails, read them both ways in turn, print the best of each."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MAILS
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        sizes = []
        for n in range(count):
            octets = mail(dice, n)
            Path(folder, f"{n:06}.eml").write_bytes(octets)
            sizes.append(len(octets))
        sizes.sort()
        names = sorted(str(path) for path in Path(folder).iterdir())
        print(f"{count} mails, mean {sum(sizes) / count / 1000:.1f} kB, median {sizes[count // 2] / 1000:.1f} kB")
        bare, ours = [], []
        for _ in range(ROUNDS):
            bare.append(timed([sys.executable, "-c", BARE], "\n".join(names)))
            ours.append(timed([sys.executable, "-m", "mailflow", "inspect", "--json", folder]))
    clock, cpu = (min(run[at] for run in bare) for at in (0, 1))
    our_clock, our_cpu = (min(run[at] for run in ours) for at in (0, 1))
    print(f"standard library, bare: {clock:6.2f} s by the clock, {cpu:6.2f} s of the processors")
    print(f"mailflow inspect:       {our_clock:6.2f} s by the clock, {our_cpu:6.2f} s of the processors")
    print(f"ratio:                  {our_clock / clock:6.2f}                 {our_cpu / cpu:6.2f}")


if __name__ == "__main__":
    main()
