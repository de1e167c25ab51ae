"""Feeds written by hand, as sites send them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape


def ago(**distance: float) -> datetime:
    """A moment before now, since a first visit looks back from today."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(**distance)


def item(number: int, *, title: str | None = None, text: str = "", at: datetime | None = None, more: str = "") -> str:
    """One entry of an RSS feed."""
    date = f"<pubDate>{format_datetime(at)}</pubDate>" if at else ""
    return (
        f"<item><guid isPermaLink='false'>entry-{number}</guid><link>https://blog.example.org/{number}</link>"
        f"<title>{escape(title if title is not None else f'Entry {number}')}</title>"
        f"<description>{escape(text or f'Words of entry {number}')}</description>{date}{more}</item>"
    )


def rss(*items: str, title: str = "The widget blog") -> str:
    """An RSS feed."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{escape(title)}</title><link>https://blog.example.org/</link><language>en-GB</language>"
        f"{''.join(items)}</channel></rss>"
    )


ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">
  <title>Notes de version</title><id>tag:example.org,2026:notes</id>
  <link rel="self" href="https://notes.example.org/atom.xml"/>
  <author><name>Équipe Acme</name><uri>https://notes.example.org/equipe</uri></author>
  <entry>
    <id>tag:example.org,2026:notes/1</id><title type="html">Version &lt;b&gt;2&lt;/b&gt; &amp;amp; plus</title>
    <link href="/v2"/><published>2026-11-20T09:00:00Z</published><updated>2026-11-21T10:00:00+01:00</updated>
    <link rel="enclosure" type="image/png" href="https://notes.example.org/v2.png"/>
    <link rel="enclosure" type="application/zip" href="https://notes.example.org/v2.zip"/>
    <link rel="related" href="https://notes.example.org/v1"/>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Premier</p><p>Second</p></div></content>
  </entry>
</feed>"""
