"""Who is who and who acts for whom (domain.md G2, G7, G13, Q10, Q17, Q21), on examples and on faults."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mailflow.errors import ConfigurationError
from mailflow.register.contacts import Contact
from mailflow.register.naming import key_of, meant
from mailflow.register.people import Officer
from mailflow.register.register import Register
from mailflow.register.services import Service

EXAMPLE = Path(__file__).parents[2] / "config" / "register"
REGISTER = Register.load(EXAMPLE, {"council.example"})
DAY = date(2027, 3, 1)
AWAY = ((date(2027, 3, 1), date(2027, 3, 12)),)


def cast(**absences: tuple[tuple[date, date], ...]) -> Register:
    """Ann and Bob hold the role, deputise for each other, and Mia is their manager, Moe hers; those named are away."""
    return Register(
        tuple(
            Officer(name, f"{name}@council.example", (), roles, "", manager, deputy, absences.get(name, ()))
            for name, roles, manager, deputy in [
                ("ann", frozenset({"worker"}), "mia@council.example", "bob@council.example"),
                ("bob", frozenset({"worker"}), "mia@council.example", "ann@council.example"),
                ("mia", frozenset({"lead"}), "moe@council.example", "dan@council.example"),
                ("dan", frozenset(), "moe@council.example", ""),
                ("moe", frozenset({"head"}), "", ""),
            ]
        )
    )


def names(officers: tuple[Officer, ...]) -> list[str]:
    """Just the names."""
    return [officer.name for officer in officers]


@pytest.mark.parametrize("folder", [EXAMPLE, EXAMPLE / "insurer"])
def test_the_example_registers_load(folder: Path) -> None:
    """What is shipped as an example has no fault, and every officer but the top has a manager above."""
    register = Register.load(folder)
    assert register.officers and register.services and register.contracts and register.contacts
    # Whoever is not managed by an officer is the top: nobody else may be without an escalation.
    assert {o.name for o in register.officers if not o.manager} <= {"Helen Marsh", "Grace Ward", "Tessa Moore"}


# -- officers -----------------------------------------------------------------------------------------------------


def test_an_officer_is_known_by_every_address() -> None:
    """Other addresses of an officer are the officer; case does not matter."""
    assert REGISTER.officer("M.Okafor@Council.Example") == REGISTER.officer("maya.okafor@council.example")
    assert REGISTER.officer("stranger@mail.example") is None


def test_work_goes_to_holders_who_are_there() -> None:
    """G13: nobody away: both holders."""
    assert names(cast().holders("worker", DAY)) == ["ann", "bob"]


def test_work_goes_to_the_deputy_once() -> None:
    """G13: Ann away: her deputy Bob, who is a holder already and is named once."""
    assert names(cast(ann=AWAY).holders("worker", DAY)) == ["bob"]


def test_with_all_away_work_goes_to_the_next_manager() -> None:
    """G13: holders away, each the other's deputy: their manager; she away as well: her deputy; he too: her manager."""
    assert names(cast(ann=AWAY, bob=AWAY).holders("worker", DAY)) == ["mia"]
    assert names(cast(ann=AWAY, bob=AWAY, mia=AWAY).holders("worker", DAY)) == ["dan"]
    assert names(cast(ann=AWAY, bob=AWAY, mia=AWAY, dan=AWAY).holders("worker", DAY)) == ["moe"]
    everybody = cast(ann=AWAY, bob=AWAY, mia=AWAY, dan=AWAY, moe=AWAY)
    assert everybody.holders("worker", DAY) == ()


@pytest.mark.parametrize(("day", "away"), [(28, False), (1, True), (12, True), (13, False)])
def test_absences_include_both_ends(day: int, away: bool) -> None:
    """G13: away from the first day to the last, both included."""
    when = date(2027, 2 if day == 28 else 3, day)
    assert (names(cast(mia=AWAY).holders("lead", when)) == ["dan"]) is away


def test_one_officers_work_has_a_stand_in() -> None:
    """G13: the task of one officer goes to the deputy, and stays with the officer who is there."""
    register = cast(ann=AWAY)
    ann, bob = register.officers[:2]
    assert register.stand_in(ann, DAY) == bob
    assert register.stand_in(bob, DAY) == bob


def test_a_named_deputy_may_decide_and_nobody_else() -> None:
    """G7: roles are the officer's own and those of whoever names them as deputy; deputies of deputies have none."""
    register = cast(mia=AWAY)
    assert register.roles_of("dan@council.example", DAY) == {"lead"}
    assert register.roles_of("moe@council.example", DAY) == {"head"}
    assert register.roles_of("stranger@mail.example", DAY) == frozenset()


def test_acting_for_somebody_names_the_absent_one() -> None:
    """The log says in whose place somebody acted: themselves first, then an absent officer, then any."""
    bob, cat, eve = (f"{name}@council.example" for name in ("bob", "cat", "eve"))
    role = frozenset({"r"})
    register = Register(
        (
            Officer("bob", bob, roles=role, deputy=eve),
            Officer("cat", cat, roles=role, deputy=eve, absences=AWAY),
            Officer("eve", eve),
        )
    )
    acting = register.acts_for(eve, "r", DAY)
    assert acting is not None and acting.name == "cat"
    assert register.acts_for(bob, "r", DAY) == register.officer(bob)
    assert register.acts_for(eve, "other", DAY) is None


def test_a_role_limited_to_services() -> None:
    """Officers limited to a service come first there, get nothing of other services, and others fill in."""
    anyone = Officer("any", "any@council.example", roles=frozenset({"r"}))
    homes = Officer("homes", "homes@council.example", roles=frozenset({"r"}), services=("Home care",))
    register = Register((anyone, homes))
    assert names(register.holders("r", DAY, "home care")) == ["homes"]
    assert names(register.holders("r", DAY, "Residential care")) == ["any"]
    assert names(register.holders("r", DAY)) == ["any"]
    assert names(Register((homes,)).holders("r", DAY)) == ["homes"]


def test_managers_of_officers_and_of_colleagues() -> None:
    """C96, Q21: the manager of an officer, and of a referrer listed as staff; unknown is None, never a guess."""
    for email, manager in [
        ("maya.okafor@council.example", "Ines Whitlock"),
        ("beth.carrow@council.example", "Colin Dacre"),
        ("colin.dacre@council.example", "Helen Marsh"),
    ]:
        found = REGISTER.manager_of(email)
        assert found is not None and found.name == manager
    assert REGISTER.manager_of("alan.wyre@health.example") is None
    assert REGISTER.manager_of("helen.marsh@council.example") is None


def test_who_is_a_colleague() -> None:
    """An officer, a contact of the kind staff or an own domain; a health referrer and a look-alike domain are not."""
    assert REGISTER.is_staff("beth.carrow@council.example")
    assert REGISTER.is_staff("new.person@council.example", {"council.example"})
    assert not REGISTER.is_staff("new.person@council.example")
    assert not REGISTER.is_staff("alan.wyre@health.example", {"council.example"})
    assert not REGISTER.is_staff("x@notcouncil.example", {"council.example"})
    assert not REGISTER.is_staff("x@council.example.mail.test", {"council.example"})


# -- parties ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Oakfield Care Ltd", ["Oakfield Care Ltd"]),
        ("oakfield care limited", ["Oakfield Care Ltd"]),
        ("Oakfield", ["Oakfield Care Ltd"]),
        ("Oakfield Home Support", ["Oakfield Care Ltd"]),
        ("Okafield Care", ["Oakfield Care Ltd"]),
        ("riverside.example", ["Riverside Homes Ltd"]),
        ("somebody@riverside.example", ["Riverside Homes Ltd"]),
        ("somebody@oakfield.example.mail.test", []),
        ("Unheard Of Ltd", []),
        ("Ltd", []),
        ("", []),
    ],
)
def test_a_provider_is_found_as_people_name_it(said: str, found: list[str]) -> None:
    """Q10: legal form, case, former names, small slips, domains; nothing is invented."""
    assert [provider.name for provider in REGISTER.party(said, "provider")] == found


def test_a_name_that_means_several_gives_all() -> None:
    """Q10: an officer chooses between several; the register never does."""
    register = Register(contacts=tuple(Contact(p, "provider", "", f"a@{p[0]}.example") for p in ("A Care", "B Care")))
    assert [provider.name for provider in register.party("care")] == ["A Care", "B Care"]


def test_contacts_by_role_and_day() -> None:
    """Q17: roles say who gets which letter; a contact who has left gets none."""
    then, now = date(2026, 6, 1), date(2027, 6, 1)
    assert [c.name for c in REGISTER.contacts_of("Riverside Homes", "concerns", now)] == ["Leah Storr"]
    assert len(REGISTER.contacts_of("Riverside Homes", "concerns", then)) == 2
    assert [c.email for c in REGISTER.contacts_of("Riverside Homes", "notices", now)] == ["notices@riverside.example"]
    assert [c.name for c in REGISTER.contacts_of("Oakfield Home Support", "others")] == ["Victor Amis"]
    assert [c.email for c in REGISTER.contacts_of("quality assurance")] == ["quality@council.example"]


def test_whose_address_it_is() -> None:
    """G2: listed contacts; else a party's own domain, flagged as new; else nobody; a former contact is new again."""
    (listed,) = REGISTER.party_of_address("Joan.Pell@oakfield.example", DAY)
    assert (listed.party, listed.new_contact) == ("Oakfield Care Ltd", False)
    (new,) = REGISTER.party_of_address("new.person@oakfield.example", DAY)
    assert (new.party, new.contact, new.new_contact) == ("Oakfield Care Ltd", None, True)
    (former,) = REGISTER.party_of_address("peter.gale@riverside.example", DAY)
    assert former.new_contact
    assert REGISTER.party_of_address("x@mail.example", DAY) == ()
    assert REGISTER.party_of_address("x@sub.oakfield.example", DAY) == ()


def test_an_address_of_two_parties_gives_both() -> None:
    """G2: a person who speaks for two parties is never silently put down to one."""
    both = Register(contacts=tuple(Contact(p, "provider", "Jo", "jo@x.example") for p in ("A Care", "B Care")))
    assert {belonging.party for belonging in both.party_of_address("jo@x.example")} == {"A Care", "B Care"}


# -- services and contracts ---------------------------------------------------------------------------------------


def test_services_and_contracts_are_found_leniently() -> None:
    """Q10: a number however typed; a service by a word of its name if only one has it; contracts as at a day."""
    service = REGISTER.service("reablement")
    assert service is not None and service.sector == "in-house"
    assert REGISTER.service("care") is None
    contract = REGISTER.contract("cm2024 017")
    assert contract is not None and contract.dispute_clause == "clause 31"
    assert [c.number for c in REGISTER.contracts_of("Riverside Homes Ltd")] == ["CM-2023-102", "CM-2025-008"]
    assert [c.number for c in REGISTER.contracts_of("Riverside Homes Ltd", date(2028, 3, 1))] == ["CM-2023-102"]
    assert REGISTER.contracts_of("Meadow Support", DAY) == ()


def test_who_answers_for_a_service() -> None:
    """Q21: a column of services.csv gives a person by address or the contacts of a team; nobody where it is empty."""
    ops = REGISTER.service_people("Home care", "operational_teams", DAY)
    assert [person.email for person in ops] == ["homecare.ops@council.example", "quality@council.example"]
    assert [p.name for p in REGISTER.service_people("Reablement", "in_house_manager", DAY)] == ["Nadia Frost"]
    assert REGISTER.service_people("Home care", "in_house_manager", DAY) == ()
    assert REGISTER.service_people("Unheard of", "service_manager", DAY) == ()
    assert REGISTER.service_columns == {"service_manager", "in_house_manager", "operational_teams"}


def test_an_exact_service_name_beats_a_longer_one() -> None:
    """A service whose name is part of another's can still be named."""
    register = Register(services=(Service("Home care", "independent"), Service("Home care nights", "independent")))
    found = register.service("home care")
    assert found is not None and found.name == "Home care"


def test_names_are_compared_without_case_accents_and_legal_form() -> None:
    """Nobody writes a name alike twice."""
    assert key_of("The Caf\u00e9 & Co. Ltd.") == "cafe and"
    assert key_of("O'Neill's Care CIC") == key_of("oneills care")
    assert key_of("Limited") == "limited"
    assert meant("oakfeild care", ["Oakfield Care", "Riverside"]) == ("Oakfield Care",)


# -- faults -------------------------------------------------------------------------------------------------------

GOOD = {
    "officers.csv": "name,email,roles,manager,deputy\nAnn,ann@council.example,r,,\n",
    "services.csv": "name,sector,operational_teams\nHome care,independent,\n",
    "contracts.csv": "number,party,party_domain,services,start,end\nC1,Oak Ltd,oak.example,Home care,,\n",
    "contacts.csv": "party,kind,email,valid_from,valid_to\nOak Ltd,provider,jo@oak.example,,\n",
}


def folder_with(tmp_path: Path, **changed: str) -> Path:
    """A register folder in which some files are replaced (officers="..." for officers.csv)."""
    for file, text in (GOOD | {f"{name}.csv": text for name, text in changed.items()}).items():
        (tmp_path / file).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "line", "words"),
    [
        ("officers", "Bob,bob@council.example,r,nobody@council.example,", "manager nobody@council.example is not"),
        ("officers", "Bob,bob@council.example,r,,bob@council.example", "their own deputy"),
        ("officers", "Bob,ann@council.example,r,,", "on line 2"),
        ("officers", ",bob@council.example,r,,", '"name" is empty'),
        ("services", "Home Care,independent,", "on line 2 already"),
        ("services", "Other,independent,Nobody", 'column "operational_teams" is not in contacts.csv'),
        ("services", "Other,independent,a@b@c", '"a@b@c" in the column "operational_teams" is not an address'),
        ("contracts", "c 1,Oak Ltd,,Home care,,", "on line 2 already"),
        ("contracts", "C2,Oak Ltd,,Gardening,,", '"Gardening" is not in services.csv'),
        ("contracts", "C2,Oak Ltd,gmail.com,Home care,,", "gmail.com does not belong"),
        ("contracts", "C2,Oak Ltd,council.example,Home care,,", "council.example does not belong"),
        ("contracts", "C2,Oak Ltd,,Home care,2027-01-01,2026-01-01", "ends before it starts"),
        ("contacts", "Oak Ltd,provider,jo,,", '"jo" in the column "email" is not an address'),
        ("contacts", "Oak Ltd,provider,jo@oak.example,2027-01-01,2026-01-01", "valid_to lies before"),
    ],
)
def test_a_faulty_line_is_named(tmp_path: Path, file: str, line: str, words: str) -> None:
    """Each fault names its file and line 3, where the faulty line was added."""
    folder = folder_with(tmp_path, **{file: f"{GOOD[f'{file}.csv']}{line}\n"})
    with pytest.raises(ConfigurationError) as caught:
        Register.load(folder, {"council.example"})
    (fault,) = caught.value.faults
    assert (Path(fault.file).name, fault.line) == (f"{file}.csv", 3)
    assert words in fault.what


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    """Exit 78 lists everything: a missing file and faults in the others."""
    folder = folder_with(tmp_path, officers="name,email,roles\n,x,\n", contracts="number\nC1\n")
    (folder / "services.csv").unlink()
    with pytest.raises(ConfigurationError) as caught:
        Register.load(folder)
    files = [Path(fault.file).name for fault in caught.value.faults]
    assert files.count("officers.csv") == 2
    assert "contracts.csv" in files and "services.csv" in files


def test_a_circle_of_managers_ends(tmp_path: Path) -> None:
    """Two officers who manage each other and are both away leave nobody, and the search ends."""
    away = "2027-03-01..2027-03-12"
    folder = folder_with(
        tmp_path,
        officers="name,email,roles,manager,absences\n"
        f"A,a@council.example,r,b@council.example,{away}\nB,b@council.example,,a@council.example,{away}\n",
    )
    assert Register.load(folder).holders("r", DAY) == ()
