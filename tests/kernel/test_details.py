"""What a message tells beside its words travels as JSON, cleaned, and comes back the same."""

from hubbub.kernel.details import NONE, Choice, Details, File, details_of


def test_details_come_back_as_they_were() -> None:
    made = Details(
        subject="Broken",
        quoted="> hello",
        poll=(Choice("Yes", 2),),
        files=(File("1", "a.png", "image/png", 12, "A cat"),),
        checks={"dkim": "pass"},
        copies=("jo@example.org",),
        machine="bulk",
    )
    assert details_of(made.to_json()) == made


def test_nothing_to_tell_is_none_and_none_tells_nothing() -> None:
    assert Details().to_json() is None
    for text in (None, "", "{", "[]", '{"files": 7}', '{"poll": [[]]}'):
        assert details_of(text) is NONE


def test_what_no_store_takes_is_cleaned() -> None:
    text = Details(subject="a\0b\ud800", checks={"d\0kim": "pa\0ss"}).to_json()
    assert text is not None
    assert text.encode()
    assert (details_of(text).subject, dict(details_of(text).checks)) == ("ab\ufffd", {"dkim": "pass"})
