"""The command: tables in, a proved plan and its reasons out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import talentmatch as tm
from talentmatch.commands.asking import add_diagnose, add_explain
from talentmatch.commands.choosing import add_screen
from talentmatch.commands.inspecting import add_check
from talentmatch.commands.planning import add_demo, add_match
from talentmatch.commands.telling import BAD_INPUT, FAULT, INTERRUPTED, fail
from talentmatch.errors import InputError, MissingExtraError, ProblemError, TalentMatchError

__all__ = ["main"]

_EPILOG = """examples:
  talentmatch demo --out plan
      the built-in case: 3,000 invented candidates, 1,160 invented demands
  talentmatch check people.xlsx posts.csv
      what is understood of your own two tables, or every flaw by row
  talentmatch match people.xlsx posts.csv --out plan
      the plan; open plan/report.html
  talentmatch explain people.xlsx posts.csv --demand X0012
      why this one, and what another would cost
  talentmatch COMMAND --help
      more examples of each

exit status:
  0 done, 1 an internal fault, 2 bad input, 3 no plan exists (or none was found, or the plan that
  was checked breaks a limit), 130 stopped with Ctrl-C
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, ``python -m talentmatch`` or ``talentmatch``.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; those of the process by default.

    Returns
    -------
    int
        0 when it was done; 2 for bad input; 3 when there is no plan; 130 after Ctrl-C; 1 for an
        internal fault. Nothing is raised, and nothing is half-written.

    Examples
    --------
    >>> from talentmatch.cli import main
    >>> main(["--version"])
    talentmatch 0.1.0
    0
    """
    options: argparse.Namespace | None = None
    try:
        options = _parser().parse_args(argv)
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # argparse: --help, --version or a wrong argument
        return stop.code if isinstance(stop.code, int) else BAD_INPUT
    except KeyboardInterrupt:
        return fail("stopped with Ctrl-C", INTERRUPTED, options=options)
    except BrokenPipeError:
        # The reader of our output went away (as `| head` does): say no more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT
    except (InputError, ProblemError, MissingExtraError) as error:
        return fail(str(error), BAD_INPUT, options=options, error=error)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        said = f"{where}{error.strerror or error}"
        return fail(said, BAD_INPUT, options=options, error=error)
    except MemoryError:
        return fail("not enough memory for tables of this size", FAULT, options=options)
    except TalentMatchError as error:
        said = f"internal fault, please report it: {error}"
        return fail(said, FAULT, options=options, error=error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="talentmatch",
        description="Match candidates to demands, and prove that the plan is good.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"talentmatch {tm.__version__}")
    commands = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", dest="command"
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--json", action="store_true", help="print one JSON object, and no progress"
    )
    for add in (add_match, add_check, add_explain, add_diagnose, add_screen, add_demo):
        add(commands, [shared])
    return parser
