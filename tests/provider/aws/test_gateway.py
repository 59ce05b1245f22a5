"""The calls to AWS: what is sent, and what becomes of every error that can come back."""

import inspect
import socket
from threading import Barrier, Event, Thread

import botocore.exceptions
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from tests.botocore_model import service_model
from tests.provider.fake_gateway import ACCOUNT

from pulumi_ssm_maintenance.aws import gateway as gateway_module
from pulumi_ssm_maintenance.aws.connection import Connection, Endpoints
from pulumi_ssm_maintenance.aws.gateway import Gateway, default_region, gateway
from pulumi_ssm_maintenance.aws.session import Clients
from pulumi_ssm_maintenance.core.identity import Account, TaskId
from pulumi_ssm_maintenance.core.model import DEREGISTER, GET, REGISTER, UPDATE
from pulumi_ssm_maintenance.errors import (
    AccessDeniedError,
    CredentialsError,
    LimitExceededError,
    RejectedError,
    SettingsError,
    SsmMaintenanceError,
    TaskError,
    TaskNotFoundError,
    ThrottledError,
    TokenMismatchError,
    UnavailableError,
    WrongAccountError,
)

REGION = "eu-west-1"
TASK = TaskId("mw-0123456789abcdef0", "4f7ca192-7e9a-40fe-9192-5cb15efc1a3b")
REQUEST = {"WindowId": TASK.window_id, "TaskType": "LAMBDA", "TaskArn": "clean-up"}
CALLS = {
    "create": lambda aws: aws.register(REQUEST, "token", shout),
    "read": lambda aws: aws.get(TASK, shout),
    "update": lambda aws: aws.update(TASK, {"Priority": 1}, shout),
    "delete": lambda aws: aws.deregister(TASK, shout),
}


def shout(text):
    """Stands for the redaction, so that one sees where it was applied."""
    return text.upper()


class Client:
    """A boto3 client that answers every call with one answer, or raises it."""

    def __init__(self, answer):
        self.answer = answer
        self.calls = []

    def __getattr__(self, operation):
        def call(**parameters):
            self.calls.append((operation, parameters))
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return call


def answering(answer):
    return Gateway(Clients(Connection(), REGION), Client(answer))


def refusal(code, status=400, message="no such thing"):
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, "x"
    )


def raised_by(action, error):
    with pytest.raises(SsmMaintenanceError) as caught:
        CALLS[action](answering(error))
    return caught.value


@pytest.fixture(autouse=True)
def _no_memory_of_other_tests(monkeypatch):
    monkeypatch.setattr(gateway_module, "_gateways", gateway_module._OncePerProcess())
    monkeypatch.setattr(gateway_module, "_callers", gateway_module._OncePerProcess())


def test_a_task_is_registered_under_a_token():
    aws = answering({"WindowTaskId": TASK.window_task_id, "ResponseMetadata": {}})
    assert aws.register(REQUEST, "token", shout) == TASK
    assert aws._client.calls == [
        ("register_task_with_maintenance_window", {**REQUEST, "ClientToken": "token"}),
    ]


def test_a_task_is_read_without_what_is_no_field_of_it():
    aws = answering({**REQUEST, "Priority": 0, "WindowTaskId": TASK.window_task_id, "ResponseMetadata": {}})
    assert aws.get(TASK, shout) == {**REQUEST, "Priority": 0}
    assert aws._client.calls == [
        ("get_maintenance_window_task", {"WindowId": TASK.window_id, "WindowTaskId": TASK.window_task_id}),
    ]


def test_an_update_replaces():
    aws = answering({"WindowId": TASK.window_id, "TaskArn": "x", "WindowTaskId": "y"})
    assert aws.update(TASK, {"TaskArn": "x"}, shout) == {"WindowId": TASK.window_id, "TaskArn": "x"}
    ids = {"WindowId": TASK.window_id, "WindowTaskId": TASK.window_task_id}
    assert aws._client.calls == [("update_maintenance_window_task", {**ids, "Replace": True, "TaskArn": "x"})]


def test_a_task_is_deregistered():
    aws = answering({})
    aws.deregister(TASK, shout)
    ids = {"WindowId": TASK.window_id, "WindowTaskId": TASK.window_task_id}
    assert aws._client.calls == [("deregister_task_from_maintenance_window", ids)]


def modelled_codes():
    model = service_model()
    return sorted(
        {
            shape.error_code
            for operation in (REGISTER, GET, UPDATE, DEREGISTER)
            for shape in model.operation_model(operation).error_shapes
        }
    )


# https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html
COMMON = {
    "AccessDeniedException": AccessDeniedError,
    "ExpiredTokenException": CredentialsError,
    "IncompleteSignature": CredentialsError,
    "InternalFailure": UnavailableError,
    "MissingAuthenticationToken": CredentialsError,
    "NotAuthorized": AccessDeniedError,
    "OptInRequired": CredentialsError,
    "RequestExpired": CredentialsError,
    "ServiceUnavailable": UnavailableError,
    "ThrottlingException": ThrottledError,
    "UnrecognizedClientException": CredentialsError,
    "ValidationError": RejectedError,
    "ValidationException": RejectedError,
}
OWN = {
    "DoesNotExistException": TaskNotFoundError,
    "FeatureNotAvailableException": RejectedError,
    "IdempotentParameterMismatch": TokenMismatchError,
    "InternalServerError": UnavailableError,
    "ResourceLimitExceededException": LimitExceededError,
}


def test_every_error_that_the_model_declares_is_known_by_its_code():
    assert modelled_codes() == sorted(OWN)
    assert set(modelled_codes()) <= gateway_module._BY_CODE.keys()


@pytest.mark.parametrize("action", CALLS)
@pytest.mark.parametrize(("code", "kind"), [*OWN.items(), *COMMON.items()])
def test_an_error_of_aws_is_one_of_ours(action, code, kind):
    error = raised_by(action, refusal(code))
    assert type(error) is kind
    assert (error.action, error.code) == (action, code)


@pytest.mark.parametrize("action", CALLS)
def test_a_text_says_what_on_which_task_why_and_what_next(action):
    task = f"in {TASK.window_id}" if action == "create" else str(TASK)
    assert str(raised_by(action, refusal("DoesNotExistException"))) == (
        f"could not {action} maintenance window task {task}: DoesNotExistException: NO SUCH THING."
        " The task or its window is gone: run `pulumi refresh`, then `pulumi up`."
    )


@pytest.mark.parametrize(
    ("status", "kind"), [(400, RejectedError), (413, RejectedError), (500, UnavailableError), (503, UnavailableError)]
)
def test_an_unknown_error_is_classified_by_its_status(status, kind):
    error = raised_by("read", refusal("NewException", status))
    assert type(error) is kind
    assert error.code == "NewException"


def test_an_answer_without_code_and_message_is_reported_as_such():
    error = raised_by("read", ClientError({}, "x"))
    assert (error.code, error.detail) == ("Unknown", "AWS GAVE NO REASON")


def classes_of_botocore():
    return sorted(
        (
            kind
            for _, kind in inspect.getmembers(botocore.exceptions, inspect.isclass)
            if issubclass(kind, BotoCoreError | ClientError)
        ),
        key=lambda kind: kind.__name__,
    )


@pytest.mark.parametrize("kind", classes_of_botocore(), ids=lambda kind: kind.__name__)
def test_no_error_of_botocore_gets_through(kind):
    error = kind.__new__(kind)
    Exception.__init__(error, "hunter2")
    error.response = {"Error": {"Code": "X", "Message": "hunter2"}}
    error.operation_name = "UpdateMaintenanceWindowTask"
    ours = raised_by("update", error)
    assert isinstance(ours, TaskError)
    assert ours.next_step
    assert "HUNTER2" in str(ours)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (botocore.exceptions.NoCredentialsError(), CredentialsError),
        (botocore.exceptions.PartialCredentialsError(provider="env", cred_var="x"), CredentialsError),
        (botocore.exceptions.UnauthorizedSSOTokenError(), CredentialsError),
        (botocore.exceptions.InvalidConfigError(error_msg="x"), CredentialsError),
        (botocore.exceptions.UnknownCredentialError(name="x"), CredentialsError),
        (botocore.exceptions.EndpointConnectionError(endpoint_url="x"), UnavailableError),
        (botocore.exceptions.ConnectTimeoutError(endpoint_url="x"), UnavailableError),
        (botocore.exceptions.ReadTimeoutError(endpoint_url="x"), UnavailableError),
        (botocore.exceptions.ConnectionClosedError(endpoint_url="x"), UnavailableError),
        (botocore.exceptions.SSLError(endpoint_url="x", error="y"), UnavailableError),
        (botocore.exceptions.ProxyConnectionError(proxy_url="x"), UnavailableError),
        (botocore.exceptions.NoRegionError(), RejectedError),
    ],
    ids=lambda part: type(part).__name__ if isinstance(part, Exception) else "",
)
def test_failures_on_the_way_to_aws_are_distinguished(error, kind):
    ours = raised_by("delete", error)
    assert type(ours) is kind
    assert ours.code == type(error).__name__


@pytest.mark.parametrize(
    "error",
    [
        ResponseParserError("no XML: <html>hunter2</html>"),
        UnicodeDecodeError("utf-8", b"\xe4", 0, 1, "invalid"),
        AttributeError("'list' object has no attribute 'get'"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("action", CALLS)
def test_an_answer_that_cannot_be_read_comes_from_something_on_the_way(action, error):
    ours = raised_by(action, error)
    assert type(ours) is UnavailableError
    assert "the answer cannot be read" in str(ours)
    assert "Check the endpoint and the proxy" in str(ours)
    assert "hunter2" not in str(ours)


@pytest.mark.parametrize(
    ("operation", "code", "cure"),
    [
        ("AssumeRole", "AccessDenied", "its trust policy and the external id"),
        ("AssumeRole", "ValidationError", "the settings of the session"),
        ("AssumeRoleWithWebIdentity", "InvalidIdentityToken", "Check the token"),
        ("GetRoleCredentials", "ForbiddenException", "aws sso login"),
    ],
)
def test_what_aws_refuses_on_the_way_to_credentials_is_about_credentials(operation, code, cure):
    refused = ClientError({"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {}}, operation)
    ours = raised_by("create", refused)
    assert type(ours) is CredentialsError
    assert cure in ours.next_step


def test_an_outage_on_the_way_to_credentials_stays_one():
    refused = ClientError({"Error": {"Code": "x"}, "ResponseMetadata": {"HTTPStatusCode": 503}}, "AssumeRole")
    assert type(raised_by("create", refused)) is UnavailableError


def sts(monkeypatch, *answers):
    """Let STS give these answers, one for each time that it is asked; gives the list of those not given yet."""
    left = list(answers)

    def make(_clients):
        answer = left.pop(0)
        if isinstance(answer, ValueError | RuntimeError):
            raise answer
        return Client(answer)

    monkeypatch.setattr(Clients, "sts", make)
    return left


def test_the_caller_is_asked_for_once(monkeypatch):
    left = sts(monkeypatch, {"Arn": "arn:aws-cn:sts::111122223333:assumed-role/deploy/me"}, {})
    opened = [gateway(Connection(), region) for region in ("eu-west-1", "eu-west-2", "eu-west-1")]
    assert {aws.account() for aws in opened} == {Account("111122223333", "aws-cn")}
    assert left == [{}]
    assert [aws.region for aws in opened] == ["eu-west-1", "eu-west-2", "eu-west-1"]
    assert opened[0] is opened[2]


@pytest.mark.parametrize(
    "answer",
    [
        refusal("AccessDenied"),
        botocore.exceptions.EndpointConnectionError(endpoint_url="x"),
        botocore.exceptions.NoCredentialsError(),
        ValueError("Invalid endpoint: x"),
        RuntimeError("Credentials were refreshed, but the refreshed credentials are still expired."),
        ResponseParserError("<html>Sign in, please"),
        UnicodeDecodeError("utf-8", b"\xe4", 0, 1, "invalid"),
        {},
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_an_unknown_account_is_no_error(monkeypatch, answer):
    sts(monkeypatch, answer)
    assert answering({}).account() is None


def test_the_caller_is_asked_for_while_another_call_is_under_way(monkeypatch):
    asked = Event()

    class Sts(Client):
        def get_caller_identity(self):
            asked.set()
            return self.answer

    class Ssm(Client):
        def register_task_with_maintenance_window(self, **_):
            assert asked.wait(10)  # for ever, were the caller asked for afterwards
            return self.answer

    monkeypatch.setattr(Clients, "sts", lambda _: Sts({"Arn": "arn:aws:sts::111122223333:assumed-role/a/b"}))
    aws = Gateway(Clients(Connection(), REGION), Ssm({"WindowTaskId": TASK.window_task_id}))
    aws.ask_account()
    aws.register(REQUEST, "token", shout)
    assert aws.account() == ACCOUNT


def test_the_account_is_not_looked_up_if_the_settings_skip_it(monkeypatch):
    sts(monkeypatch)
    assert Gateway(Clients(Connection(skip_requesting_account_id=True), REGION), Client({})).account() is None


def test_threads_share_one_client(monkeypatch):
    made, together = [], Barrier(4)
    monkeypatch.setattr(Clients, "ssm", lambda clients: made.append(clients.region) or Client({}))
    connection = Connection()

    def work():
        together.wait()
        gateway(connection, REGION)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [REGION]


MINE, OTHER = ACCOUNT.account_id, "444455556666"


@pytest.mark.parametrize(
    ("settings", "refused_since"),
    [
        ({"allowed_account_ids": (MINE,)}, None),
        ({"allowed_account_ids": (OTHER, MINE)}, None),
        ({"forbidden_account_ids": (OTHER,)}, None),
        ({"allowed_account_ids": (OTHER,)}, f"only {OTHER} are allowed"),
        ({"forbidden_account_ids": (MINE,)}, "it is forbidden"),
    ],
)
def test_only_the_accounts_that_the_settings_allow_are_worked_in(monkeypatch, settings, refused_since):
    sts(monkeypatch, {"Arn": f"arn:aws:iam::{MINE}:user/me"})
    if refused_since is None:
        assert gateway(Connection(**settings), REGION).region == REGION
        return
    with pytest.raises(WrongAccountError, match=f"account {MINE}, but {refused_since} by the provider's configuration"):
        gateway(Connection(**settings), REGION)


def test_an_unknown_account_is_not_an_allowed_one(monkeypatch):
    sts(monkeypatch, refusal("AccessDenied"))
    with pytest.raises(WrongAccountError, match=r"STS did not say whose credentials these are: .*AccessDenied"):
        gateway(Connection(allowed_account_ids=(MINE,)), REGION)


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        (Connection(profile="nobody"), "nobody"),
        (Connection(endpoints=Endpoints(ssm="nonsense")), "Invalid endpoint: nonsense"),
        (Connection(endpoints=Endpoints(ssm="http://a_b/")), "Invalid endpoint: http://a_b/"),
    ],
)
def test_a_connection_that_cannot_be_set_up_is_the_settings_fault(connection, message):
    with pytest.raises(SettingsError, match=message):
        gateway(connection, REGION)


def test_a_region_cannot_be_read_from_a_missing_profile():
    with pytest.raises(SettingsError, match="nobody"):
        default_region(Connection(region=REGION, profile="nobody"))


@pytest.mark.parametrize("contents", [None, "", "no certificate"], ids=["missing", "empty", "other"])
def test_certificates_that_cannot_be_loaded_are_named_as_the_cause(tmp_path, monkeypatch, contents):
    bundle = tmp_path / "ca.pem"
    if contents is not None:
        bundle.write_text(contents)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoints = Endpoints(ssm=f"https://127.0.0.1:{server.getsockname()[1]}")
        aws = gateway(Connection(access_key="AKIA", secret_key="x", endpoints=endpoints, max_retries=0), REGION)
        with pytest.raises(
            UnavailableError, match=r"Check the certificate .* certificates to trust \(aws:customCaBundle"
        ):
            aws.get(TASK, str)


@pytest.mark.parametrize(
    "proxy",
    ["http://me:hunter2@127.0.0.1:1", "http://me:hunter2@[::1", "http://me:hun%74er2@127.0.0.1:none", "me:hunter2@x:y"],
    ids=["unreachable", "no-url", "no-port", "no-scheme"],
)
def test_a_proxy_that_does_not_work_shows_no_password(proxy):
    connection = Connection(
        access_key="AKIA",
        secret_key="secret",
        endpoints=Endpoints(ssm="http://127.0.0.1:1"),
        http_proxy=proxy,
        max_retries=0,
        region="eu-west-1",
    )
    with pytest.raises(SsmMaintenanceError) as failed:
        gateway(connection, "eu-west-1").get(TaskId("mw-0123456789abcdef0", "id"), str)
    assert "hunter2" not in str(failed.value)
    assert "hun%74er2" not in str(failed.value)
