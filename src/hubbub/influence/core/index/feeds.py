"""An index as a feed: RSS and JSON; its CSV feed is `levels.csv` as published."""

import json
from datetime import UTC, datetime, time
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from hubbub.influence.core.index.published import Index, outputs


def as_csv(index: Index) -> str:
    """Return the weeks as CSV."""
    return outputs(index)["levels.csv"]


def as_json(index: Index) -> str:
    """Return the index with its weeks and revisions as JSON; figures are texts, so that no reader rounds them."""
    feed = {
        "name": index.name,
        "industry": index.industry,
        "base": index.base.isoformat(),
        "levels": [
            {"week": each.week.isoformat(), "level": f"{each.level:f}", "carried": list(each.carried)}
            for each in index.levels
        ],
        "revisions": [
            {"week": each.week.isoformat(), "change": each.change, "brand": each.brand, "reason": each.reason}
            for each in index.revisions
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def as_rss(index: Index, link: str) -> str:
    """Return the weeks as RSS 2.0, newest first; `link` is the page of the index."""
    rss = Element("rss", version="2.0")
    channel = SubElement(rss, "channel")
    for tag, text in (("title", index.name), ("link", link), ("description", index.industry)):
        SubElement(channel, tag).text = text
    for each in reversed(index.levels):
        item = SubElement(channel, "item")
        week = each.week.isoformat()
        SubElement(item, "title").text = f"{index.name}: {each.level:f}"
        SubElement(item, "link").text = link
        SubElement(item, "guid", isPermaLink="false").text = f"{link}#{week}"
        SubElement(item, "pubDate").text = format_datetime(datetime.combine(each.week, time(), UTC))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(rss, encoding="unicode") + "\n"
