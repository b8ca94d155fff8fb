"""The console script: every way that a command can end, and the exit code of each."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from auditor import __version__
from auditor.cli.detectors import detectors
from auditor.cli.explain import explain
from auditor.cli.inspect import inspect
from auditor.cli.output import ExitCode, complain, say
from auditor.cli.plan import plan
from auditor.cli.render import render
from auditor.cli.scan import scan
from auditor.cli.schema import schema
from auditor.cli.simulate import simulate
from auditor.errors import AuditError, NothingToAudit

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
for command, line in (
    (scan, "Audit logs, and print the models ranked."),
    (inspect, "Show what logs would be taken for."),
    (plan, "Plan the exploration that would cure it."),
    (detectors, "List the detectors."),
    (explain, "Print the manual page of a detector."),
    (render, "Turn a saved report into another format."),
    (schema, "Print the JSON Schema of the report."),
    (simulate, "Write logs of a fleet with known loops."),
):
    app.command(short_help=line)(command)


@app.callback(invoke_without_command=True)
def audit(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Find the models that poison their own training data, from their interaction logs."""
    if version:
        typer.echo(f"audit {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(ExitCode.NOT_DONE)


def console() -> None:
    """The console script: one audit and out.

    Garbage is hardly looked for, as imports alone set off dozens of searches; and the interpreter is not taken apart at
    the end, which would take a tenth of a second.
    """
    gc.set_threshold(100_000)
    code = main()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line (`argv`, else the process's own arguments) and returns its exit code."""
    _leave_tidily()
    code = _run(argv)
    if code == ExitCode.INTERRUPTED:
        say("audit: interrupted")
    return code


def _leave_tidily() -> None:
    """Lets `kill`, `timeout` and a closed terminal unwind like Ctrl-C does, so that temporary files go."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and threading.current_thread() is threading.main_thread():
            signal.signal(getattr(signal, name), lambda number, _: sys.exit(128 + number))


def _run(argv: Sequence[str] | None) -> int:
    try:
        code = app(args=argv, prog_name="audit", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except SystemExit as leaving:  # typer leaves like this where a pipe is closed, and after completions
        return _left(leaving)
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    except Exception as error:
        return _failed(error)
    return int(code or 0)


def _left(leaving: SystemExit) -> int:
    if isinstance(leaving.__context__, BrokenPipeError):
        return _failed(leaving.__context__)
    return int(leaving.code or 0)


def _failed(error: Exception) -> int:
    """Says what went wrong, without a traceback unless it is asked for."""
    if os.environ.get("AUDIT_DEBUG") == "1":
        traceback.print_exception(error)
    match error:
        case AuditError():
            complain(error.message, error.hint)
            return ExitCode.NOTHING_AUDITED if isinstance(error, NothingToAudit) else ExitCode.NOT_DONE
        case typer.TyperException():
            complain(error.format_message(), _usage(error))
        case BrokenPipeError():
            _discard_stdout()
            return ExitCode.PIPE_CLOSED
        case RuntimeError() if str(error) == "Query interrupted":  # what DuckDB makes of Ctrl-C
            return ExitCode.INTERRUPTED
        case OSError():
            _discard_stdout()
            complain(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
        case _:
            say(f"audit: internal error: {_first_line(error)} (please report; AUDIT_DEBUG=1 shows where)")
    return ExitCode.NOT_DONE


def _usage(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path} --help shows the options." if context else ""


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _discard_stdout() -> None:
    """What could not be written is dropped: at exit, Python would try, and complain, again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
