"""Takes OpenPGP's armour off a text (RFC 9580 sections 6 and 7): what was clear-signed stays, what is closed goes.

In: the text of one part.
Out: the words without the armour lines, and the blocks that cannot be read.
Fails: never.
Limits: linear; MAX_BLOCKS blocks. Signatures are not checked.
"""

from __future__ import annotations

MARK = "-----BEGIN PGP "
MAX_BLOCKS = 20

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_MESSAGE = "-----BEGIN PGP MESSAGE"


def stripped(text: str) -> tuple[str, list[str]]:
    """(the readable words, the encrypted blocks); quoted armour ("> -----BEGIN") is left to the quote."""
    out: list[str] = []
    closed: list[str] = []
    lines = text.split("\n")
    at, signed, blocks = 0, False, 0
    while at < len(lines):
        line = lines[at].rstrip()
        if not line.startswith("-----BEGIN PGP ") or blocks >= MAX_BLOCKS:
            # RFC 9580 section 7.2: in signed text a line that begins with a dash has "- " in front.
            out.append(lines[at][2:] if signed and line.startswith("- ") else lines[at])
            at += 1
            continue
        blocks += 1
        if line == _SIGNED:
            signed = True
            at += 1
            while at < len(lines) and lines[at].strip():  # Hash: and other armour headers
                at += 1
            at += 1
            continue
        end = next((i for i in range(at + 1, len(lines)) if lines[i].startswith("-----END PGP ")), len(lines) - 1)
        if line.startswith(_MESSAGE):
            closed.append("\n".join(lines[at : end + 1]) + "\n")
        elif line != _SIGNATURE:  # a public key, as people put it under their mail: kept for those who want it
            out += lines[at : end + 1]
        signed = False
        at = end + 1
    return "\n".join(out), closed
