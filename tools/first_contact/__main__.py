"""Put our questions to an account of AWS: `make first-contact ARGS="--account 111122223333"`.

Every name is of this run, every window is disabled or empty, and everything is removed at the end, also after Ctrl-C. A
run costs cents at most.
"""

from __future__ import annotations

import argparse
import re
import secrets
import signal
import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError

from .account import Account, CannotAskError
from .clean_up import LookupFailedError, clean_up, earlier_runs, windows_of_others
from .exchanges import ACCOUNT, Recording, Redaction
from .questions.question import no_answer
from .questions.table import QUESTIONS
from .report import listing, table
from .transport import AwsTransport, DryTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .questions.question import Finding, Question

HOLDS, LEFT, USAGE, DIFFERS, INTERRUPTED = 0, 1, 2, 3, 130


class UsageError(Exception):
    """The command line does not fit, or the account is not the one that it names. Nothing was made."""


def main(
    arguments: Sequence[str] | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
    questions: Sequence[Question] = QUESTIONS,
) -> int:
    """Run the command, and give its exit code."""
    options = _parser().parse_args(arguments)
    if options.list:
        print("\n".join(listing(questions)))
        return HOLDS
    try:
        chosen = _chosen(options, questions)
        account, principal = _account(options, sleep)
        if options.clean_up:
            with _signals_restored():
                _ignore_signals()
                return _clean(account)
        if not (options.dry_run or options.beside_others):
            _require_no_windows_of_others(account)
        return _ask(account, principal, chosen, options)
    except UsageError as error:
        print(error, file=sys.stderr)
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make first-contact", description=__doc__)
    add = parser.add_argument
    add("--account", metavar="ID", help="the account to ask; it must be that of your credentials")
    add("--region", help="the region to ask in; default: that of your AWS configuration")
    add(
        "--minutes",
        type=int,
        default=5,
        help="ask what takes no longer; default 5. 20 opens a window, 1440 takes a day",
    )
    add("--only", nargs="+", metavar="NAME", help="ask these questions only, however long they take")
    add("--recording", type=Path, metavar="FILE", help="where exchanges are written; default first-contact-RUN.jsonl")
    add(
        "--beside-others",
        action="store_true",
        help="ask although the account has enabled windows of others; they are not touched",
    )
    add("--dry-run", action="store_true", help="show every call, and make none")
    add("--clean-up", metavar="RUN", help="remove what a run has left that was killed")
    add("--list", action="store_true", help="list the questions")
    return parser


def _chosen(options: argparse.Namespace, questions: Sequence[Question]) -> list[Question]:
    if not options.only:
        return [question for question in questions if question.minutes <= options.minutes]
    known = {question.name: question for question in questions}
    for name in options.only:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"--only: there is no question {name!r}{hint} --list shows all.")
    return [question for question in questions if question.name in options.only]


def _account(options: argparse.Namespace, sleep: Callable[[float], None]) -> tuple[Account, str]:
    """Give the account and the caller, after a check that they are those that the user means."""
    run = options.clean_up or secrets.token_hex(4)
    if not re.fullmatch(r"[0-9a-f]{8}", run):
        raise UsageError(f"--clean-up: got {run!r}; allowed are the 8 hex digits that the run has printed")
    if options.dry_run:
        account = Account(DryTransport(print), run)
        account.account_id, account.region = options.account or ACCOUNT, options.region or "us-east-1"
        return account, ""
    if not re.fullmatch(r"\d{12}", options.account or ""):
        raise UsageError(f"--account: got {options.account!r}; say the 12 digits of the account that you mean to ask")
    try:
        transport = AwsTransport(options.region, sleep=sleep)
    except BotoCoreError as error:
        raise UsageError(f"Your AWS configuration does not fit: {error}") from None
    account = Account(transport, run)
    caller = account.look("GetCallerIdentity")
    if not caller.accepted:
        raise UsageError(f"AWS does not say whose credentials these are: {caller.code}: {caller.message}")
    if caller["Account"] != options.account:
        raise UsageError(f"--account says {options.account}, and the credentials belong to account {caller['Account']}")
    if not transport.region:
        raise UsageError("There is no region: add --region, or set AWS_REGION")
    account.account_id, account.region = options.account, transport.region
    return account, str(caller["Arn"])


def _require_no_windows_of_others(account: Account) -> None:
    """Refuse an account that may be in use, unless the user has said so."""
    try:
        others = windows_of_others(account)
    except LookupFailedError as error:
        found = f"AWS does not say whether it has maintenance windows of others: {error}"
    else:
        if not others:
            return
        found = f"it has enabled maintenance windows of others ({len(others)}), such as {others[0]!r}"
    raise UsageError(
        f"Account {account.account_id} may be in use: in {account.region} {found}. First contact does not touch them, "
        "but its calls count against the same limits. Choose another account or region, or add --beside-others"
    )


def _ask(account: Account, principal: str, chosen: list[Question], options: argparse.Namespace) -> int:
    path = options.recording or Path(f"first-contact-{account.run}.jsonl")
    results: list[tuple[Question, Finding]] = []
    interrupted = False
    with ExitStack() as stack:
        if not account.dry:
            try:
                file = stack.enter_context(path.open("x", encoding="utf-8"))
            except OSError as error:
                raise UsageError(f"--recording: {path} cannot be written: {error.strerror}") from None
            account.recording = Recording(file, _redaction(account, principal), _about(account))
        print(f"Run {account.run} asks {len(chosen)} questions in {account.region} of account {account.account_id}.")
        if not account.dry:
            print(f"If it is killed: make first-contact ARGS='--account {account.account_id} --clean-up {account.run}'")
            for run in earlier_runs(account):
                print(f"Run {run} has left something, unless it is at work: see --clean-up {run}.")
        with _signals_restored():
            _end_by_one_signal()
            try:
                results.extend((question, _put(account, question)) for question in chosen)
                _ignore_signals()
            except KeyboardInterrupt:
                interrupted = True
                print("Interrupted: removing what was made ...")
            finally:
                _ignore_signals()
                code = _clean(account)
    if account.dry:
        return HOLDS
    print("\n".join(table(results)))
    print(f"The exchanges are in {path}.")
    if code or interrupted:
        return code or INTERRUPTED
    return HOLDS if all(finding.verdict == "holds" for _, finding in results) else DIFFERS


def _put(account: Account, question: Question) -> Finding:
    """Ask one question."""
    account.question = question.name
    print(f"  {question.name}: {question.text}", flush=True)
    try:
        return question.ask(account)
    except CannotAskError as error:
        return no_answer(str(error))


def _clean(account: Account) -> int:
    """Remove everything of the run, and say what is left."""
    done = clean_up(account)
    if account.dry:
        return HOLDS
    print(f"Removed: {', '.join(done.removed) or 'nothing was left'}.")
    for one in done.left:
        print(f"Still there: {one}")
    if done.left:
        again = f"make first-contact ARGS='--account {account.account_id} --clean-up {account.run}'"
        print(f"Run {again} again, with credentials that may remove it.")
    return LEFT if done.left else HOLDS


def _redaction(account: Account, principal: str) -> Redaction:
    return Redaction(run=account.run, account=account.account_id, principal=principal)


def _about(account: Account) -> dict[str, str]:
    return {
        "region": account.region,
        "boto3": boto3.__version__,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def _signals_restored() -> Iterator[None]:
    """Give signals back to those who had them before."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_by_one_signal() -> None:
    """Let the first Ctrl-C or SIGTERM end the questions, and no further one the clean-up that follows."""

    def end(number: int, frame: object) -> None:
        del number, frame
        _ignore_signals()
        raise KeyboardInterrupt

    for number in _SIGNALS:
        signal.signal(number, end)


def _ignore_signals() -> None:
    """Let nothing interrupt the clean-up but a kill."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
