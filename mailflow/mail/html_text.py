"""Makes plain text of a mail's HTML, with quoted parts marked as "> " and signatures as "-- ".

In: HTML as somebody's program wrote it; hostile.
Out: text in reading order, or HTML that is safe to show.
Fails: never; HTML that no library reads yields its text without tags.
Limits: MAX_HTML characters, MAX_TAG_DEPTH nested elements; no picture, link or style is ever loaded.
"""

from __future__ import annotations

import re

import nh3
from resiliparse.extract.html2text import extract_plain_text

from mailflow.mail.decode import clean
from mailflow.mail.entities import letters

MAX_HTML = 250_000
MAX_TAG_DEPTH = 150

# Private-use characters cannot be typed; they are removed from the source first, so that no mail can fake them.
_OPEN, _CLOSE, _REST, _SIGN = "\ue0f1", "\ue0f2", "\ue0f3", "\ue0f4"
_MARKS = str.maketrans("", "", _OPEN + _CLOSE + _REST + _SIGN)

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)([^<>]*)>")
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)")
_COMMENT_END = "-->"
# Bare ampersands cost the HTML parser a hundred times what an entity costs.
_BARE_AMPERSAND = re.compile(r"&(?![A-Za-z#])")
# So do no-break spaces, each with the length of what has been written so far; a mail that is read has some hundred.
_NO_BREAK, _MOST_NO_BREAK = "\xa0", 10_000
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
# These close each other, so that they nest only through tags that count.
_UNCOUNTED = _VOID | {"p", "li", "dt", "dd", "tr", "td", "th", "option", "o:p", "P", "LI", "TR", "TD", "BR", "IMG"}
_KEPT_TAGS = frozenset(
    "a abbr address article b blockquote br caption center cite code col colgroup dd del div dl dt em font h1 h2 h3 h4"
    " h5 h6 hr i ins li main ol p pre q s section small span strike strong sub sup table tbody td tfoot th thead tr tt"
    " u ul".split()
)
_SILENT = {"script", "style", "head", "title", "template", "noscript"}
_MARKED_ATTRIBUTES = {"*": {"class", "id", "type", "style", "cite", "name", "data-marker", "hidden"}}

# What mail programs call the head or the whole of what they quote; Outlook puts "x_" before what it quotes again.
_REST_IDS = frozenset((
    "divrplyfwdmsg", "olk_src_body_section", "mail-editor-reference-message-container", "replymessage",
    "ms-outlook-mobile-reference-message", "originalmessage", "stopspelling", "zwchr", "isforwardcontent",
    "isreplycontent", "yahoo_quoted", "ydp_yahoo_quoted", "orimsghtmlseperator", "reply-forward-container",
    "mailcontentcontainer_quote", "isreplycontent_ntes",
))  # fmt: skip
_REST_CLASSES = ("yahoo_quoted", "moz-forward-container", "ms-outlook-mobile-reference-message", "gmail_quote_forward")
_REST_MARKERS = frozenset({"__divider__", "__headers__", "__quoted_text__"})
_QUOTE_NAMES = ("gmail_attr", "moz-cite-prefix", "protonmail_quote", "zmail_extra", "tutanota_quote",
                "front-blockquote", "reply-intro", "moz-email-headers-table", "hm_quote", "wm_quote",
                "mail-quote-header")  # fmt: skip
_SIGNATURE_NAMES = ("gmail_signature", "ms-outlook-mobile-signature", "moz-signature", "protonmail_signature",
                    "front-signature", "yahoo-signature", "ymail_signature", "tutanota_signature", "bloop_sign",
                    "mail-signature", "email-signature", "outlook-signature", "missive_signature")  # fmt: skip
_SIGNATURE_IDS = frozenset({"signature", "applemailsignature", "composer_signature", "ms-outlook-mobile-signature",
                            "signature_block", "mobile-signature", "mobilesignature", "mysignature", "zmsignature",
                            "linebreakatbeginningofsignature", "bloop_sign", "qt-signature",
                            "mailbox-conversation-signature", "zm-_id_-sgn"})  # fmt: skip
# Outlook for Windows draws a line of one of these colours above the headers of what it quotes, and nowhere else.
_OUTLOOK_LINE = re.compile(r"border:none;border-top:solid#(?:e1e1e1|b5c4df)1\.0pt")
# Outlook and others indent by a blockquote; only one without any line or class at its side is that.
_INDENTED = re.compile(r"margin(?:-left|-right|-top)?:[^;]{0,40}(?:40px|36\.0pt|35\.4pt|30px|0\.5in|1\.0cm|1\.27cm)")
_UNSEEN = re.compile(
    r"display:none|mso-hide:all|visibility:hidden|(?:^|;)opacity:0(?:\.0+)?(?:;|!|$)|max-height:0(?:px)?(?:;|!|$)"
)
# Newsletters set no size on whole tables and a size again inside; on a phrase it hides the phrase.
_NO_SIZE = re.compile(r"font-size:0(?:px|pt|em|%)?(?:;|!|$)")
_PHRASES = frozenset({"span", "p", "font", "a", "b", "i", "em", "strong", "u", "small"})
_STUB_WIDTH = 400
_STUB_WORDS = ("mail", "message", "view", "display", "reader", "support", "nachricht", "anzeigen", "afficher")
_ATTRIBUTE = re.compile(r"([a-z]{2,10})=\"([^\"]*)\"")


def to_text(html: str) -> str:
    """Plain text of the HTML: lists and tables kept, hidden text dropped, quotes begin with "> "."""
    marked = quoted_html_marked(html)
    try:
        plain = extract_plain_text(marked, preserve_formatting=True, main_content=False, links=False, alt_texts=False)
    except Exception:  # the reading must never stop at one mail's markup
        plain = letters(_TAG.sub(" ", marked))
    return clean(_prefixed(plain))


def is_stub(plain: str) -> bool:
    """Whether a text part only says that the words stand in the HTML part beside it."""
    said = " ".join(plain[: 2 * _STUB_WIDTH].split()).casefold()
    if not said:
        return True
    return len(said) <= _STUB_WIDTH and "html" in said and sum(word in said for word in _STUB_WORDS) >= 2


def safe_html(html: str) -> str:
    """The HTML fit to be shown: an allow-list of tags, no style, no picture, links to https and mailto only."""
    bounded = _bounded(html)
    return nh3.clean(bounded, tags=set(_KEPT_TAGS), attributes={"a": {"href"}}, clean_content_tags=_SILENT - {"head"},
                     url_schemes={"https", "mailto"}, link_rel="noopener noreferrer nofollow")  # fmt: skip


def quoted_html_marked(html: str) -> str:
    """Well-formed HTML in which quotes, reply heads and signatures stand between private-use marks."""
    try:
        tidy = nh3.clean(_bounded(html), tags=set(_KEPT_TAGS), attributes=_MARKED_ATTRIBUTES,
                         clean_content_tags=_SILENT - {"head"}, link_rel=None)  # fmt: skip
    except Exception:
        return letters(_TAG.sub(" ", html[:MAX_HTML]))
    out: list[str] = []
    stack: list[tuple[str, str]] = []  # (tag, what to write after its end tag)
    hidden = end = 0
    seen: dict[tuple[str, str], tuple[str, str]] = {}  # programs write the same few tags again and again
    for tag in _TAG.finditer(tidy):
        if not hidden:
            out.append(tidy[end : tag.start()])
        end = tag.end()
        closing, name, attributes = tag[1], tag[2], tag[3]
        if closing:
            after = ""
            while stack:
                opened, what = stack.pop()
                hidden -= what == "hidden"
                after += what if what != "hidden" else ""
                if opened == name:
                    break
            if not hidden:
                out.append(tag[0] + after)
            continue
        key = (name, attributes)
        if key not in seen:
            seen[key] = _what_is(name, dict(_ATTRIBUTE.findall(attributes.lower())))
        before, after = seen[key]
        if name in _VOID:
            after = ""  # it has no end tag behind which anything could be seen again
        else:
            stack.append((name, after))
        hidden += after == "hidden"
        if not hidden:
            out.append(before + f"<{name}>")
    if not hidden:
        out.append(tidy[end:])
    return "".join(out)


def _what_is(name: str, attributes: dict[str, str]) -> tuple[str, str]:
    """What to write before the start tag and after the end tag."""
    style = attributes.get("style", "").replace(" ", "")
    if "hidden" in attributes or _UNSEEN.search(style) or (name in _PHRASES and _NO_SIZE.search(style)):
        return "", "hidden"
    classes, ident = attributes.get("class", ""), attributes.get("id", "").strip().removeprefix("x_")
    rest = ident in _REST_IDS or attributes.get("data-marker") in _REST_MARKERS or bool(_OUTLOOK_LINE.search(style))
    if rest or (classes and any(known in classes for known in _REST_CLASSES)):
        return _line(_REST), ""
    if _is_quote(name, ident, classes, style, attributes):
        return _line(_OPEN), _line(_CLOSE)
    if ident in _SIGNATURE_IDS or (classes and any(known in classes for known in _SIGNATURE_NAMES)):
        return _line(_SIGN), ""
    return "", ""


def _is_quote(name: str, ident: str, classes: str, style: str, attributes: dict[str, str]) -> bool:
    if name == "blockquote":
        return not _is_indentation(classes, style, attributes)
    if attributes.get("name") == "quote" or ident == "reply-intro":
        return True
    return bool(classes) and any(known in classes for known in _QUOTE_NAMES)


def _is_indentation(classes: str, style: str, attributes: dict[str, str]) -> bool:
    """A blockquote that only indents: no line at its side, no name of a quote, not cited."""
    if "quote" in classes or attributes.get("type") == "cite" or "cite" in attributes:
        return False
    if "border:none" in style:
        return True
    return "border" not in style and bool(_INDENTED.search(style))


def _line(mark: str) -> str:
    return f"<p>{mark}</p>"


def _bounded(html: str) -> str:
    """Cut comments and depth before any library builds a tree: depth is what costs them time."""
    html = _BARE_AMPERSAND.sub("&amp;", html[:MAX_HTML].translate(_MARKS))[:MAX_HTML]
    if html.count(_NO_BREAK) > _MOST_NO_BREAK:
        html = html.replace(_NO_BREAK, " ")
    pieces: list[str] = []
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        pieces.append(html[at:start])
        stop = html.find(_COMMENT_END, start)
        if stop < 0:
            at = len(html)
            break
        at = stop + len(_COMMENT_END)
    pieces.append(html[at:])
    html = "".join(pieces)
    return html if _shallow(html) else _cut_deep(html)


def _shallow(html: str) -> bool:
    """Whether no element stands deeper than MAX_TAG_DEPTH: true of nearly all mail, and cheap to know."""
    depth = 0
    for closing, name in _TAG_NAME.findall(html):
        if name not in _UNCOUNTED:
            depth += -1 if closing else 1
            if depth > MAX_TAG_DEPTH:
                return False
            depth = max(depth, 0)
    return True


def _cut_deep(html: str) -> str:
    out: list[str] = []
    depth = end = 0
    for tag in _TAG.finditer(html):
        out.append(html[end : tag.start()])
        end = tag.end()
        if tag[2].lower() in _UNCOUNTED or tag[3].endswith("/"):
            out.append(tag[0])
            continue
        # End tags beyond the depth go with their start tags.
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth + bool(tag[1]) <= MAX_TAG_DEPTH:
            out.append(tag[0])
    out.append(html[end:])
    return "".join(out)


def _prefixed(plain: str) -> str:
    out: list[str] = []
    level, rest = 0, False
    for raw in plain.split("\n"):
        line = raw.rstrip()
        if not line.isascii() and (mark := next((m for m in (_OPEN, _CLOSE, _REST, _SIGN) if m in line), "")):
            level = max(0, level + line.count(_OPEN) - line.count(_CLOSE))
            rest = rest or mark == _REST
            if mark == _SIGN and not level and not rest:
                out.append("-- ")
            line = line.translate(_MARKS).strip()
            if not line:
                continue
        deep = min(level, 5) or int(rest)
        out.append(f"{'>' * deep} {line}" if deep else line)
    text = "\n".join(out).replace("\xa0", " ")
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip("\n")
