"""The command line as a person meets it: what stands on the screen, and the exit status."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from hubbub.cli.main import main


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended."""

    status: int
    out: str
    err: str


def hubbub(*arguments: str) -> Said:
    """Run `hubbub <arguments>` in this process, on the database of the test."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with patch.object(sys, "argv", ["hubbub", *arguments]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            if isinstance(end.code, str):  # Python prints it and exits with 1
                print(end.code, file=sys.stderr)
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Said(status, out.getvalue(), err.getvalue())
