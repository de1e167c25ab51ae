"""Files of accounts that people labelled as bots or not, as `hubbub evaluate --task bot` reads them.

Such files come from many hands: columns have other names, one file holds two ways to write a date, a spreadsheet has
turned numbers into 8.41E+17 and letters into question marks. What can be read is read; rows that can't be are counted.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubbub.influence.core.bots.account import Account, Facts, facts_of_many
from hubbub.kernel.errors import InvalidInput

BOTS, PEOPLE = "bots_data.csv", "nonbots_data.csv"
MAX_CELL = 10_000_000
_NAMES = {
    "handle": ("screen_name", "username", "handle"),
    "name": ("name", "display_name", "fullname"),
    "followers": ("followers_count", "follower_count", "followers"),
    "follows": ("friends_count", "following_count", "follows_count", "friends", "following", "follows"),
    "posts": ("statuses_count", "tweet_count", "posts_count", "statuses", "tweets", "posts"),
    "likes": ("favourites_count", "favorites_count", "like_count", "favourites"),
    "listed": ("listed_count", "listedcount", "listed"),
    "joined": ("created_at", "joined_at", "created"),
    "seen": ("crawled_at", "probe_timestamp", "collected_at", "updated"),
    "bio": ("description", "bio"),
    "place": ("location", "place"),
    "link": ("url", "link"),
    "verified": ("verified",),
    "plain_avatar": ("default_profile_image",),
    "plain_look": ("default_profile",),
    "bot": ("bot", "is_bot", "bot_label", "label", "account_type", "class", "target", "fake", "is_fake"),
}
_YES = {"1", "1.0", "true", "yes", "y", "t", "bot", "spam", "spambot", "fake"}
_NO = {"0", "0.0", "false", "no", "n", "f", "human", "nonbot", "genuine", "person", "real", "", "none", "null", "nan"}
_NOTHING = {"none", "null", "nan"}
_ZONES = ("%a %b %d %H:%M:%S %z %Y", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z")
_PLAIN = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d", "%a %b %d %H:%M:%S %Y")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::\d{2})?)?")
_SEPARATORS = ",\t;|"


@dataclass(frozen=True, slots=True)
class LabelledAccounts:
    """A set of accounts with labels, as of the day it was gathered."""

    name: str
    facts: Facts[NDArray[np.float64]]
    bots: NDArray[np.bool_]
    gathered_at: datetime
    left_out: dict[str, int]  # rows, by why


@dataclass(frozen=True, slots=True)
class _Row:
    cells: dict[str, str]
    bot: bool


def read_labelled_accounts(path: Path) -> LabelledAccounts:
    """Read a folder with `bots_data.csv` and `nonbots_data.csv`, or one CSV or TSV file with a column of labels.

    Raises InvalidInput where a file or column is missing, or no bots or no people are left.
    """
    left_out: Counter[str] = Counter()
    if path.is_dir():
        if missing := [name for name in (BOTS, PEOPLE) if not (path / name).is_file()]:
            raise InvalidInput(reason=f"{path.name} has no {missing[0]}. Give a folder with {BOTS} and {PEOPLE}.")
        rows = [*_labelled(path / BOTS, left_out, True), *_labelled(path / PEOPLE, left_out, False)]
    else:
        rows = list(_labelled(path, left_out, None))
    rows = list(_once(rows, left_out))
    bots = np.array([row.bot for row in rows], dtype=np.bool_)
    if not bots.any() or bots.all():
        raise InvalidInput(reason=f"{path.name} has no {'people' if bots.any() else 'bots'} that can be read.")
    joined, gathered_at = _dates(rows)
    left_out["joined on no readable day (kept)"] += sum(each is None for each in joined)
    accounts = [_account(row.cells, day) for row, day in zip(rows, joined, strict=True)]
    return LabelledAccounts(
        name=path.stem if path.is_file() else path.resolve().name,
        facts=facts_of_many(accounts, gathered_at),
        bots=bots,
        gathered_at=gathered_at,
        left_out={why: count for why, count in sorted(left_out.items()) if count},
    )


def _labelled(path: Path, left_out: Counter[str], bot: bool | None) -> Iterator[_Row]:
    csv.field_size_limit(MAX_CELL)
    text = path.read_text(encoding="utf-8-sig", errors="replace").replace("\0", "")
    first = text.partition("\n")[0]
    rows = csv.reader(text.splitlines(keepends=True), delimiter=max(_SEPARATORS, key=first.count))
    header = [re.sub(r"\W+", "_", cell.lower()).strip("_") for cell in next(rows, [])]
    places = {
        fact: header.index(found)
        for fact, names in _NAMES.items()
        if (found := next((name for name in names if name in header), None))
    }
    if not places.keys() & {"followers", "follows", "posts"}:
        raise InvalidInput(reason=f"{path.name} has no column of followers, follows or posts. Is it of accounts?")
    if bot is None and "bot" not in places:
        raise InvalidInput(reason=f"{path.name} has no column that says who is a bot. Call one 'bot', with 1 or 0.")
    for row in rows:
        if not row:
            continue
        if len(row) != len(header):
            left_out["with too few or too many cells"] += 1
            continue
        cells = {fact: row[place].strip().strip('"').strip() for fact, place in places.items()}
        said = cells.get("bot", "").lower()
        if bot is None and (not said or said in _NOTHING or said not in _YES | _NO):
            left_out["without a label"] += 1
            continue
        if not any(_number(cells.get(fact)) is not None for fact in ("followers", "follows", "posts")):
            left_out["without a count"] += 1
            continue
        yield _Row(cells, said in _YES if bot is None else bot)


def _once(rows: list[_Row], left_out: Counter[str]) -> Iterator[_Row]:
    """Each handle once, or an account known before would be judged; and none that is called a bot and a person."""
    called: dict[str, set[bool]] = defaultdict(set)
    for row in rows:
        called[row.cells.get("handle", "").lower()].add(row.bot)
    seen: set[str] = set()
    for row in rows:
        handle = row.cells.get("handle", "").lower()
        if handle and len(called[handle]) > 1:
            left_out["called both bot and person"] += 1
        elif handle and handle in seen:
            left_out["of an account that was there before"] += 1
        else:
            seen.add(handle)
            yield row


def _account(cells: dict[str, str], joined_at: datetime | None) -> Account:
    plain_avatar, plain_look = _flag(cells.get("plain_avatar")), _flag(cells.get("plain_look"))
    return Account(
        handle=cells.get("handle", ""),
        name=cells.get("name", ""),
        followers=_number(cells.get("followers")),
        follows=_number(cells.get("follows")),
        posts=_number(cells.get("posts")),
        likes=_number(cells.get("likes")),
        listed=_number(cells.get("listed")),
        joined_at=joined_at,
        bio=_text(cells.get("bio")),
        place=_text(cells.get("place")),
        link=_text(cells.get("link")),
        verified=_flag(cells.get("verified")),
        has_avatar=None if plain_avatar is None else not plain_avatar,
        own_look=None if plain_look is None else not plain_look,
    )


def _number(cell: str | None) -> float | None:
    try:
        number = float((cell or "").replace(",", ""))
    except ValueError:
        return None
    return number if 0 <= number < 1e12 else None


def _flag(cell: str | None) -> bool | None:
    """A column that is there says no by an empty cell, as files of networks do."""
    if cell is None:
        return None
    folded = cell.lower()
    return True if folded in _YES else False if folded in _NO else None


def _text(cell: str | None) -> str | None:
    if cell is None:
        return None
    return "" if cell.lower() in _NOTHING else cell


def _dates(rows: list[_Row]) -> tuple[list[datetime | None], datetime]:
    """When each account joined, and when the set was gathered: as it says, else when the last account joined.

    Of 3/4/2015 nobody can tell whether it is in March or April: it is read as most dates of the set that leave no doubt
    are written, unless that would be after it was gathered.
    """
    cells = [row.cells.get("joined", "") for row in rows]
    slashes = [_SLASHES.fullmatch(cell) for cell in cells]
    sure = [found for found in slashes if found and (int(found[1]) > 12) != (int(found[2]) > 12)]
    month_first = sum(int(found[2]) > 12 for found in sure) * 2 >= len(sure)
    plain = [None if found else _moment(cell) for cell, found in zip(cells, slashes, strict=True)]
    known = [day for day in plain if day] + [day for found in sure if (day := _slashed(found, int(found[2]) > 12))]
    seen = [day for row in rows if (day := _moment(row.cells.get("seen", "")))]
    read = [day for found in slashes if found and (day := _slashed(found, month_first))]
    gathered_at = max(seen or known or read, default=datetime(2000, 1, 1, tzinfo=UTC))
    joined = []
    for day, found in zip(plain, slashes, strict=True):
        if found:
            orders = (month_first, not month_first)
            read = [each for order in orders if (each := _slashed(found, order))]
            day = next((each for each in read if each <= gathered_at), None)
        joined.append(day)
    return joined, gathered_at


def _slashed(found: re.Match[str], month_first: bool) -> datetime | None:
    one, two, year, hour, minute = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, *((one, two) if month_first else (two, one)), hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def _moment(cell: str) -> datetime | None:
    for form in (*_ZONES, *_PLAIN):
        try:
            moment = datetime.strptime(cell, form)  # noqa: DTZ007 -- without a zone it is UTC
        except ValueError:
            continue
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    try:
        seconds = float(cell)
    except ValueError:
        return None
    seconds = seconds / 1_000 if seconds > 1e11 else seconds
    return datetime.fromtimestamp(seconds, UTC) if 1e9 < seconds < 4e9 else None
