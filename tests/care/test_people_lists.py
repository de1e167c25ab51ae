"""Lists of accounts: who is on one is treated so, heard before or after; and what a file of them says."""

import pytest
from tests.make import Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.care.core.people_lists import Member, read_members
from hubbub.care.models import CaseRow, ListMember, SocialAccount
from hubbub.care.selectors import people_lists as selectors
from hubbub.care.services import people_lists, playbooks
from hubbub.flows import erasure
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound

BROKEN = "@AcmeCustServ my acme widget is broken!"
CHANNELS = ("demo", "mail")


@pytest.fixture
def town(db: None, places: Places) -> Town:
    return make_town(make_workspace(), places)


def account(handle: str) -> SocialAccount:
    return SocialAccount.objects.get(handle=handle)


def listed(town: Town, name: str, *handles: str, means: str = "") -> int:
    made = people_lists.save_list(town.access, None, name=name, note="", means=means, now=town.at)
    people_lists.put_on(town.access, made, [Member("demo", each, "Says so") for each in handles], now=town.at)
    return made


def test_who_is_on_a_list_is_known_so_whether_heard_before_or_after(town: Town) -> None:
    town.says("ann", BROKEN)
    press = listed(town, "Press", "ann", "ben", means="listed")
    town.says("ben", BROKEN)
    town.says("carl", BROKEN)
    for handle, on in (("ann", True), ("ben", True), ("carl", False)):
        found = account(handle)
        assert (found.lists, found.listed) == (["Press"] if on else [], on)
    ended = {case.account.handle: case.rule for case in CaseRow.objects.exclude(account=None).select_related("account")}
    assert ended["ben"] == "P7a"  # on a list of press: the hold ends
    both = listed(town, "VIP", "ben", means="listed")
    (member,) = (each for each in selectors.members(town.access, press)[0] if each.handle == "ben")
    people_lists.take_off(town.access, press, member.id, now=town.at)
    assert (account("ben").lists, account("ben").listed) == (["VIP"], True)  # by the other list
    people_lists.remove_list(town.access, both, now=town.at)
    assert (account("ben").lists, account("ben").listed) == ([], False)
    people_lists.save_list(town.access, press, name="Press", note="", means="employee", now=town.at)
    assert (account("ann").listed, account("ann").employee) == (False, True)


def test_accounts_are_taken_off_by_their_handles_and_only_those(town: Town) -> None:
    town.says("ann", BROKEN)
    staff = listed(town, "Staff", "ann", "ben", "carl", means="employee")
    gone = [Member("demo", "ann"), Member("demo", "carl"), Member("mail", "ben"), Member("demo", "dora")]
    assert people_lists.take_off_all(town.access, staff, gone, now=town.at) == 2
    assert [each.handle for each in selectors.members(town.access, staff)[0]] == ["ben"]
    assert not account("ann").employee


def test_a_list_that_the_playbook_asks_for_keeps_its_name(town: Town) -> None:
    testers = listed(town, "Beta testers", "ann")
    rule = {
        "id": "B1", "name": "Testers", "say": "They know", "decide": "answer",
        "when": [{"any": [{"fact": "lists", "has_any": ["Beta testers"]}, {"fact": "known", "is": True}]}],
    }  # fmt: skip
    playbooks.put(town.access, "rules", rule, instead_of="", now=town.at)
    playbooks.save(town.access, note="", over=0, now=town.at)
    assert selectors.people_list(town.access, testers).rules == ("B1",)
    for deed in (
        lambda: people_lists.save_list(town.access, testers, name="Testers", note="", means="", now=town.at),
        lambda: people_lists.remove_list(town.access, testers, now=town.at),
    ):
        with pytest.raises(Conflict, match="asks for ‘Beta testers’ in B1"):
            deed()
    people_lists.save_list(town.access, testers, name="Beta testers", note="They try it", means="", now=town.at)
    town.says("ann", BROKEN)
    assert account("ann").lists == ["Beta testers"]


def test_a_file_is_read_whole_or_its_first_wrong_line_is_named() -> None:
    read = read_members("Handle;Channel;Why\n@Ann;;Editor\nJo@Example.org;mail;\n\nann;demo;Chief\n", "demo", CHANNELS)
    assert read == (Member("demo", "ann", "Chief"), Member("mail", "jo@example.org", ""))
    wrong = {
        "": "names the columns",
        "name of cat\nTom": "names the columns",
        "handle\n": "no line",
        "handle,channel\nann,\nben,fax": "Line 3: There is no channel 'fax'",
        "handle\nann lee": "Line 2: ‘ann lee’ is no handle",
    }
    for text, words in wrong.items():
        with pytest.raises(InvalidInput, match=words):
            read_members(text, "demo", CHANNELS)


def test_members_are_found_page_by_page_and_put_on_but_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "PAGE", 2)
    which = listed(town, "Press", *(f"person_{number}" for number in range(5)))
    again = [Member("demo", "person_1", "The editor"), Member("mail", "person_1")]
    assert people_lists.put_on(town.access, which, again, now=town.at) == 1
    assert selectors.people_list(town.access, which).accounts == 6
    read, before = [], None
    while True:
        lines, before = selectors.members(town.access, which, before=before)
        read += [(each.channel, each.handle) for each in lines]
        if before is None:
            break
    assert len(read) == len(set(read)) == 6
    ((line,), _) = selectors.members(town.access, which, search="editor")
    assert (line.handle, line.reason, line.by) == ("person_1", "The editor", "Mia")


def test_only_managers_change_lists_and_nobody_of_another_workspace_sees_one(town: Town) -> None:
    which = listed(town, "Press", "ann")
    lead: Access = make_member(town.access, "Lea", Role.LEAD)
    charlie = make_workspace("Globex", "charlie@globex.example")
    assert [each.name for each in selectors.people_lists(lead)] == ["Press"]
    assert selectors.people_lists(charlie) == ()
    for who, refusal in ((lead, NotAllowed), (charlie, NotFound)):
        with pytest.raises(refusal):
            people_lists.put_on(who, which, [Member("demo", "ben")], now=town.at)
        with pytest.raises(refusal):
            people_lists.remove_list(who, which, now=town.at)
    with pytest.raises(NotFound):
        selectors.members(charlie, which)
    assert ListMember.objects.count() == 1
    assert AuditEntry.objects.filter(action="put on a list").count() == 1


def test_who_is_erased_is_on_no_list(town: Town) -> None:
    town.says("ann", BROKEN)
    listed(town, "Press", "ann", "ben")
    ann = account("ann")
    erasure.erase(town.access, ann.channel, ann.native, town.places, now=town.at)
    assert list(ListMember.objects.values_list("handle", flat=True)) == ["ben"]
