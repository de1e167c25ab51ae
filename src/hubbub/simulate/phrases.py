"""How people say things: a text of their language with its slots filled, in their own manner."""

from collections.abc import Sequence
from random import Random

from hubbub.simulate.world import SLOT, Person, World


class Phrases:
    """The texts of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        brand = world.brand
        self._fixed = {
            "brand": brand.name,
            "at": f"@{brand.handle}",
            "tag": brand.tag,
            "product": brand.products[0],
            "extra": brand.products[-1],
            "rival": f"@{brand.rival}",
        }

    def say(self, kind: str, person: Person, rng: Random, turn: int | None = None) -> tuple[str, str]:
        """Return a text of this kind and its language: the person's, or English where it has none.

        With `turn`, the how-manieth text of this kind it is, nothing comes twice before all have come.
        """
        lang = person.lang if kind in self._world.texts.get(person.lang, {}) else "en"
        texts = self._world.texts[lang][kind]
        if turn is None:
            text = rng.choice(texts)
        else:
            round_, place = divmod(turn, len(texts))
            text = Random(f"{self._world.seed}/{kind}/{lang}/{round_}").sample(texts, len(texts))[place]
        text = self.fill(text, lang, rng)
        return (in_manner(text, person.handle) if lang == "en" else text), lang

    def fill(self, text: str, lang: str, rng: Random) -> str:
        """Return a text with its slots filled; a slot that comes twice is filled alike."""
        chosen = dict(self._fixed)
        for slot in SLOT.findall(text):
            if slot not in chosen:
                chosen[slot] = self._word(slot, lang, rng)
        return SLOT.sub(lambda found: chosen[found[1]], text)

    def _word(self, slot: str, lang: str, rng: Random) -> str:
        if slot == "n":
            return str(rng.randint(2, 12))
        if slot == "serial":
            return f"WX-{rng.randint(0, 999_999):06}"
        if slot == "order":
            return str(rng.randint(10_000_000, 99_999_999))
        own, english = self._world.slots.get(lang, {}), self._world.slots.get("en", {})
        words: Sequence[str] = own.get(slot) or english[slot]
        return rng.choice(words)


def in_manner(text: str, handle: str) -> str:
    """Return a text as this person types it: most as it stands, some in lower case or without a full stop."""
    manner = Random(handle).random()
    if manner < 0.12:
        text = " ".join(word if word.startswith(("@", "#", "http")) else word.lower() for word in text.split(" "))
    return text.removesuffix(".") if manner < 0.3 else text
