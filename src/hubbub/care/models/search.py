"""How far the search index has followed the cases."""

from django.db import models


class SearchState(models.Model):
    """One row: up to where the index has read the change log, and below which case it is being made anew."""

    read_to = models.BigIntegerField(default=0)
    anew_below = models.BigIntegerField(default=0)
