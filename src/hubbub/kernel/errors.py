"""The root of every error Hubbub raises on purpose."""

import re
from typing import ClassVar

from hubbub.kernel.speech import say

_SAID = ("reason", "what", "deed", "needed")
"""Facts that are words of ours."""


class HubbubError(Exception):
    """Something a caller can act on. `message` is a sentence for people, filled from the facts given."""

    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False
    message: ClassVar[str] = "Something went wrong."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        said = {name: say(fact) if isinstance(fact, str) and name in _SAID else fact for name, fact in facts.items()}
        super().__init__(say(self.message).format(**said))

    @property
    def code(self) -> str:
        """The error's name in snake case, as the API returns it."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class InvalidInput(HubbubError):
    """What was given can't be used; the sentence says what to mend."""

    status = 400
    message = "{reason}"


class NotFound(HubbubError):
    """It does not exist, or not for this person: the same words, so that nothing leaks."""

    status = 404
    message = "There is no {what} {which} for you here."


class NotAllowed(HubbubError):
    """A known member of the workspace asked for something their role does not include."""

    status = 403
    message = "{who} can't {deed} here. {needed} can."


class Conflict(HubbubError):
    """Somebody else changed it meanwhile, or it is not in a state that allows this."""

    status = 409
    message = "{reason}"
