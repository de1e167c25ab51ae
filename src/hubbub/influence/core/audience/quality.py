"""How good an audience is: one number out of a hundred, and the parts that add up to it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from hubbub.influence.core.audience.segments import Audience
from hubbub.influence.core.reach.effective import TENTH
from hubbub.influence.core.reach.given import Floats, chances, rows

ENOUGH: Final = 0.1
"""Share of an audience that acts, from which it has full points for that."""
FEW: Final = 30
"""People below which quality is provisional."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a share of the audience brings."""

    name: str
    share: float
    of: float
    """Points at most."""
    points: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Points of a hundred; an audience of nobody has none, and no parts."""

    points: float
    low: float
    """With four of five audiences that are drawn alike, between this and `high`."""
    high: float
    parts: tuple[Part, ...]
    provisional: bool


def quality(audience: Audience, p_bot: ArrayLike, acted: ArrayLike) -> Quality:
    """Return how good an audience is, by the points of its rules: each for the share of which something is true.

    The interval tells how much it would vary with as many other people of the same kind.

    Parameters
    ----------
    p_bot : array of shape (n_people,), likelihoods
    acted : array of shape (n_people,), whether they did something with what we said
    """
    bot, did = chances(p_bot), np.asarray(acted, np.float64)
    n = rows(bot, did, audience.account)
    if not n:
        return Quality(0.0, 0.0, 0.0, (), True)
    of = audience.rules.quality
    shares: dict[str, Floats] = {
        "real": 1 - bot,
        "active": audience.active.astype(np.float64),
        "near": audience.near.astype(np.float64),
        "welcome": audience.welcome.astype(np.float64),
        "acted": did,
    }
    parts, worth = [], np.zeros(n)
    for name, each in shares.items():
        share = float(each.mean())
        full = ENOUGH if name == "acted" else 1.0
        points = of[name] * min(share / full, 1.0)
        parts.append(Part(name, share, of[name], points))
        worth += of[name] * each / full if share < full else points
    total = sum(part.points for part in parts)
    wide = TENTH * float(worth.std()) / np.sqrt(n)
    return Quality(total, max(total - wide, 0.0), min(total + wide, 100.0), tuple(parts), n < FEW)
