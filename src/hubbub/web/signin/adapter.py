"""What allauth is told about this installation."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: a manager lets people in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
