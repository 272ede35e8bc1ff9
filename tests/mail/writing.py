"""Writes mails as mail programs do: an officer's words above, below or without our letter as that program quotes it.

In: the rows of officer_whole_mails.txt.
Out: octets.
Fails: KeyError for a program or letter that is not known.
Limits: the shapes that programs write, not every version of them; our letters have the layout of the shipped templates.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from mailflow.mail.reference import make
from mailflow.mail.reply_text import REPLY_MARKER

HERE = Path(__file__).parent
TAG = make("CC", 2027, 42)
OTHER = make("CC", 2027, 7)
TEAM = "Contract Management Team"
MAILBOX = "concerns@council.example"
DISCLAIMER = (
    "This email and any attachments are confidential and intended solely for the addressee. If you have received it"
    " in error, please notify the sender and delete it. Emails may be monitored."
)

# name: (title, what our letter says, the words it offers)
LETTERS = {
    "replied": ("The provider has replied", "Please read the reply and say whether the provider accepts or disputes"
                " the points in the concern.", ["Accepted", "Disputed", "Partly accepted: ", "Holding reply"]),
    "screening": ("A concern has come in", "Please say today whether it is eligible.",
                  ["Eligible", "Not eligible: low level", "Withdrawn: ", "Send original"]),
    "sending": ("To be sent to the provider", "Please approve the copy.", ["Send", "Send original", "Withdrawn: "]),
    "review": ("Review due Wednesday 24 February 2027", "Please write your conclusion.",
               ["Recommend: \nAction: (what) by (date)\nDefault notice: no", "Review again", "Undo"]),
    "decision": ("Recommendation for your decision", "The concern is upheld. Default notice: no",
                 ["Decision: agreed, no default notice", "Decision: agreed, default notice",
                  "Decision: alternative: \nDefault notice: no", "Decision: more information: "]),
    "dispute": ("A dispute for your decision", "The provider disputes the conclusion.",
                ["Dispute upheld: ", "Dispute not upheld: "]),
    "who": ("Who is this from?", "A mail came from an address that is not known.",
            ["From provider", "From referrer", "Ignore", f"Belongs to {OTHER}"]),
    "called": ("Please call the provider", "Ring them and say how it ended.",
               ["Resolved", "Not resolved", "No contact", "Serious"]),
    "manager": ("An issue for your decision", "The case owner could not resolve it.",
                ["Call supplier: me", "Call supplier: you", "Supplier Manager", "Resolved"]),
    "supplier": ("An issue with a supplier", "Please say what follows.",
                 ["Interpretation: ", "Non-compliance: meeting (date)", "Met", "Panel: refer"]),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One mail of the table: whose words it uses, what it is taken for, how it is sent, its text."""

    procedure: str
    taken: str
    how: str
    text: str
    at: int


def rows(name: str = "officer_whole_mails.txt") -> list[Row]:
    """The mails of the table, in order."""
    found: list[Row] = []
    for at, line in enumerate((HERE / name).read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("## "):
            procedure, taken, *how = (part.strip() for part in line[3:].split("|"))
            found.append(Row(procedure, taken, " | ".join(how), "", at))
        elif found:
            last = found.pop()
            found.append(Row(last.procedure, last.taken, last.how, last.text + line + "\n", last.at))
    return [Row(r.procedure, r.taken, r.how, r.text.removesuffix("\n"), r.at) for r in found]


def octets(row: Row, crlf: bool = True) -> bytes:
    """The mail as it arrives."""
    how = [part.strip() for part in row.how.split("|")]
    subject = next((part[9:] for part in how if part.startswith("subject: ")), "Re: [{TAG}] " + _letter("", row)[0])
    text = row.text.replace("{TAG}", TAG).replace("{OTHER}", OTHER).replace("{DISCLAIMER}", DISCLAIMER)
    mail = EmailMessage()
    mail["From"] = "Maya Okafor <maya.okafor@council.example>"
    mail["To"] = f"{TEAM} <{MAILBOX}>"
    mail["Date"] = "Thu, 18 Feb 2027 10:03:00 +0000"
    mail["Message-ID"] = f"<{row.at}.whole@council.example>"
    mail["Subject"] = subject.replace("{TAG}", TAG)
    kinds = {part for part in how if part in ("html", "both")}
    if kinds != {"html"}:
        mail.set_content(_plain(text, row), charset="utf-8")
    if kinds:
        marked_up = _html(text, row)
        if kinds == {"both"}:
            mail.add_alternative(marked_up, subtype="html")
        else:
            mail.set_content(marked_up, subtype="html")
    written = mail.as_bytes()
    return written.replace(b"\n", b"\r\n") if crlf else written


_QUOTE = re.compile(r"\{(gmail|outlook app|outlook|apple|samsung|thunderbird|forward)(?:: ?(\w+))?\}")
_HIDDEN = re.compile(r"\{hidden: ([^{}]*)\}")


def _letter(name: str, row: Row) -> tuple[str, str, list[str]]:
    return LETTERS[name or ("replied" if row.procedure == "council" else "called")]


def letter_text(title: str, said: str, words: list[str]) -> str:
    """Our letter as plain text, as the shipped layout writes it."""
    offered = "".join(
        f"- {w.partition(chr(10))[0].strip(' :')}\n  Or write: {w.partition(chr(10))[0]}\n"
        f"  <mailto:{MAILBOX}?subject=%5B{TAG}%5D%20{w.split()[0]}%20%23abcdefghjk23&body={w.split()[0]}>\n\n"
        for w in words
    )
    return (
        f"{REPLY_MARKER}\n\n{title}\n{'=' * len(title)}\n\n{said}\n\nWhat you can do now\n-------------------\n\n"
        f"Use a button below, or reply with its words as the first line of your mail. What you write\nafter that line"
        f" is kept as your note.\n\n{offered}- - -\n\nReference: [{TAG}]\n\nContact: {TEAM}, Council.\n"
    )


def _plain(text: str, row: Row) -> str:
    text = _HIDDEN.sub("", text).replace("\u200b", "")

    def quoted(match: re.Match[str]) -> str:  # noqa: PLR0911 - one for each program
        title, said, words = _letter(match[2] or "", row)
        letter = letter_text(title, said, words)
        marked = "".join(f"> {line}".rstrip() + "\n" for line in letter.splitlines())
        block = f"Sent: 16 February 2027 09:12\nTo: Maya Okafor <maya.okafor@council.example>\nSubject: [{TAG}] {title}"
        match match[1]:
            case "gmail":
                return f"\nOn Tue, 16 Feb 2027 at 09:12, {TEAM} <\n{MAILBOX}> wrote:\n\n{marked}"
            case "apple":
                sent = "" if "sent from" in text.casefold() else "Sent from my iPhone\n\n"
                return f"{sent}> On 16 Feb 2027, at 09:12, {TEAM} <{MAILBOX}> wrote:\n> \n{marked}"
            case "samsung":
                return f"\n-------- Original message --------\nFrom: {TEAM} <{MAILBOX}>\n{_dated(block)}\n\n{letter}"
            case "thunderbird":
                return f"On 16/02/2027 09:12, {TEAM} wrote:\n{marked}"
            case "forward":
                old = "From: Oakfield Care <manager@oakfield.example>\nDate: Tue, 16 Feb 2027\nSubject: Our reply"
                return f"---------- Forwarded message ---------\n{old}\n{block}\n\nAccepted\n\nWe accept this.\n"
            case "outlook app":
                app = "" if "get outlook" in text.casefold() else "Get Outlook for iOS<https://aka.ms/o0ukef>\n"
                return f"{app}{'_' * 32}\nFrom: {TEAM} <{MAILBOX}>\n{block}\n\n{letter}"
            case _:
                return f"\nFrom: {TEAM} <{MAILBOX}>\n{block}\n\n{letter}"

    return _QUOTE.sub(quoted, text)


def _dated(block: str) -> str:
    return block.replace("Sent:", "Date:")


def _html(text: str, row: Row) -> str:
    program = next((m[1] for m in _QUOTE.finditer(text)), "outlook")

    def quoted(match: re.Match[str]) -> str:
        title, said, words = _letter(match[2] or "", row)
        offered = "".join(
            f'<p><a href="mailto:{MAILBOX}">{html.escape(w)}</a><br>Or write: {html.escape(w)}</p>' for w in words
        )
        letter = f"<div><p>{REPLY_MARKER}</p><h1>{title}</h1><p>{said}</p><h2>What you can do now</h2>{offered}</div>"
        head = (
            f"<b>From:</b> {TEAM} &lt;{MAILBOX}&gt;<br><b>Sent:</b> 16 February 2027 09:12<br>"
            f"<b>To:</b> Maya Okafor<br><b>Subject:</b> [{TAG}] {title}"
        )
        match match[1]:
            case "gmail" | "thunderbird" | "samsung":
                return (
                    '<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Tue, 16 Feb 2027 at 09:12,'
                    f' {TEAM} &lt;<a href="mailto:{MAILBOX}">{MAILBOX}</a>&gt; wrote:<br></div><blockquote'
                    ' class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204)">'
                    f"{letter}</blockquote></div>"
                )
            case "apple":
                return (
                    '<div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On 16 Feb 2027,'
                    f" at 09:12, {TEAM} &lt;{MAILBOX}&gt; wrote:<br><br></blockquote></div>"
                    f'<blockquote type="cite"><div dir="ltr">{letter}</div></blockquote>'
                )
            case "outlook app":
                return (
                    '<div id="ms-outlook-mobile-signature" dir="ltr">Get <a href="https://aka.ms/o0ukef">'
                    'Outlook for iOS</a></div><hr style="width:98%"><div id="divRplyFwdMsg" dir="ltr"><font>'
                    f"{head}</font></div>{letter}"
                )
            case _:
                return (
                    '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
                    f'<p class="MsoNormal">{head}<o:p></o:p></p></div></div>'
                    f'<p class="MsoNormal"><o:p>&nbsp;</o:p></p>{letter}'
                )

    element = '<p class="MsoNormal">{}<o:p></o:p></p>' if program.startswith("outlook") else "<div>{}</div>"
    empty = "&nbsp;" if program.startswith("outlook") else "<br>"
    out = []
    for line in text.split("\n"):
        if match := _QUOTE.fullmatch(line.strip()):
            out.append(quoted(match))
        elif match := _HIDDEN.fullmatch(line.strip()):
            out.append(f'<div style="display:none">{html.escape(match[1])}</div>')
        else:
            bold = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", html.escape(line))
            out.append(element.format(bold or empty))
    return f"<html><head><style>p.MsoNormal {{margin:0cm}}</style></head><body>{''.join(out)}</body></html>"
