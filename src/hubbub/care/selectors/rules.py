"""How a workspace works on its cases."""

from datetime import timedelta

from hubbub.care.core.case import CLOSES_AFTER
from hubbub.care.models import CaseRules
from hubbub.infra.memory import remembered


@remembered
def closes_after(workspace: int) -> timedelta:
    """Return how long after it was resolved a case closes by itself."""
    days = CaseRules.objects.filter(workspace=workspace).values_list("closes_after_days", flat=True).first()
    return CLOSES_AFTER if days is None else timedelta(days=days)
