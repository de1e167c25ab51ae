"""Posts as a large network sends them, some 900 bytes of JSON each, made up; and the terms that some of them hold.

Words are made of syllables and come as often as words do (Zipf). A fifth is said in other languages, some of them
written without spaces; posts are repeated and copied; a few are escaped, decomposed or folded specially.
"""

# ruff: noqa: SIM905 (words in a line read better)
import json
import random
import unicodedata
from collections.abc import Iterator, Sequence

ONSETS = "b c d f g h k l m n p r s t v w z br ch dr fl gr pl sh st th tr".split()
VOWELS = "a e i o u ai ea oo ie".split()
CODAS = ["", "n", "r", "s", "t", "l", "m", "ng"]
COMMON = (
    "the to and a of in is you that it for on with this be are my at have not but so just me was as we all your "
    "good bad love hate great terrible thanks please why how what when help wrong broken best worst late never"
).split()
ACCENTS = str.maketrans("aeiou", "áéíöü")
OTHERS = {
    "es": "que de no la el es en un por qué una te los se con para está bien pero eso más muy hoy gracias día".split(),
    "de": "ich sie das ist nicht die und es der wir zu ein er mir mit wie für auf schön über heute groß danke".split(),
    "tr": "bir bu ne ve için çok değil var ama iyi şey daha gibi bana teşekkürler bugün güzel İyi ışık".split(),
    "ja": "これは とても 良い 新しい 商品 です 今日 東京 最高 ありがとう 明日 電車 が 遅れて います 楽しい".split(),
    "ar": "في من على هذا أن إلى التي ما مع كل كان هذه أو بعد اليوم جديد جدا شكرا".split(),
    "hi": "यह बहुत अच्छा है नया आज मैं नहीं क्या धन्यवाद फिर देर".split(),
}
EMOJI = "😀 😂 🔥 ❤️ 😡 👍 🎉 😭 💯 🙏 ⚽ 🚀".split()
SOURCES = ("iOS", "Android", "Web", "Scheduler")
ODD = 0.01  # of the posts: written with escapes, in parts, or with letters that fold specially
TOPIC_TERMS = 10
CHANCES = 3_000


class Corpus:
    """A world of words, people and terms; the same for the same seed."""

    def __init__(self, seed: int = 7, terms: int = 100_000) -> None:
        self.chance = random.Random(seed)
        self.words = [*COMMON]
        known = set(self.words)
        while len(self.words) < 30_000:
            word = self._word(self.chance.choice((1, 2, 2, 3)))
            if word not in known:
                known.add(word)
                self.words.append(word)
        self.common = self._weighted(self.words)
        self.terms: list[str] = []
        while len(self.terms) < terms:
            term = self._term()
            if term not in known:
                known.add(term)
                self.terms.append(term)
        self.people = [self._person(number) for number in range(20_000)]
        self.said: list[str] = []

    def _word(self, syllables: int) -> str:
        choose = self.chance.choice
        return "".join(choose(ONSETS) + choose(VOWELS) for _ in range(syllables)) + choose(CODAS)

    def _weighted(self, words: Sequence[str]) -> list[str]:
        """Return words as often as they are said; one picked from these is picked as people would."""
        return [word for rank, word in enumerate(words, 1) for _ in range(max(1, CHANCES // rank))]

    def _term(self) -> str:
        """Return a name one would listen for: a word, a phrase, a tag or a handle."""
        draw, name = self.chance.random(), self._word(3) + self.chance.choice(("x", "q", "io", "ly", "co"))
        other = self.words[self.chance.randrange(300, 5_000)]
        if draw < 0.01:
            return (
                self.chance.choice("東京大阪名古")
                + self.chance.choice("株電車機器")
                + str(self.chance.randrange(9_999))
            )
        if draw < 0.04:
            return name.translate(ACCENTS)
        if draw < 0.62:
            return name
        if draw < 0.90:
            return f"{name} {other}" if draw < 0.85 else f"{other} {name}"
        return ("#" if draw < 0.95 else "@") + name

    def _person(self, number: int) -> dict[str, object]:
        chance = self.chance
        return {
            "id": str(10**9 + number),
            "username": self._word(2) + str(number),
            "name": f"{self._word(2).title()} {self._word(2).title()}",
            "description": " ".join(chance.choices(self.words[100:], k=9)),
            "created_at": f"20{chance.randrange(10, 24)}-0{chance.randrange(1, 10)}-11T00:00:00Z",
            "verified": number % 97 == 0,
            "followers_count": int(1e6 / (1 + number)),
            "following_count": number % 5_000,
            "tweet_count": number * 7 % 100_000,
            "listed_count": number % 50,
            "location": f"{self._word(2).title()}, {self._word(2).title()}",
            "profile_image_url": f"https://pictures.example.com/profile_images/{number}/{self._word(3)}_normal.jpg",
        }

    def text(self, matching: float, terms: Sequence[str]) -> tuple[str, str]:
        """Return what somebody says, and in which language."""
        chance = self.chance
        if self.said and chance.random() < 0.04:
            copied = chance.choice(self.said)
            return (
                f"RT @{chance.choice(self.people)['username']}: {copied}" if chance.random() < 0.7 else copied
            ), "en"
        lang = chance.choice(list(OTHERS)) if chance.random() < 0.2 else "en"
        said = chance.choices(OTHERS.get(lang, self.common), k=chance.randint(6, 24))
        said[0] = said[0].capitalize()
        if chance.random() < 0.25:
            said.append("#" + chance.choice(self.words[300:3_000]).title() + chance.choice(("", "", "Fail", "24")))
        if chance.random() < 0.35:
            said.insert(0, f"@{chance.choice(self.people)['username']}")
        if chance.random() < 0.3:
            said.append(f"https://t.example/{chance.getrandbits(40):x}")
        if chance.random() < 0.25:
            said.append(chance.choice(EMOJI))
        if chance.random() < 0.4:
            said[-1] += chance.choice(("!!!", ".", "?"))
        if chance.random() < matching:
            for _ in range(1 if chance.random() < 0.7 else 2):
                term = terms[int(len(terms) * chance.random() ** 2)]
                case = chance.random()
                term = term.title() if case < 0.5 else term.upper() if case > 0.9 else term
                said.insert(chance.randrange(len(said) + 1), term + ("," if case > 0.8 else ""))
        text = (" " if lang != "ja" else "").join(said) if chance.random() > 0.01 else "\n".join(said)
        if chance.random() < 0.03:
            self.said = [*self.said[-300:], text]
        return text, lang

    def lines(self, count: int, matching: float, terms: Sequence[str]) -> Iterator[bytes]:
        """Yield posts; about `matching` of them hold a term. Ids begin with 10 and grow; half tell their language."""
        chance = self.chance
        for number in range(count):
            text, lang = self.text(matching, terms)
            odd = chance.random()
            if odd < ODD / 2:
                text = unicodedata.normalize("NFD", text)
            elif odd < ODD:
                text += chance.choice((" Straße", " İYİ", " ﬁne", " naïve"))
            person = self.people[int(len(self.people) * chance.random() ** 2)]
            at = f"2026-07-01T{number // 3_240_000 % 24:02}:{number // 54_000 % 60:02}:{number // 900 % 60:02}.000Z"
            post = {
                "id": f"{10**18 + number}",
                "created_at": at,
                "text": text,
                **({"lang": lang} if chance.random() < 0.5 else {}),
                "source": chance.choice(SOURCES),
                "author": person,
                "public_metrics": {"retweet_count": number % 11, "reply_count": number % 3, "like_count": number % 101},
                "entities": {
                    "hashtags": [{"tag": word[1:]} for word in text.split() if word[0] == "#"],
                    "mentions": [{"username": word[1:].rstrip(":")} for word in text.split() if word[0] == "@"],
                },
                "conversation_id": f"{10**18 + number - number % 50}",
                "possibly_sensitive": False,
                "reply_settings": "everyone",
            }
            yield json.dumps(post, ensure_ascii=ODD < odd < 2 * ODD, separators=(",", ":")).encode()


def queries(terms: Sequence[str]) -> list[str]:
    """Return a query for each ten terms: any of seven or both of two, and without the tenth."""
    made = []
    for first in range(0, len(terms), TOPIC_TERMS):
        said = [term if term[0] in "#@" else f'"{term}"' for term in terms[first : first + TOPIC_TERMS]]
        made.append(f"({' OR '.join(said[:7])} OR ({said[7]} {said[8]})) NOT {said[9]}")
    return made
