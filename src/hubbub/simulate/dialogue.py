"""What somebody does when the brand answers them, by simple cues in the answer. Pure."""

import re
from enum import Enum, StrEnum, auto
from random import Random

from hubbub.simulate.world import Kind


class Cue(Enum):
    """Something an answer does, as its words tell."""

    PRIVATE = auto()  # asks for a private message
    FIXES = auto()  # says what to do, or that it is done
    REFUSES = auto()
    ASKS = auto()
    SORRY = auto()
    TELL_OTHERS = auto()  # asks them to say so in public


_WORDS = {
    Cue.PRIVATE: r"\b(dms?|pms?|direct messages?|private(ly| message)?|in private|(message|e-?mail) us|inbox)\b"
    r"|\b(send|drop|write) us a (message|note|line)\b"
    r"|\b(message privé|en privé|privatnachricht|direktnachricht|private nachricht|schreib(en sie)? uns"
    r"|mensaje (directo|privado)|por privado)\b|ダイレクトメッセージ",
    Cue.FIXES: r"\b(try|hold|press|reset|restart|unplug|reinstall|install|replacement|replaced?|refund(ed)?|fixed"
    r"|resolved|sorted|on its way|shipped|new one|here is how|here's how|go to|under settings)\b"
    r"|\b(essayez|redémarrez|réinitialis\w+|rembours\w+|remplac\w+|versuchen|halten|neu starten|ersatz|erstatt\w+"
    r"|intente|prueb[ea]|reinici\w+|reembols\w+|reemplaz\w+)\b|再起動|リセット|交換|返金",
    Cue.REFUSES: r"\b(unfortunately|we can(no|')t|not able to|unable to|not covered|isn't covered|out of warranty"
    r"|our policy|malheureusement|leider|lamentablemente)\b|残念ながら",
    Cue.ASKS: r"[?？]|\b((could|can|would) you (tell|send|give|let|share)|please (send|tell|share|let us know)"
    r"|let us know|serial number|order number|pouvez-vous|könn(en|test) (sie|du)|puede|podría)\b|教えて",
    Cue.SORRY: r"\b(sorry|apolog\w+|désolée?s?|excus\w+|entschuldig\w+|tut (uns|mir) leid|lo sentimos|perdón)\b"
    r"|disculp\w+|申し訳|すみません",
    Cue.TELL_OTHERS: r"\b(tell (others|people|your friends)|share (your|that) (experience|story)|leave (us )?a review"
    r"|recommend us|write a review|mind (sharing|saying) (that|this|so|it))\b",
}
_CUES = {cue: re.compile(words, re.IGNORECASE) for cue, words in _WORDS.items()}


class Move(StrEnum):
    """What somebody does next; the value is the kind of text they say it with."""

    THANK = "thanks"
    WELCOME = "welcome"
    DETAIL = "detail"
    MESSAGE = "details"
    NO_PRIVATE = "no_private"
    ASK_AGAIN = "ask_again"
    CROSS = "cross"
    SOLVED = "solved"
    UNSOLVED = "unsolved"
    ADVOCATE = "advocate"
    GLAD = "glad"
    NOTHING = "nothing"


LAST_WORDS = frozenset((Move.THANK, Move.WELCOME, Move.SOLVED, Move.ADVOCATE, Move.GLAD, Move.NOTHING))
"""Moves after which they have nothing more to say."""

ABOUT_TROUBLE = frozenset((Kind.FAULT, Kind.SERVICE, Kind.PRIVATE))


def cues(text: str) -> frozenset[Cue]:
    """Return what an answer does.

    >>> sorted(cue.name for cue in cues("We're sorry! Could you send us a DM?"))
    ['ASKS', 'PRIVATE', 'SORRY']
    """
    return frozenset(cue for cue, words in _CUES.items() if words.search(text))


def move(kind: Kind, said: frozenset[Cue], *, turn: int, patience: float, private: bool, rng: Random) -> Move:
    """Return what somebody who spoke about `kind` does when answered for the `turn`-th time (from 0)."""
    luck = rng.random()
    if kind not in ABOUT_TROUBLE and kind not in (Kind.QUESTION, Kind.HELLO):
        return Move.WELCOME if turn == 0 and luck < 0.7 else Move.NOTHING
    if Cue.TELL_OTHERS in said:
        return Move.ADVOCATE
    if Cue.PRIVATE in said and not private:
        return Move.MESSAGE if luck < 0.5 + patience / 2 else Move.NO_PRIVATE
    if Cue.REFUSES in said and Cue.FIXES not in said:
        return Move.ASK_AGAIN if luck < patience else Move.CROSS
    if Cue.FIXES in said:
        if kind in ABOUT_TROUBLE:
            return Move.SOLVED if luck < 0.4 + patience / 2 else Move.UNSOLVED
        return Move.THANK if luck < 0.85 else Move.ASK_AGAIN
    if Cue.ASKS in said:
        return Move.MESSAGE if private else Move.DETAIL
    if kind not in ABOUT_TROUBLE:
        return Move.THANK
    if Cue.SORRY in said or turn == 0:
        return Move.ASK_AGAIN if luck < patience else Move.CROSS
    return Move.THANK if luck < patience else Move.CROSS
