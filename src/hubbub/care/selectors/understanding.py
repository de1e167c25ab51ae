"""Which model reads the posts of a workspace."""

import io
import logging
from functools import lru_cache

from hubbub.care.core.understanding import LinearModel, Understanding
from hubbub.care.models import Learning, OwnModel

log = logging.getLogger(__name__)


def understanding(workspace: int, otherwise: Understanding | None = None) -> Understanding:
    """Return what reads the posts of a workspace: its own model where it uses one, else the other (the shipped)."""
    used = Learning.objects.filter(workspace_id=workspace).values_list("in_use_id", flat=True).first()
    return own_model(used) if used is not None else otherwise or LinearModel.shipped()


def own_models() -> dict[int, int]:
    """Return, for each workspace that uses a model of its own, which one."""
    used = Learning.objects.filter(in_use__isnull=False).values_list("workspace_id", "in_use_id")
    return {workspace: model for workspace, model in used if model is not None}


@lru_cache(maxsize=32)
def own_model(model: int) -> LinearModel:
    """Return a model that was fitted here, read once a process; the shipped one where it can't be read any more."""
    data = OwnModel.objects.filter(pk=model).values_list("data", flat=True).first()
    try:
        return LinearModel.load(io.BytesIO(bytes(data or b"")))
    except (ValueError, OSError, KeyError, EOFError):
        log.exception("Model %d can't be read: the shipped one reads instead", model)
        return LinearModel.shipped()
