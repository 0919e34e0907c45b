"""The command `npae`, also `python -m npae`. Each subcommand lives in a file of its own in `commands`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from ._version import __version__

COMMANDS = {
    "tour": "train every model on the embedded digits and write one page that shows them",
    "train": "train one model on digits, MNIST or a file of your own",
    "sample": "draw new examples from a generative model, as a grid of pictures",
    "interpolate": "decode the straight lines between the codes of held-out examples",
    "demo": "measure and draw what one family of models does",
    "derive": "print a derivation, every step evaluated at random points",
    "equations": "the equations of the source documents: what is right, where it lives, and the proof",
    "check": "run the five kinds of check over everything that exists",
    "exercise": "write backward passes yourself, and have them checked",
    "grade": "mark a class of submissions, each in a process of its own",
    "export": "the exercises as notebooks for nbgrader, or as an autograder for Gradescope",
    "explain": "say what the code of a finding means, with a worked miniature",
    "info": "say what a saved model is, or what this installation is",
}


class UserError(Exception):
    """What the user asked for cannot be done; the message says why. Ends the command with exit code 2."""


def build_parser(commands: Sequence[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """Return the parser; only the rooms of the named commands are imported."""
    parser = argparse.ArgumentParser(prog="npae", description="Autoencoders down to the last gradient.")
    parser.add_argument("--version", action="version", version=f"npae {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name in commands:
            module = importlib.import_module(f".commands.{name}", __package__)
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 done, 1 a check failed, 2 bad input, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    named = [word for word in arguments[:1] if word in COMMANDS]
    args = build_parser(named).parse_args(arguments)
    try:
        return args.run(args)
    except BrokenPipeError:             # the reader of our output (head, less) has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nnpae: interrupted", file=sys.stderr)
        return 130
    except (UserError, OSError, ValueError, TypeError, FloatingPointError) as error:
        print(f"npae {args.command}: {error}", file=sys.stderr)
        return 2
