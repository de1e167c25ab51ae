"""What several operations take and give."""

from typing import Annotated

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Key = Annotated[int, Field(ge=1, le=2**53)]
Uri = Annotated[str, StringConstraints(min_length=1, max_length=900, pattern=r"^[^\x00]*$")]
Short = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]


class Strict(Schema):
    """Unknown fields are an error: a misspelt one must not be dropped in silence."""

    model_config = ConfigDict(extra="forbid")


class Refusal(Schema):
    """A case something could not be done to, and why."""

    number: int
    why: str


class Problem(Schema):
    """What went wrong."""

    code: str
    message: str
