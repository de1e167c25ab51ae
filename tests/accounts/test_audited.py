"""The audit log in the language of who reads it: what is kept stays as it is, what is shown is said."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import hubbub
from hubbub.accounts.core.audited import DEEDS
from hubbub.accounts.core.values import Audited
from hubbub.kernel.speech import speaking

SOURCES = Path(hubbub.__file__).parent


def test_every_deed_that_is_noted_has_its_words_where_translations_find_them() -> None:
    noted = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) > 1:
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if called == "audit":
                    deed = node.args[1]
                    choices = (deed.body, deed.orelse) if isinstance(deed, ast.IfExp) else (deed,)
                    noted |= {each.value for each in choices if isinstance(each, ast.Constant)}
    assert len(noted) > 90
    assert noted <= set(DEEDS)


def test_what_it_was_done_to_and_words_of_ours_are_said_but_nobody_elses() -> None:
    before, after = {"status": "open", "reason": "open"}, {"status": "resolved", "until": "2026-12-07T21:32:34.4+00:00"}
    line = Audited(1, datetime(2026, 3, 1, tzinfo=UTC), "Mia", "web", "resolve", "case 7", before, after)
    assert line.about == "case 7"
    with speaking("de"):
        assert line.about == "Fall 7"
        assert line.changes == (
            ("status", "offen", "gelöst"),
            ("reason", "open", ""),
            ("until", "", "2026-12-07 21:32 UTC"),
        )


def test_a_role_and_who_has_a_case_are_called_as_everywhere() -> None:
    after = {"role": "lead", "owner": "Alice"}
    line = Audited(1, datetime(2026, 3, 1, tzinfo=UTC), "Mia", "web", "role changed", "Alice", {"role": "agent"}, after)
    assert line.changes == (("role", "agent", "team lead"), ("owned by", "", "Alice"))
    with speaking("de"):
        assert line.changes[0] == ("role", "Agent", "Teamleitung")


def test_several_deeds_at_once_are_said_one_by_one() -> None:
    line = Audited(1, datetime(2026, 3, 1, tzinfo=UTC), "Mia", "web", "take, wrap_up", "case 7", None, {"shared": True})
    assert line.deed == "take, wrap_up"
    assert line.changes == (("shared", "", "yes"),)
    with speaking("de"):
        assert line.deed == "Übernommen, Abschlussgrund"
        assert line.changes == (("shared", "", "ja"),)
