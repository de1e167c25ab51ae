"""Make the virtual environment and install a hashed lock into it; called by `make`.

Runs on any Python 3 before anything is installed, so it uses the standard library only
and old syntax: a Python that is too old gets a sentence, not a SyntaxError.
"""

import os
import subprocess
import sys
from importlib.util import find_spec

OLDEST = (3, 11)


def stop(words):
    sys.stderr.write("setup: " + words + "\n")
    sys.exit(1)


def run(*command):
    """Run quietly; show what the command said only when it failed. Return True if it worked."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.stderr.write(done.stdout.decode(errors="replace"))
    return done.returncode == 0


def python_of(venv):
    return os.path.join(venv, "bin", "python")


def make_venv(venv):
    """Make it without a pip of its own where the Python that makes it has one: that takes seconds."""
    if os.path.exists(python_of(venv)):
        return
    if not run(sys.executable, "-m", "venv", *(("--without-pip", venv) if find_spec("pip") else (venv,))):
        stop(
            "Python could not make a virtual environment in %s. On Debian and Ubuntu: apt install python3-venv, "
            "then run make again." % venv
        )


def install(venv, which):
    """Install requirements/<which>.lock with uv, or with plain pip where uv can't be had."""
    python, lock = python_of(venv), os.path.join("requirements", which + ".lock")
    bootstrap = os.path.join("requirements", "bootstrap.lock")
    pip = (sys.executable, "-m", "pip", "--python", python) if find_spec("pip") else (python, "-m", "pip")
    pip += ("install", "--quiet", "--disable-pip-version-check")
    uv = os.path.join(venv, "bin", "uv")
    has_uv = os.path.exists(uv) or run(*pip + ("--require-hashes", "-r", bootstrap))
    with_uv = (uv, "pip", "install", "--quiet", "--python", python)
    if not (has_uv and run(*with_uv + ("--require-hashes", "-r", lock))):
        sys.stderr.write("setup: uv did not manage; trying plain pip (slower)\n")
        has_uv = False
        if not run(*pip + ("--require-hashes", "-r", lock)):
            stop("the packages in %s could not be installed. What pip said stands above." % lock)
    itself = ("--no-deps", "--no-build-isolation", "--editable", ".")
    if not run(*(with_uv if has_uv else pip) + itself):
        stop("Hubbub itself could not be installed into %s." % venv)


def main():
    venv, which = sys.argv[1], sys.argv[2]
    if sys.version_info < OLDEST:
        stop(
            "Hubbub needs Python %d.%d or newer; %s is %d.%d. Try: make PYTHON=python3.12 demo"
            % (OLDEST + (sys.executable,) + sys.version_info[:2])
        )
    sys.stderr.write("setup: installing into %s (%s packages)\n" % (venv, which))
    make_venv(venv)
    install(venv, which)
    for stamp in ("runtime", "dev") if which == "dev" else ("runtime",):
        with open(os.path.join(venv, "." + stamp), "w"):
            pass


main()
