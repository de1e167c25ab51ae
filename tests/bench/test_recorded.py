"""The benchmark of recorded answers: what counts, what does not, and that an untrue expectation shows."""

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench" / "recorded.py"
FEED = """<?xml version="1.0"?>
<!--
Description: {name}
Expect:      {expect}
-->
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">
<title type="html">News &lt;b&gt;of widgets&lt;/b&gt;</title><subtitle>All of them</subtitle>
<entry><id>tag:example.org,2026:1</id><title>First</title><link href="https://example.org/1"/>
<author><name>Mia</name></author><published>2026-11-20T10:00:00+01:00</published>
<content type="html">My &lt;b&gt;widget&lt;/b&gt; broke</content></entry>
<entry><id>tag:example.org,2026:2</id><title>Second</title><summary type="html">&lt;img src="x"/&gt;</summary></entry>
</feed>"""
TRUE = (
    "not bozo and entries[0]['title'] == u'First' and entries[0].id == 'tag:example.org,2026:1'",
    "entries[0]['content'][0]['value'] == 'My <b>widget</b> ' + 'broke'",
    "entries[0]['author_detail']['name'] == 'Mia' and entries[0]['author'] == 'Mia'",
    "entries[0]['published_parsed'] == (2026, 11, 20, 9, 0, 0, 4, 324, 0)",
    "entries[0]['published'] == '2026-11-20T10:00:00+01:00'",
    "entries[0]['link'] == 'https://example.org/1' and not entries[1].has_key('link')",
    "feed['title'] == 'News <b>of widgets</b>'",
    "feed['language'] == 'fr' and entries[0].title_detail.language == 'fr'",
)
UNTRUE = (
    "entries[0]['title'] == 'Second thoughts'",
    "entries[0]['title'] == 'First' and entries[0]['author'] == 'Bob'",
    "entries[0]['published_parsed'] == (2026, 11, 20, 10, 0, 0, 4, 324, 0)",
    "not entries[0].has_key('id')",
    "feed['language'] == 'de'",
)
NOT_COUNTED = (
    "not bozo and version == 'atom10' and encoding == 'utf-8'",
    "feed['subtitle'] == 'None of them'",
    "entries[0]['title'] = 'First'",
    "entries[0]['title'] == open('/etc/passwd').read() or __import__('os').abort()",
    "(" * 500,
)


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(BENCH), *options], capture_output=True, text=True, timeout=60)


def test_feeds_count_by_what_they_expect_of_what_is_taken(tmp_path: Path) -> None:
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    wordless = ("entries[1]['summary'] == '<img src=\"x\"/>'",)
    for number, expect in enumerate((*TRUE, *UNTRUE, *NOT_COUNTED, *wordless)):
        (feeds / f"{number:02}.xml").write_text(FEED.format(name=f"feed {number}", expect=expect), "utf-8")
    (feeds / "broken.xml").write_bytes(b"\0\xff<")
    done = run("--data", str(tmp_path))
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures == {
        "bench": "recorded",
        "feeds": round(len(TRUE) / (len(TRUE) + len(UNTRUE)), 4),
        "feeds_files": len(TRUE) + len(UNTRUE) + len(NOT_COUNTED) + 2,
        "feeds_counting": len(TRUE) + len(UNTRUE),
        "feeds_disagreeing": len(UNTRUE),
        "feeds_wordless": 1,
        "feeds_silent": 1,
        "feeds_crashed": 0,
    }
    assert done.stderr.count("disagrees") == len(UNTRUE)


def test_what_is_expected_is_said_where_the_folder_is_missing_or_holds_nothing_known(tmp_path: Path) -> None:
    for options in ((), ("--data", str(tmp_path / "nowhere")), ("--data", str(tmp_path))):
        done = run(*options)
        assert done.returncode != 0
        assert "--data names a folder that has one folder a source" in done.stderr
