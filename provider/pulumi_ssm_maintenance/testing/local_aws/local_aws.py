"""`LocalAws`: an AWS in a child process, for tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode, urlsplit

from .declared_window import DeclaredWindow
from .request_log import Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Literal

    from botocore.config import Config

    from pulumi_ssm_maintenance.simulation import AlarmChanges, Assumptions, Node, Outcomes, Rehearsal

    from .faults import Fault
    from .rehearsal.scripts import ScriptProcess

_SERVER = "pulumi_ssm_maintenance.testing"

ACCOUNT_ID = "123456789012"
ACCESS_KEY = "AKIALOCALAWSEXAMPLE0"
SECRET_KEY = "local-aws-secret-key"  # noqa: S105  # not a secret: the local AWS checks no signature


class LocalAws:
    """An AWS in a child process of yours, which listens on 127.0.0.1 only.

    Maintenance windows and patch baselines behave as AWS documents them; moto answers for all other services. No policy
    is checked, and no window opens by itself: `rehearse` opens one in virtual time. The child process ends with `stop`,
    with the `with` block, or when your process ends for any reason. In pytest use the fixture `local_aws`.

    Example:
        >>> with LocalAws() as aws:
        ...     windows = aws.client("ssm").describe_maintenance_windows()
        ...     assert [request.operation for request in aws.requests()] == ["DescribeMaintenanceWindows"]
    """

    account_id = ACCOUNT_ID
    """The account of the credentials in `env`."""

    def __init__(self, *, region: str = "us-east-1", quiet: bool = True) -> None:
        """Set a local AWS up; `start`, or a `with` block, starts it.

        Args:
            region: the region in `env`, and the default one of `client`.
            quiet: False prints a line for each call to standard error.
        """
        self.region = region
        self._quiet = quiet
        self._process: subprocess.Popen[str] | None = None
        self._endpoint = ""
        self._scripts: ScriptProcess | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Start the child process and wait until it takes requests."""
        if self._process is not None:
            raise RuntimeError("This local AWS is running already")
        command = [sys.executable, "-m", _SERVER, "--until-end-of-input", *(["--quiet"] * self._quiet)]
        self._process = subprocess.Popen(  # noqa: S603  # this interpreter runs this package
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_server_environment(),
            # Ctrl-C must not end it: the program under test may need it to clean up.
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101  # a pipe was asked for
        self._endpoint = self._process.stdout.readline().strip()
        if not self._endpoint:
            self.stop()
            raise RuntimeError("The local AWS did not start; its own error is on standard error")
        return self

    def stop(self) -> None:
        """End the child process, if it runs."""
        if self._scripts is not None:
            self._scripts.stop()
        process, self._process = self._process, None
        if process is None:
            return
        process.communicate()

    @property
    def endpoint(self) -> str:
        """The URL of the running child process."""
        if self._process is None:
            raise RuntimeError("This local AWS is not running; start it, or use it in a with block")
        return self._endpoint

    @property
    def env(self) -> dict[str, str]:
        """The environment variables that make a child process talk to this AWS, and to no other.

        Your own AWS_PROFILE would then name a missing profile, which botocore refuses. Remove that variable, or use
        `environ`, which leaves it out.
        """
        return child_environment(self.endpoint, self.region)

    @property
    def environ(self) -> dict[str, str]:
        """The whole environment for a child process: yours, with all `AWS_…` variables replaced by `env`."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**mine, **self.env}

    def client(
        self, service: str, region: str | None = None, account: str | None = None, config: Config | None = None
    ) -> Any:
        """Return a boto3 client of any service.

        Args:
            service: the boto3 service name, such as `"ssm"`.
            region: the region to call; default: that of this local AWS.
            account: the account to act in, by AssumeRole; default: `account_id`.
            config: further botocore settings, such as retries and time-outs.
        """
        import boto3  # noqa: PLC0415  # programs that make no client need not load it
        from botocore.config import Config  # noqa: PLC0415  # as above

        settings = (config or Config()).merge(Config(proxies={}))
        keys = (ACCESS_KEY, SECRET_KEY, None)
        if account not in {None, self.account_id}:
            role = f"arn:aws:iam::{account}:role/any"
            answer = self.client("sts", region).assume_role(RoleArn=role, RoleSessionName="local")
            keys = tuple(answer["Credentials"][key] for key in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
        # The stubs type a client by a literal service name only.
        session: Any = boto3.session.Session(*keys, region_name=region or self.region)
        return session.client(service, endpoint_url=self.endpoint, config=settings)

    def requests(self, service: str | None = None, operation: str | None = None) -> list[Request]:
        """Return the calls since the start, the last `clear_requests` or `reset`, in the order in which they began.

        Args:
            service: only calls of this boto3 service, such as `"ssm"`.
            operation: only calls of this operation, such as `"GetMaintenanceWindowTask"`.
        """
        wanted = {"service": service, "operation": operation}
        query = urlencode({key: value for key, value in wanted.items() if value is not None})
        return [Request(**request) for request in self._control("GET", f"requests?{query}")]

    def clear_requests(self) -> None:
        """Empty the log that `requests` returns."""
        self._control("DELETE", "requests")

    def windows(self) -> list[DeclaredWindow]:
        """Return the maintenance windows of all accounts and regions, in the order in which they were made."""
        return [DeclaredWindow(**window) for window in self._control("GET", "windows")]

    def inject(self, fault: Fault) -> None:
        """Activate a fault until `clear_faults` or `reset`."""
        self._control("POST", "faults", asdict(fault))

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._control("DELETE", "faults")

    def reset(self) -> None:
        """Remove everything: resources, client tokens, log, faults and the credentials of AssumeRole."""
        self._control("POST", "reset")

    def add_nodes(self, *nodes: Node, region: str | None = None, account: str | None = None) -> None:
        """Make nodes known to Systems Manager, as their agents do: `DescribeInstanceInformation` lists them.

        A node with a known id replaces it. A stopped or terminated node is not listed. A rehearsal replaces all of them
        by its own.

        Args:
            nodes: the nodes, as at the opening of a window.
            region: their region; default: that of this local AWS.
            account: their account; default: `account_id`.
        """
        from datetime import UTC, datetime  # noqa: PLC0415  # most tests do without

        from .rehearsal.history import known_nodes  # noqa: PLC0415  # as above

        place = account or self.account_id, region or self.region
        self._control("POST", "history", known_nodes(nodes, *place, datetime.now(UTC)))

    def rehearse(  # noqa: PLR0913 - the circumstances of a night, each by its name
        self,
        window_id: str,
        *,
        nodes: Sequence[Node] = (),
        alarms: AlarmChanges | None = None,
        at: datetime | None = None,
        outcomes: Outcomes | None = None,
        assume: Assumptions | Literal["all"] | None = None,
        document_timeouts: Mapping[str, int] | None = None,
        task_names: Mapping[str, str] | None = None,
        cancel_after: float | None = None,
        region: str | None = None,
        account: str | None = None,
        seed: int = 0,
    ) -> Rehearsal:
        """Simulate one run of a window of this AWS, with its targets, tasks, rules, alarms and topics as they are now.

        Runbooks that this AWS holds run step by step, their Python in a child process. The night stays behind as the
        history of this AWS: executions, commands, runbooks and patch states, for scripts of yours to read. No real time
        passes. See https://docs.aws.amazon.com/systems-manager/ for the words of statuses, and docs/rehearsal.md for
        what is taken into account.

        Args:
            window_id: the window.
            nodes: the nodes that exist.
            alarms: what alarms do: minutes after the opening and states, by name. The random end of a name may be left
                out. All alarms begin in OK.
            at: when the window opens. Default: its next opening by its schedule.
            outcomes: how runs of runbooks, functions and state machines end, by task, by step of a runbook, or as a
                function of the call.
            assume: answers to what AWS does not document. `"all"` tries every combination of those that matter.
            document_timeouts: the execution time-outs of documents by name, in seconds. Default: what documents in
                this AWS say, and 3600 for others.
            task_names: what to call tasks that have no name at AWS, by their ids. Default: the name of the document,
                function or state machine that they run.
            cancel_after: the minutes after which somebody cancels the run. None: nobody does.
            region: the region of the window. Default: the one that the window is in.
            account: the account of the window. Default: the one that the window is in.
            seed: another seed gives other ids.

        Raises:
            RehearsalError: the window does not exist or is disabled, or the circumstances do not fit.
        """
        from .rehearsal.account import LocalAccount  # noqa: PLC0415  # most tests do without
        from .rehearsal.rehearse import rehearse  # noqa: PLC0415  # as above

        if region is None or account is None:
            found = next((window for window in self.windows() if window.id == window_id), None)
            region = region or (found.region if found else self.region)
            account = account or (found.account if found else self.account_id)
        return rehearse(
            LocalAccount(
                make_client=lambda service: self.client(service, region, account),
                account_id=account,
                region=region,
                control=lambda what, content: self._control("POST", what, content),
                variables=self.env,
                scripts=self._script_process(),
            ),
            window_id,
            nodes=nodes,
            alarms=alarms,
            at=at,
            outcomes=outcomes,
            assume=assume,
            document_timeouts=document_timeouts,
            task_names=task_names,
            cancel_after=cancel_after,
            seed=seed,
        )

    def _script_process(self) -> ScriptProcess:
        from .rehearsal.scripts import ScriptProcess  # noqa: PLC0415  # most tests do without

        if self._scripts is None:
            self._scripts = ScriptProcess()
        return self._scripts

    def _control(self, method: str, what: str, content: Any = None) -> Any:
        connection = HTTPConnection(urlsplit(self.endpoint).netloc, timeout=60)
        try:
            connection.request(method, f"/_local/{what}", body=json.dumps(content))
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise RuntimeError(f"The local AWS refuses {method} {what}: {answer['error']}")
        return answer


def child_environment(endpoint: str, region: str) -> dict[str, str]:
    """Return the environment variables that send every AWS SDK and tool to this endpoint."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_SESSION_TOKEN": "",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        # A proxy of the user's cannot reach this machine's loopback interface.
        "NO_PROXY": _without_proxy("NO_PROXY"),
        "no_proxy": _without_proxy("no_proxy"),
    }


def _without_proxy(name: str) -> str:
    return ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))


def _server_environment() -> dict[str, str]:
    """Return this process's environment without variables that would change moto's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MOTO_", "AWS_"))}
