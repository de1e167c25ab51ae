"""Words of the interface in other languages: `python tools/messages.py [more.po ...]`.

Finds every sentence that people are told: in Python what `say`, `say_many` and `mark` are given, the `message` of
errors and the `reason`, `what`, `deed` and `needed` they are raised with; in templates what `translate` and
`blocktranslate` hold; in scripts what `say` is given; in the default playbook what rules are called and say,
and the canned replies they name; in the rules of segments what kinds are called and signs say.

Writes `src/hubbub/locale/LANGUAGE/LC_MESSAGES/django.po` anew (sentences that are there keep their translation; files
given besides bring more), `django.mo` beside it, which is what is read at run time, and `words.LANGUAGE.js` with what
scripts say.

`--check` writes nothing and exits 1 where a sentence of a template is not marked, one is not translated or says other
facts than the English one, or a file is stale.
"""

import ast
import io
import json
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "hubbub"
SCRIPTS = SOURCE / "web" / "static" / "hubbub"
SPOKEN = ("say", "mark", "say_many")
FACTS = ("reason", "what", "deed", "needed")
KEYWORDS = {
    "gettext": None, "gettext_noop": None, "_": None, "pgettext": ((1, "c"), 2), "ngettext": (1, 2),
    "npgettext": ((1, "c"), 2, 3), "say": None, "say_many": (1, 2),
}  # fmt: skip
PLAYBOOK = "care/data/playbook.toml"
SEGMENTS = "influence/data/segments.toml"
ELSEWHERE = {"migrations", "vendor", "simulate"}
"""Folders of what is not ours to say: the demo world speaks as a network of its own does."""
Found = tuple[str, str | tuple[str, str], str | None]  # file, words or both numbers of them, context

NEVER = datetime(2026, 1, 1, tzinfo=UTC)
FIELD = re.compile(r"%\((\w+)\)s|\{(\w*)[^{}]*\}|%%")
WHOLE = re.compile(
    r"\{#[^\n]*?#\}|\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}|\{%\s*comment\b.*?endcomment\s*%\}"
    r"|<(script|style|svg|code|kbd|pre)\b.*?</\1>|<!--.*?-->",
    re.DOTALL,
)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SAID_BY = re.compile(r"\b(?:aria-label|aria-description|title|placeholder|alt|data-say[\w-]*)=\"([^\"]*)\"")
MARKUP = re.compile(r"<[^<>]*>")
LETTERS = re.compile(r"[A-Za-zÄÖÜäöüß]{2,}")
NAMES = {
    "Hubbub", "CSV", "XLSX", "Parquet", "JSON", "TOML", "API", "UTC", "Bluesky", "Mastodon", "html", "doctype", "nbsp",
    "mdash", "ndash", "rsquo", "lsquo", "hellip", "amp", "quot", "times", "middot", "rarr", "larr", "URL", "ID",
    "min", "ms", "kB", "MB", "OK", "PDF",
}  # fmt: skip
"""Words that are the same in every language, and names of characters."""


def main() -> None:
    """Write the files anew, or judge them."""
    given = sys.argv[1:]
    found = list(sentences())
    languages = sorted(path.name for path in (SOURCE / "locale").iterdir() if path.is_dir())
    wrong: list[str] = []
    for language in languages:
        folder = SOURCE / "locale" / language / "LC_MESSAGES"
        catalogue = translated(
            found, language, [folder / "django.po", *map(Path, given if "--check" not in given else [])]
        )
        written = {
            folder / "django.po": po(catalogue),
            folder / "django.mo": mo(catalogue),
            SCRIPTS / f"words.{language}.js": script(catalogue, language),
        }
        if "--check" in given:
            wrong += unmarked()
            wrong += problems(catalogue, language)
            wrong += [
                f"{path.relative_to(ROOT)} is stale" for path, held in written.items() if path.read_bytes() != held
            ]
        else:
            for path, held in written.items():
                path.write_bytes(held)
            missing = sum(not done(each) for each in catalogue if each.id)
            print(f"{language}: {len(catalogue):,} sentences, {missing:,} not translated")
    if wrong:
        sys.exit("\n".join([*wrong, f"{len(wrong)} things to mend; then run tools/messages.py"]))


def sentences() -> Iterator[Found]:
    """Every sentence of the sources, file by file."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub.config.settings")
    with tempfile.TemporaryDirectory() as home:
        os.environ["HUBBUB_HOME"] = home
        from django.utils.translation.template import templatize

        for path in sorted(SOURCE.rglob("*")):
            name = path.relative_to(SOURCE).as_posix()
            if not ELSEWHERE.isdisjoint(path.parts):
                continue
            if path.suffix == ".py":
                yield from ((name, words, None) for words in in_python(path.read_text(encoding="utf-8")))
            elif path.suffix == ".html":
                yield from marked(name, templatize(path.read_text(encoding="utf-8")), "python")
            elif path.suffix == ".js" and not path.name.startswith("words."):
                yield from marked(name, path.read_text(encoding="utf-8"), "javascript")
            elif name == PLAYBOOK:
                yield from ((name, words, None) for words in in_playbook(path.read_text(encoding="utf-8")))
            elif name == SEGMENTS:
                yield from ((name, words, None) for words in in_segments(path.read_text(encoding="utf-8")))


def marked(name: str, text: str, method: str) -> Iterator[Found]:
    """What calls of the usual names hold."""
    for _, words, _, context in extract(method, io.BytesIO(text.encode()), keywords=KEYWORDS):
        yield name, words, context  # type: ignore[misc]


def in_playbook(text: str) -> Iterator[str]:
    """What the rules and triggers of the default playbook are called and say, and which canned replies they name."""
    data: dict[str, Any] = tomllib.loads(text)
    for each in (data, *data["rules"], *data["triggers"]):
        yield from (each[key] for key in ("name", "say", "template") if key in each)


def in_segments(text: str) -> Iterator[str]:
    """What the kinds of people are called, and their signs say."""
    for kind in tomllib.loads(text)["kinds"]:
        yield kind["name"]
        yield from (sign["say"] for sign in kind["signs"])


def in_python(text: str) -> Iterator[str | tuple[str, str]]:
    """What a module says, or lets an error say."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = [
                each.value for each in node.args[:2] if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            if called == "say_many" and len(first) == 2:
                yield first[0], first[1]
            elif called in SPOKEN and first:
                yield first[0]
            elif called[:1].isupper():
                yield from (
                    each.value.value
                    for each in node.keywords
                    if each.arg in FACTS and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
                )
        elif isinstance(node, ast.ClassDef):
            for line in node.body:
                target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
                value = getattr(line, "value", None)
                if (
                    getattr(target, "id", "") == "message"
                    and isinstance(value, ast.Constant)
                    and isinstance(value.value, str)
                ):
                    yield value.value


def translated(found: list[Found], language: str, files: list[Path]) -> Catalog:
    """A catalogue of these sentences, with the translations that the files hold, the last one given first."""
    held: dict[tuple[object, str | None, bool], object] = {}
    for path in files:
        if path.exists():
            with path.open("rb") as file:
                held |= {key(each): each.string for each in read_po(file, locale=language) if each.id and done(each)}
    catalogue = Catalog(locale=language, project="Hubbub", version="", fuzzy=False, charset="utf-8", header_comment="#")
    for name, words, context in found:
        catalogue.add(words, locations=[(name, 0)], context=context)
    for each in catalogue:
        string = held.get(key(each), "")
        if each.id and isinstance(string, str) == isinstance(each.id, str):  # what is counted now may not have been
            each.string = string  # type: ignore[assignment]
    catalogue.creation_date = catalogue.revision_date = NEVER
    return catalogue


def key(message: Message) -> tuple[object, str | None, bool]:
    """What tells sentences apart: the words, of counted ones those for one, the context, and whether it is counted."""
    counted = not isinstance(message.id, str)
    return message.id[0] if counted else message.id, message.context, counted


def done(message: Message) -> bool:
    """Whether it is translated, in every number."""
    return bool(message.string) and all(message.string if isinstance(message.string, tuple) else (message.string,))


def po(catalogue: Catalog) -> bytes:
    """The catalogue as people edit it."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, include_lineno=False, omit_header=False, sort_by_file=True)
    kept = [line for line in out.getvalue().decode().splitlines() if not STAMP.match(line)]
    return ("\n".join(kept) + "\n").encode()


STAMP = re.compile(r'"(?:Generated-By|POT-|PO-Revision-|Report-Msgid-|Last-Translator|Language-Team)')


def mo(catalogue: Catalog) -> bytes:
    """The catalogue as `gettext` reads it."""
    out = io.BytesIO()
    plain = Catalog(locale=catalogue.locale, project="Hubbub", version="", fuzzy=False, charset="utf-8")
    for each in catalogue:
        if each.id and done(each):
            plain.add(each.id, each.string, context=each.context)
    plain.creation_date = plain.revision_date = NEVER
    write_mo(out, plain)
    return out.getvalue()


def script(catalogue: Catalog, language: str) -> bytes:
    """What scripts say, as a script."""
    said = {
        each.id: each.string
        for each in catalogue
        if each.id
        and done(each)
        and isinstance(each.id, str)
        and any(name.endswith(".js") for name, _ in each.locations)
    }
    table = json.dumps(dict(sorted(said.items())), ensure_ascii=False, indent=1)
    head = f"// Made by tools/messages.py: what scripts say in {language!r}."
    return f"{head}\nwindow.hubbubWords = {table};\n".encode()


def unmarked() -> Iterator[str]:
    """Words in templates that no translation would reach."""
    for path in sorted(SOURCE.rglob("*.html")):
        text = WHOLE.sub(" ", path.read_text(encoding="utf-8"))
        text = TAG.sub("", text)
        said = [*SAID_BY.findall(text), MARKUP.sub("\n", text)]
        for words in said:
            for line in words.splitlines():
                if any(word not in NAMES for word in LETTERS.findall(line)):
                    yield f"{path.relative_to(ROOT)}: not marked for translation: {line.strip()[:80]!r}"


def problems(catalogue: Catalog, language: str) -> Iterator[str]:
    """Sentences that are not translated, or whose translation names other facts."""
    for each in catalogue:
        if not each.id:
            continue
        words = each.id if isinstance(each.id, str) else each.id[-1]
        if not done(each):
            yield f"{language}: not translated: {words!r}"
            continue
        facts = named(words) | (named(each.id[0]) if isinstance(each.id, tuple) else set())
        for string in each.string if isinstance(each.string, tuple | list) else (each.string or "",):
            if wrong := (named(string) - facts) | (named(words) - named(string) if isinstance(each.id, str) else set()):
                yield f"{language}: other facts {sorted(wrong)} in {string!r}"


def named(words: str) -> set[str]:
    """The facts that a sentence names."""
    return {first or second for first, second in FIELD.findall(words) if first or second}


main()
