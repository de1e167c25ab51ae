"""Money, shares and times of a plan as people write them."""

from math import isfinite

from hubbub.kernel.speech import figure, mark, say
from hubbub.workforce.core.plan.queue import Queue

SIGNS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "INR": "₹"}
_MONEY = mark("{minus}{sign}{amount}")  # where a language writes the sign of a currency
SMALL = 100
TENTH = 0.1


def money_words(amount: float, currency: str) -> str:
    """Write an amount of money; pence only where it is small and has some."""
    size = abs(round(amount, 2 if abs(amount) < SMALL else 0))
    told = figure(size, ",.2f" if size < SMALL and size % 1 else ",.0f")
    minus = "−" if amount < 0 < size else ""
    sign = SIGNS.get(currency)
    return say(_MONEY, minus=minus, sign=sign, amount=told) if sign else f"{minus}{told}\N{NO-BREAK SPACE}{currency}"


def share_words(share: float) -> str:
    """Write a share; a tenth of a point only near nothing and near all."""
    return f"{figure(share * 100, '.1f' if 0 < share < 0.1 or 0.99 <= share < 1 else '.0f')} %"


def time_words(seconds: float) -> str:
    """Write a time in one unit."""
    if not isfinite(seconds):
        return say("without end")
    if seconds < 120:
        return say("{number:,.0f} s", number=seconds)
    if seconds < 7200:
        return say("{number:,.0f} min", number=seconds / 60)
    return hours_words(seconds / 3600)


def hours_words(hours: float) -> str:
    """Write hours, with a tenth where there is one and they are few."""
    whole = hours >= SMALL or abs(hours - round(hours)) < TENTH / 2
    return say("{number} h", number=figure(hours, ",.0f" if whole else ".1f"))


def target_words(queue: Queue) -> str:
    """Write a target, as 80 % in 20 s."""
    return say("{share} in {time}", share=share_words(queue.level), time=time_words(queue.within_s))
