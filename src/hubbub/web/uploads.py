"""A file that somebody uploads to be read: checked, laid down for as long as it is read, and named as they named it."""

from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar

from django.core.files.uploadedfile import UploadedFile

from hubbub.kernel.errors import HubbubError, InvalidInput
from hubbub.kernel.speech import say
from hubbub.web.request import Request

T = TypeVar("T")
MOST_UPLOADED = 50_000_000


def read_uploaded(request: Request, otherwise: str, command: str, read: Callable[[Path, str], T]) -> T:
    """Return what `read` makes of the uploaded file, given where it lies and its own name.

    Parameters
    ----------
    otherwise : what it is called where the browser gives no name
    command : the command of `hubbub` that reads such files of any size

    Raises
    ------
    InvalidInput
        If there is no file, it is too big, or it can't be read; the sentence names it as its owner does.
    """
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile):
        raise InvalidInput(reason="Choose a file first.")
    if (given.size or 0) > MOST_UPLOADED:
        raise InvalidInput(
            reason=say("The file has more than 50 MB. Read it in a terminal: hubbub {command} FILE.", command=command)
        )
    name = Path(given.name or otherwise).name
    with NamedTemporaryFile(suffix=Path(name).suffix[:10]) as copy:
        for chunk in given.chunks():
            copy.write(chunk)
        copy.flush()
        try:
            return read(Path(copy.name), name)
        except HubbubError as error:
            raise InvalidInput(reason=str(error).replace(copy.name, name)) from None
