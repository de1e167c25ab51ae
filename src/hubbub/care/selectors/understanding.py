"""Which model reads the posts of a workspace."""

import io
import logging
import time
from functools import lru_cache

from hubbub.care.core.close import Allowance, CloseModel, load
from hubbub.care.core.understanding import LinearModel, Understanding
from hubbub.care.models import Learning, OwnModel

log = logging.getLogger(__name__)

MOST_CLOSE = 0.1
"""Close reading takes at most so much of one processor, in each process; meanwhile the linear part reads alone."""


def understanding(workspace: int, otherwise: Understanding | None = None) -> Understanding:
    """Return what reads the posts of a workspace: its own model where it uses one, else the other (the shipped).

    One that reads closely does so within its share of the time. Ask again for every turn.
    """
    used = Learning.objects.filter(workspace_id=workspace).values_list("in_use_id", flat=True).first()
    if used is None:
        return otherwise or LinearModel.shipped()
    model = own_model(used)
    if isinstance(model, LinearModel) or _allowance.left(model.encoder.cpu_s, time.monotonic()):
        return model
    return model.linear


def own_models() -> dict[int, int]:
    """Return, for each workspace that uses a model of its own, which one."""
    used = Learning.objects.filter(in_use__isnull=False).values_list("workspace_id", "in_use_id")
    return {workspace: model for workspace, model in used if model is not None}


@lru_cache(maxsize=32)
def own_model(model: int) -> LinearModel | CloseModel:
    """Return a model that was fitted here, read once a process; the shipped one where it can't be read any more."""
    data = OwnModel.objects.filter(pk=model).values_list("data", flat=True).first()
    try:
        return load(io.BytesIO(bytes(data or b"")))
    except (ValueError, OSError, KeyError, EOFError):
        log.exception("Model %d can't be read: the shipped one reads instead", model)
        return LinearModel.shipped()


def quick_model(model: int) -> LinearModel:
    """Return the part of a model that reads tens of thousands of posts a second."""
    found = own_model(model)
    return found if isinstance(found, LinearModel) else found.linear


_allowance = Allowance(MOST_CLOSE)
