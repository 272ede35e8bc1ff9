"""Every letter renders in both forms, with the same words, and nothing from a mail gets out of hand."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mailflow.documents.letters import Letters
from mailflow.documents.plain import WIDTH
from mailflow.errors import CannotRender
from mailflow.mail.reply_text import REPLY_MARKER

TEMPLATES = Path(__file__).parents[2] / "templates"
NAMES = sorted(
    f"{path.parent.name}/{path.stem}" for path in TEMPLATES.glob("*/[MN][0-9][0-9].j2") if path.parent.name != "layouts"
)
FORMAL = {"M15", "M20", "M22", "M33", "M37", "M40", "M42", "M45", "M54"}
TO_PROVIDER = FORMAL - {"M54"}
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} {% raw %}\r\n\r\nBcc: a@example.org\r\n" + "w" * 300 + " \u202egpj"
FIRST_DO = re.compile(r"\b(please|do not need to|need not|no further reply is needed|reply to this)\b", re.IGNORECASE)
DATE = re.compile(r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d{1,2} [A-Z][a-z]+ \d{4}\b")


class Words(HTMLParser):
    """The words of an HTML letter's body, as a reader sees them."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.body, self.found, self.paragraphs, self.inside, self.tags = False, [], [], False, set()
        self.count = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.body = self.body or tag == "body"
        if tag in {"ol", "ul"}:
            self.count = int(tag == "ol")
        if tag == "li" and self.count:  # the reader sees the number that the list gives
            self.found.append(f" {self.count}. ")
            self.count += 1
        if tag in {"p", "li", "td", "th", "br", "h1", "h2", "span"}:
            self.found.append(" ")
        if tag == "p":
            self.paragraphs.append("")
            self.inside = True

    def handle_endtag(self, tag):
        if tag == "p":
            self.inside = False

    def handle_data(self, data):
        if self.body:
            self.found.append(data)
        if self.inside:
            self.paragraphs[-1] += data


def bare(text: str) -> list[str]:
    """Words only: letters and digits, whatever stands around them; link addresses of the text form are left out."""
    return re.findall(r"\w+", re.sub(r"<(?:mailto|https):[^>]*>", " ", text).lower())


def tally(words: list[str]) -> dict[str, int]:
    return {word: words.count(word) for word in words}


def hostile(value: object) -> object:
    """The same context with every text value replaced by an attack, dates and numbers kept."""
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, dict):
        keep = {"href", "kind", "at", "number"}
        return {key: part if key in keep else hostile(part) for key, part in value.items()}
    if isinstance(value, list):
        return [hostile(part) for part in value]
    if isinstance(value, tuple):
        return tuple(hostile(part) for part in value)
    if hasattr(value, "__dict__"):
        copy = deepcopy(value)
        for key, part in vars(copy).items():
            setattr(copy, key, part if key == "default_notice" else hostile(part))
        return copy
    return value


def test_all_letters_are_there():
    """Every id of domain.md 6.1, M01 to M60 and N01 to N18, has a file."""
    wanted = {f"M{n:02d}" for n in range(1, 61)} | {f"N{n:02d}" for n in range(1, 19)}
    assert wanted <= {name.split("/")[1] for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_text_and_html_say_the_same(letters, name, context):
    """Both forms of a letter carry the same words, each as often as the other (domain.md 6.1)."""
    made = letters.render(name, context)
    assert tally(bare(made.text)) == tally(bare("".join(Words(made.html).found)))


@pytest.mark.parametrize("name", NAMES)
def test_what_every_mail_carries(letters, name, context):
    """Reply line on top; subject with the reference; reference, contact, formats and privacy at the end."""
    made = letters.render(name, context)
    assert made.text.startswith(f"{REPLY_MARKER}\n")
    assert Words(made.html).paragraphs[0] == REPLY_MARKER
    assert made.subject.startswith("[CC-2027-0042-K7] ") and "\n" not in made.subject
    end = made.text[made.text.index("- - -") :]
    closing = ("Reference: [CC-2027-0042-K7]", "Contact: ", "Other formats: ", "Privacy: ")
    assert [part for part in closing if part not in end] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_first_paragraph_says_what_to_do(letters, name, context):
    """The first paragraph names a date or an instruction (domain.md 6.1)."""
    made = letters.render(name, context)
    blocks = made.text.split("\n\n")
    start = next(at for at, block in enumerate(blocks) if re.search(r"\n={4,}$", block))
    first = next(block for block in blocks[start + 1 :] if not block.startswith("Dear "))
    assert FIRST_DO.search(" ".join(first.split())) or DATE.search(" ".join(first.split())), first


@pytest.mark.parametrize("name", NAMES)
def test_dates_are_said_with_the_weekday(letters, name, context):
    """No date stands in another form than "Tuesday 30 March 2027", and no letter says None."""
    made = letters.render(name, context)
    text = made.text.replace("[CC-2027-0042-K7]", "")
    assert not re.search(r"\d{4}-\d{2}-\d{2}", text)
    assert "None\n" not in text.replace("\n\nNone.\n", "") and "None." not in text.replace("\nNone.\n", "")
    for found in re.finditer(r"(\w+\s+)?(\d{1,2})\s+(January|February|March|April|May)\s+\d{4}", text):
        assert (found.group(1) or "").strip().endswith("day"), found.group(0)


@pytest.mark.parametrize("name", NAMES)
def test_text_lines_fit_a_narrow_screen(letters, name, context):
    """Text is wrapped at 72 columns; only link addresses are longer."""
    made = letters.render(name, context)
    assert [line for line in made.text.splitlines() if len(line) > WIDTH and "mailto:" not in line] == []


@pytest.mark.parametrize("name", NAMES)
def test_hostile_values_stay_inert(letters, name, context):
    """Markup, template source, line breaks and direction marks from a mail come out as harmless words."""
    made = letters.render(name, hostile(context))
    page = made.html
    assert "script" not in Words(page).tags and "&lt;script&gt;" in page
    assert "49" not in bare(made.text) and "{{ 7 * 7 }}" in " ".join(made.text.split())
    assert "\n\nBcc:" not in made.text and "\r" not in made.text + made.subject
    assert "\n" not in made.subject and "\u202e" not in made.text + made.subject + page


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched(letters, name, context):
    """No image, remote style, script or font: the mail is whole as it comes, and @media survives for phones."""
    html = letters.render(name, context).html
    assert not re.search(r"<(img|script|link|iframe|object|form)\b|url\(|@import", html)
    assert "@media" in html and 'lang="en-GB"' in html and 'name="viewport"' in html


@pytest.mark.parametrize("name", NAMES)
def test_a_fresh_case_with_little_known_still_gets_its_officer_mails(letters, name, context):
    """Unknown fields, absent dates and empty lists make a short mail, or a refusal that names the value."""
    bare_case = type(context["case"])(actions=[], allegations=[])
    context.update(case=bare_case, dates=type(context["dates"])(), due=None, said=None, mail=None, item=None)
    for key in ("file", "others", "buttons", "drafts", "choices", "recorded", "steps", "next_dates", "leaves"):
        context[key] = []
    context.update(reason="", first_letter_on=None)
    try:
        made = letters.render(name, context)
    except CannotRender as refused:
        assert "is empty" in str(refused), refused
    else:
        assert "None" not in made.text.replace("\nNone.\n", "")


def test_only_what_binds_is_refused_without_its_date(letters, context):
    """A letter that sets a party's date is refused rather than sent without it."""
    context["dates"].T4 = None
    with pytest.raises(CannotRender, match=r"'council-concerns/M20', M20.j2, line \d+: .*dates.T4"):
        letters.render("council-concerns/M20", context)


def test_a_missing_variable_is_named(letters, context):
    """The error names template, line and variable (E: errors.CannotRender)."""
    del context["office"]["emergency"]
    with pytest.raises(CannotRender, match=r"'council-concerns/M01', M01.j2, line \d+: the variable 'emergency'"):
        letters.render("council-concerns/M01", context)
    del context["first_letter_on"]
    with pytest.raises(CannotRender, match="variable 'first_letter_on' is missing"):
        letters.render("council-concerns/M22", context)


def test_errors_tell_no_value(letters, context):
    """No word of a mail stands in an error: of other errors only the kind is told."""
    context["case"].received_on = "secret words"
    context["case"].dispute_received_on = "secret words"
    with pytest.raises(CannotRender) as refused:
        letters.render("council-concerns/M40", context)
    assert "secret" not in str(refused.value) and "TypeError" in str(refused.value)


def test_missing_and_broken_templates_are_named(tmp_path: Path, letters, context):
    """A missing file, a name that leaves the folder and a syntax error are each refused with the place."""
    for name in ("council-concerns/M99", "../etc/passwd", "a/b/c", ""):
        assert not letters.exists(name)
        with pytest.raises(CannotRender, match="is missing"):
            letters.render(name, context)
    (tmp_path / "office").mkdir()
    (tmp_path / "office" / "M20.j2").write_text("{% block subject %}x{% endblock %}\n\n{% if %}\n")
    with pytest.raises(CannotRender, match=r"'office/M20'.*line 3"):
        Letters([tmp_path, TEMPLATES]).render("office/M20", context)


def test_shared_letters_serve_every_procedure(letters, context):
    """A procedure without its own M53 uses the shared one (contract of the template folders)."""
    assert letters.exists("any-procedure/M53") and letters.exists("M53")
    assert letters.render("any-procedure/M53", context) == letters.render("M53", context)


def test_the_sandbox_holds(tmp_path: Path, context):
    """A template cannot reach into Python."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "M90.j2").write_text("{% block subject %}{{ ''.__class__.__mro__ }}{% endblock %}")
    with pytest.raises(CannotRender):
        Letters([tmp_path, TEMPLATES]).render("M90", context)


def test_only_mail_and_web_links_become_links(letters, context):
    """A button with another scheme keeps its words and loses its link."""
    context["buttons"] = [{"label": "Accepted", "words": "Accepted", "href": "javascript:alert(1)"}]
    made = letters.render("council-concerns/M23", context)
    assert "javascript" not in made.html + made.text and "Accepted" in made.text


def test_variables_lists_what_a_letter_reads(letters):
    """The loader can ask which names a letter needs, layouts included."""
    assert {"case", "dates", "office", "tag", "to", "today"} <= letters.variables("council-concerns/M20")
    assert "p" not in letters.variables("council-concerns/M20")


@pytest.mark.parametrize("name", NAMES)
def test_formal_letters_carry_date_and_addressee(letters, name, context):
    """The letters of domain.md 6.1 (L) name sender, addressee and date before the words; mails do not."""
    before = letters.render(name, context).text.split("====")[0]
    formal = name.split("/")[1] in FORMAL | {"M44"}
    assert ("Date: Monday 1 March 2027" in before and "Robin Reader" in before) == formal


@pytest.mark.parametrize("name", NAMES)
def test_no_names_in_subjects(letters, name, context):
    """No person, provider or summary stands in a subject (G12)."""
    subject = letters.render(name, context).subject
    people = ("Oakfield", "Riley", "Robin", "Sam", "Pat", "Missed")
    assert [word for word in people if word in subject] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.split("/")[1] in TO_PROVIDER])
def test_the_provider_never_learns_the_referrer(letters, name, context):
    """A letter to the provider names neither the referrer nor the referrer's address (G12, Q9)."""
    made = letters.render(name, context)
    assert "Riley" not in made.text and "riley@" not in made.text


@pytest.mark.parametrize(
    ("name", "must_say"),
    [
        ("M01", ("999", "111", "safeguarding", "CC-2027-0042-K7")),
        ("M05", ("not be processed or investigated by the Contract Management Team", "still under investigation")),
        ("M06", ("not be processed or investigated by the Contract Management Team", "Lee Lead")),
        ("M07", ("manage it at an operational level", "not be processed under the concern management procedure")),
        ("M08", ("in this instance",)),
        ("M11", ("less than 6 months old", "Sunday 14 February 2027")),
        ("M20", ("1. Review the concern.", "2. Investigate what happened.", "3. Respond to us", "accept or dispute")),
        ("M22", ("This is the final date", "Senior Procurement Officer", "default notice")),
        ("M33", ("default notice will be issued", "dispute the outcome by replying", "Friday 9 April 2027")),
        ("M35", ("Validated 1", "Not validated 2 because")),
        ("M45", ("C-1234", "Tuesday 1 April 2025", "clause 14.2", "Monday 3 May 2027", "Method of service")),
    ],
)
def test_what_a_letter_must_say(letters, name, must_say, context):
    """The key content of domain.md 6.1 and the procedure's own words (C18, C21, C24, C36, C39, C62)."""
    said = " ".join(letters.render(f"council-concerns/{name}", context).text.split())
    if name == "M33":
        must_say = (must_say[0], "If you dispute the outcome", must_say[2])
    assert [words for words in must_say if words not in said] == []


def test_a_decision_is_never_assumed(letters, context):
    """A conclusion letter without a decision on the default notice is refused (Q25)."""
    context["case"].default_notice = ""
    with pytest.raises(CannotRender, match="default_notice"):
        letters.render("council-concerns/M33", context)


def test_a_late_dispute_is_not_said_to_be_reviewed(letters, context):
    """A dispute refused as late gets M42 without a claim that it was considered (d4)."""
    context["case"].dispute_result = "refused as late"
    said = letters.render("council-concerns/M42", context).text
    assert "It is not reviewed" in said and "considered" not in said


def test_the_second_closing_says_follow_up(letters, context):
    """Step 13 closes the concern, step 13.2 its follow-up: two mails that cannot be mistaken (Q23)."""
    context["case"].follow_up, context["case"].closed_on = "closed", context["today"]
    assert letters.render("council-concerns/M36", context).subject.endswith("Closed")
    context["case"].closed_on = date(2027, 2, 1)
    assert letters.render("council-concerns/M36", context).subject.endswith("Follow-up closed")


def test_a_date_that_is_an_instant_is_refused(letters, context):
    """Letters state local dates only: an instant could be a day off (K2)."""
    context["leaving"] = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)
    with pytest.raises(CannotRender, match="TypeError"):
        letters.render("council-concerns/M20", context)
    context["leaving"] = date(2027, 3, 1)
    assert "Monday 1 March 2027" in letters.render("council-concerns/M20", context).text


def test_a_question_asked_again_says_the_same_in_text_and_html(letters, context):
    """M57 the second time: since when, whom we asked, what is held; in both forms."""
    holds = "reminders to the service provider on [CC-2027-0042-K7] are held"
    context["waiting"] = {"since": context["today"], "asked": "Ann Example", "too": "Ben Example", "holds": holds}
    made = letters.render("council-concerns/M57", context)
    for words in ("since Monday 1 March 2027", "We have asked Ann Example", "goes to Ben Example too", holds):
        assert words in " ".join(made.text.split()) and words in " ".join(made.html.split())


@pytest.mark.parametrize("name", ["M15", "M20", "M22", "M33"])
def test_the_provider_reads_only_the_officers_sentence(letters, name, context):
    """The referrer's subject line may hold names and health facts: a provider never reads it (G12)."""
    context["case"].summary = "Mrs Edith Marlow missed insulin"
    made = letters.render(f"council-concerns/{name}", context)
    assert "The concern, in short: Visits at home were missed." in " ".join(made.text.split())
    assert "Marlow" not in made.text + made.html
    context["case"].neutral = ""
    made = letters.render(f"council-concerns/{name}", context)
    assert "in short" not in made.text + made.html and "Marlow" not in made.text + made.html


def test_a_template_put_in_place_of_another_has_another_digest(tmp_path: Path):
    """Files are read again only when they may have changed: one of the same length that takes its place has."""
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "L1.j2").write_text("one")
    found = Letters([tmp_path, Path(__file__).parents[2] / "templates"])
    before = found.digests("tiny")
    assert found.digests("tiny") == before
    (tmp_path / "other").write_text("two")
    (tmp_path / "other").replace(tmp_path / "tiny" / "L1.j2")
    after = found.digests("tiny")
    assert {name for name in after if after[name] != before[name]} == {"tiny/L1.j2"}
