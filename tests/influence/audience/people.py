"""People who do not exist: an audience as the documents describe theirs, with everything shuffled."""

import random
from typing import Any

import pyarrow as pa

from hubbub.influence.core.audience.rules import Rules, extended, read, shipped

NOW = 1_750_000_000.0
DAY = 86_400
OURS = {
    "names": {
        "ours": ["Acme"],
        "competitors": ["Globex", "Initech"],
        "suppliers": ["Umbrella Systems"],
        "market": ["contact cent*", "call cent*", "customer service", "callcenter*"],
    },
    "near": {"countries": ["GB"]},
}


def rules(**changes: Any) -> Rules:
    return read(extended(extended(shipped(), OURS), changes))


def people(*each: dict[str, Any]) -> pa.Table:
    """People with what is told of them; accounts are numbered where no number is given."""
    keys = {"account", *(key for person in each for key in person)}
    rows = [{"account": number, **person} for number, person in enumerate(each)]
    columns = {key: [row.get(key) for row in rows] for key in sorted(keys)}
    return pa.table(columns) if rows else pa.table({"account": pa.array([], pa.int64())})


def documents_audience(seed: int = 1) -> tuple[pa.Table, dict[str, set[int]]]:
    """564 followers, 144 in the UK, 31 journalists or authors, 110 suppliers or competitors; and which are which."""
    draw = random.Random(seed)
    uk = ["London", "Leeds, UK", "Manchester, England", "Scotland", "South Yorkshire", "UK", "Cardiff, Wales", "🇬🇧"]
    away = [
        "New York, NY",
        "Sydney",
        "Toronto, Canada",
        "Berlin",
        "Paris, Texas",
        "Mumbai, India",
        "",
        "everywhere",
        "London, Ontario",
    ]
    press = [
        "Technology journalist.",
        "Author of two books on service",
        "Business reporter at a daily",
        "Freie Journalistin",
        "Columnist & dog owner",
        "Writer. Mum of two.",
    ]
    trade = [
        "We help contact centres answer faster",
        "Consultant, customer service and culture",
        "Workforce software for call centres",
        "Agency for contact center recruitment",
        "Cloud solutions | call center | CRM",
        "Training for customer service teams",
        "Head of sales at Globex",
        "Initech, the friendly vendor",
        "Marketing @ Umbrella Systems",
    ]
    plain = [
        "Customer service manager, coffee first",
        "Runs a call centre in the north",
        "Dad, cyclist, optimist",
        "Social media and cake",
        "I love my job",
        "Photographer of trains",
        "",
        "Helping people every day",
        "Student of economics",
        "Former journalist, now gardening",
    ]
    kinds = ["press"] * 31 + ["trade"] * 110 + ["plain"] * (564 - 141)
    places = [True] * 144 + [False] * (564 - 144)
    draw.shuffle(kinds)
    draw.shuffle(places)
    truth: dict[str, set[int]] = {"press": set(), "trade": set(), "uk": set(), "active": set()}
    found = []
    for row, (kind, near) in enumerate(zip(kinds, places, strict=True)):
        silent = draw.choice([0, 1, 3, 10, 25, 40, 100, 400])
        truth.setdefault(kind, set()).add(row)
        if near:
            truth["uk"].add(row)
        if silent <= 30:
            truth["active"].add(row)
        found.append(
            {
                "handle": f"person{row}",
                "bio": draw.choice({"press": press, "trade": trade, "plain": plain}[kind]),
                "place": draw.choice(uk if near else away),
                "followers": draw.randrange(20, 900),
                "follows": draw.randrange(20, 900),
                "posts": draw.randrange(1, 9_000),
                "last_posted": NOW - silent * DAY,
                "p_bot": draw.random() * 0.3,
            }
        )
    return people(*found), truth
