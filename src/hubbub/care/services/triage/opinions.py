"""What people here said a post needs, as rules: it goes before what re-decides a case."""

from hubbub.care.core.labels import What
from hubbub.care.core.playbook import Decision, Due, Rule
from hubbub.kernel.speech import mark
from hubbub.listening.core.post import HeardPost

_SAID = mark("A person said so")
NEEDS_NONE = Rule("said", _SAID, (), Decision.LEAVE, mark("It needs no answer"))
NEEDS_ONE = Rule("said", _SAID, (), Decision.ANSWER, mark("It needs an answer"), due=Due.SERVICE_LEVEL)


def said_rule(post: HeardPost, base: Rule) -> Rule | None:
    """Return what somebody decided about a post by saying whether it needs an answer."""
    match (post.corrected or {}).get(What.NEEDS):
        case "no":
            return NEEDS_NONE
        case "yes" if base.decide in (Decision.LEAVE, Decision.WATCH):
            return NEEDS_ONE
    return None
