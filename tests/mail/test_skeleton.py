"""What the walk promises: in well-formed mail the tree of the standard library, in broken mail a sensible one."""

from __future__ import annotations

import email
from email.message import Message as Known

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.mail.skeleton import Part, skeleton

Tree = tuple[str, bytes, tuple]
WORDS = st.text(alphabet="abc -.:\n", max_size=40).map(lambda text: text.encode())
LEAF = st.tuples(
    st.sampled_from([b"text/plain", b"text/html; charset=utf-8", b"image/png", b"message/delivery-status"]), WORDS
)


def written(kind: object, number: list[int]) -> bytes:
    """A part in octets, headers and all."""
    number[0] += 1
    if isinstance(kind, tuple):
        name, body = kind
        if name == b"message/delivery-status":
            body = b"A: b\n\n" + body
        return b"Content-Type: " + name + b"\n\n" + body
    assert isinstance(kind, list)
    if kind and kind[0] == "mail":
        return b"Content-Type: message/rfc822\n\nSubject: inner\n" + written(kind[1], number)
    boundary = b"b%d" % number[0]
    parts = b"".join(b"\n--" + boundary + b"\n" + written(part, number) for part in kind)
    return (
        b"Content-Type: multipart/mixed; boundary="
        + boundary
        + b"\n\npreamble"
        + parts
        + b"\n--"
        + boundary
        + b"--\nend\n"
    )


def known(part: Known) -> Tree:
    inner = part.get_payload()
    if part.get_content_type() == "message/delivery-status":
        return part.get_content_type(), b"", ()
    if isinstance(inner, list):
        return part.get_content_type(), b"", tuple(known(child) for child in inner)
    return part.get_content_type(), inner.encode(), ()


def ours(part: Part) -> Tree:
    body = b"" if part.children or part.kind == "message/delivery-status" else part.octets
    return part.kind, body, tuple(ours(child) for child in part.children)


TREES = st.recursive(
    LEAF,
    lambda inner: st.one_of(st.lists(inner, min_size=1, max_size=3), inner.map(lambda part: ["mail", part])),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(TREES, st.booleans())
def test_well_formed_mail_is_read_as_the_standard_library_reads_it(tree: object, crlf: bool):
    """Types, nesting and bodies of well-formed mail are those that the standard library's parser finds."""
    octets = b"Subject: s\nMIME-Version: 1.0\n" + written(tree, [0])
    if crlf:
        octets = octets.replace(b"\n", b"\r\n")
    assert ours(skeleton(octets).root) == known(email.message_from_bytes(octets))


def kinds(part: Part) -> list[str]:
    return [part.kind, *(kind for child in part.children for kind in kinds(child))]


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (b"multipart/mixed; boundary=x", b"--x\n\na\n--x\n\nb", ["text/plain"] * 2),
        (b'multipart/mixed; boundary="x y"', b"--x y\n\na\n--x y--", ["text/plain"]),
        (b'multipart/mixed; boundary="x "', b"--x \n\na\n--x --", ["text/plain"]),
        (b"multipart/mixed; boundary=x (comment)", b"--x\n\na\n--x--", ["text/plain"]),
        (b"multipart/mixed", b"--q\nContent-Type: text/html\n\na\n--q--", ["text/html"]),
        (b"multipart/mixed; boundary=", b"----=_q\nContent-Type: text/html\n\na\n----=_q--", ["text/html"]),
        (b"multipart/mixed; boundary=other", b"--q\nContent-type: text/html\n\na\n--q--", ["text/html"]),
        (b"multipart/mixed; boundary=x", b"no parts", []),
        (b"multipart/mixed; boundary=x\nContent-Type: text/plain", b"--x\n\na\n--x--", ["text/plain"]),
        (b"text/plain\nContent-Type: multipart/mixed; boundary=x", b"--x\n\na\n--x--", ["text/plain"]),
        (b"multipart/mixed;\nboundary=x", b"--x\n\na\n--x--", ["text/plain"]),
        (b"multipart/mixed boundary=x", b"--x\n\na\n--x--", ["text/plain"]),
        (b"multipart/mixed; boundary=x", b"--xx\n\na\n--x\n\nb\n--x--", ["text/plain"]),
        (b"multipart/digest; boundary=x", b"--x\n\nSubject: s\n\na\n--x--", ["message/rfc822", "text/plain"]),
    ],
)  # fmt: skip
def test_boundaries(head: bytes, body: bytes, expected: list[str]):
    """Parts are found where boundaries are odd, wrong, missing, or begin like another."""
    root = skeleton(b"Subject: s\nContent-Type: " + head + b"\n\n" + body + b"\n").root
    assert kinds(root)[1:] == expected


def test_inner_boundary_that_begins_like_the_outer():
    """A boundary that begins like another is not taken for it."""
    octets = (
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n"
        b"--ab\n\none\n--ab--\n--a\n\ntwo\n--a--\n"
    )
    root = skeleton(octets).root
    assert [child.kind for child in root.children] == ["multipart/mixed", "text/plain"]
    assert root.children[1].octets == b"two"
