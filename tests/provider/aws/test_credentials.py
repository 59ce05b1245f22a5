"""Whatever is wrong with credentials is one of our errors, with a cure, and nothing else is printed."""

import hashlib
import json
import os
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from botocore.tokens import SSOTokenProvider

from pulumi_ssm_maintenance.aws import gateway as gateway_module
from pulumi_ssm_maintenance.aws.connection import Connection, Endpoints
from pulumi_ssm_maintenance.aws.gateway import gateway
from pulumi_ssm_maintenance.aws.roles import Role
from pulumi_ssm_maintenance.aws.session import _web_identity_token
from pulumi_ssm_maintenance.core.identity import TaskId
from pulumi_ssm_maintenance.errors import CredentialsError, SettingsError, TaskError, UnavailableError

REGION = "eu-west-1"
ROLE_ARN = "arn:aws:iam::111122223333:role/deploy"
TASK = TaskId("mw-0123456789abcdef0", "4f7ca192-7e9a-40fe-9192-5cb15efc1a3b")
CLOSED = "http://127.0.0.1:1"
BINARY = b"\xff\xfe\x00"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty home directory, and no memory of other tests."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(gateway_module, "_gateways", gateway_module._OncePerProcess())
    monkeypatch.setattr(gateway_module, "_callers", gateway_module._OncePerProcess())
    return tmp_path


@pytest.fixture
def failure_of(capfd):
    """Read a task, while STS is asked for the account; give the error, and demand that nothing else is printed."""

    def read(connection):
        aws = gateway(connection, REGION)
        aws.ask_account()
        assert aws.account() is None
        aws.get(TASK, str)

    def fail(**settings):
        defaults = {"region": REGION, "endpoints": Endpoints(ssm=CLOSED, sts=CLOSED), "max_retries": 0}
        connection = Connection(**defaults | settings)
        with pytest.raises((CredentialsError, SettingsError)) as caught:
            read(connection)
        assert capfd.readouterr() == ("", "")
        return str(caught.value)

    return fail


@pytest.fixture
def profile(home):
    """Write a configuration file with a profile `work`; give the settings that name both."""

    def write(text, **settings):
        path = home / "config"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return {"shared_config_files": str(path), "profile": "work", **settings}

    return write


def test_a_role_without_credentials_to_assume_it(failure_of):
    text = failure_of(assume_roles=(Role(ROLE_ARN),))
    assert f"there are no credentials with which to assume the role {ROLE_ARN}" in text
    assert "Check the credentials of the provider" in text


TOKEN_FILES = {
    "missing": (None, "No such file or directory"),
    "directory": (os.mkdir, "Is a directory"),
    "binary": (lambda path: path.write_bytes(BINARY), "is not a text file"),
    "empty": (lambda path: path.write_text("\n"), "is empty"),
}


@pytest.mark.parametrize("kind", TOKEN_FILES)
def test_a_token_file_that_holds_no_token(failure_of, home, kind):
    make, reason = TOKEN_FILES[kind]
    path = home / "token"
    if make:
        make(path)
    text = failure_of(assume_role_with_web_identity=Role(ROLE_ARN, web_identity_token_file=str(path)))
    assert reason in text
    assert str(path) in text


@pytest.mark.parametrize("kind", ["missing", "directory", "binary"])
def test_a_token_file_of_the_environment_that_cannot_be_read(failure_of, home, monkeypatch, kind):
    make, _ = TOKEN_FILES[kind]
    path = home / "token"
    if make:
        make(path)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(path))
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE_ARN)
    assert "a file, command or answer with credentials cannot be used" in failure_of()


def test_a_token_file_is_read_without_the_line_break_at_its_end(home):
    (home / "token").write_text("hunter2\n")
    role = Role(ROLE_ARN, web_identity_token_file=str(home / "token"))
    assert _web_identity_token(role) == "hunter2"


def test_a_profile_that_asks_for_an_mfa_code_names_a_way_without_a_prompt(failure_of, profile):
    text = failure_of(
        **profile(
            f"[profile work]\nrole_arn = {ROLE_ARN}\nsource_profile = base\n"
            "mfa_serial = arn:aws:iam::111122223333:mfa/me\n"
            "[profile base]\naws_access_key_id = AKIA\naws_secret_access_key = hunter2\n"
        )
    )
    assert "MFA" in text
    assert "A provider cannot ask for an MFA code: get temporary credentials first" in text
    assert "hunter2" not in text


EXPIRED_AGAIN = {"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "hunter2", "SessionToken": "hunter3"}


def test_credentials_that_have_expired_when_they_arrive(failure_of, profile, home):
    answer = home / "answer.json"
    answer.write_text(json.dumps(EXPIRED_AGAIN | {"Expiration": "2020-01-01T00:00:00Z"}))
    text = failure_of(**profile(f"[profile work]\ncredential_process = cat {answer}\n"))
    assert "the refreshed credentials are still expired" in text
    assert "hunter" not in text


LOOPS = {
    "two profiles": (
        "role_arn = {role}\nsource_profile = other\n[profile other]\nrole_arn = {role}\nsource_profile = work\n"
    ),
    "no such profile": "role_arn = {role}\nsource_profile = nobody\n",
    "no source": "role_arn = {role}\ncredential_source = Nowhere\n",
    "two sources": "role_arn = {role}\nsource_profile = work\ncredential_source = Environment\n",
}


@pytest.mark.parametrize("kind", LOOPS)
def test_a_profile_whose_role_has_no_source(failure_of, profile, kind):
    text = failure_of(**profile("[profile work]\n" + LOOPS[kind].format(role=ROLE_ARN)))
    assert text.endswith(". Check the provider's configuration.")
    assert ".." not in text


PROCESSES = {
    "a command that does not exist": "no-such-command-here",
    "no JSON": "{python} -c print(1,2)",
    "another JSON": "{python} -c print([])",
    "no keys": """{python} -c "print('{{\\"Version\\": 1}}')" """,
    "another version": """{python} -c "print('{{\\"Version\\": 7}}')" """,
    "an exit code": """{python} -c "raise SystemExit('sign in first')" """,
    "a bad date": (
        """{python} -c "print('{{\\"Version\\": 1, \\"AccessKeyId\\": \\"AKIA\\", \\"SecretAccessKey\\": \\"x\\","""
        """ \\"Expiration\\": \\"soon\\"}}')" """
    ),
}


@pytest.mark.parametrize("kind", PROCESSES)
def test_a_credential_process_that_fails(failure_of, profile, kind):
    command = PROCESSES[kind].format(python=sys.executable)
    assert "credential" in failure_of(**profile(f"[profile work]\ncredential_process = {command}\n"))


SSO = (
    "[profile work]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = deploy\n"
    f"[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = {REGION}\n"
)


LOGIN = "https://corp.awsapps.com/start"
EXPIRED = {"accessToken": "hunter2", "expiresAt": "2020-01-01T00:00:00Z", "startUrl": LOGIN, "region": REGION}


@pytest.fixture
def logins(tmp_path, monkeypatch):
    """The cache of SSO logins; gives the file of the session `corp`."""
    monkeypatch.setattr(SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path))
    return tmp_path / f"{hashlib.sha1(b'corp').hexdigest()}.json"


def test_a_login_that_is_needed_first_is_named(failure_of, profile, logins):
    assert "Sign in with `aws sso login`" in failure_of(**profile(SSO))


def test_an_expired_login_is_named_and_its_token_is_not(failure_of, profile, logins):
    logins.write_text(json.dumps(EXPIRED))
    text = failure_of(**profile(SSO))
    assert "Token has expired" in text
    assert "Sign in with `aws sso login`" in text
    assert "hunter2" not in text


def test_a_damaged_login_is_about_credentials(failure_of, profile, logins):
    logins.write_text("{")
    assert "a file, command or answer with credentials cannot be used" in failure_of(**profile(SSO))


@pytest.mark.parametrize(
    "contents", [b"[profile work\n", b"no section\n", BINARY], ids=["bracket", "section", "binary"]
)
def test_a_configuration_file_that_cannot_be_parsed(failure_of, profile, contents):
    assert "config" in failure_of(**profile(contents))


@pytest.mark.parametrize(
    "environment",
    [
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/credentials"},
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "no-such-file",
        },
        {"AWS_ACCESS_KEY_ID": "AKIA"},
    ],
    ids=["host", "token file", "half a pair"],
)
def test_an_environment_that_names_unusable_credentials(failure_of, monkeypatch, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert "credentials" in failure_of().lower()


@pytest.fixture
def answering():
    """Start a server that gives every request one answer; gives its address."""
    servers = []

    def start(body, status=200, kind="text/html"):
        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = answer  # noqa: N815 - the names that http.server calls

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


HALVES = {
    "the key": "aws_access_key_id = AKIA\n",
    "the secret": "aws_secret_access_key = hunter2\n",
    "the token": "aws_session_token = hunter2\n",
    "the secret and the token": "aws_secret_access_key = hunter2\naws_session_token = hunter2\n",
}


@pytest.mark.parametrize("kind", HALVES)
@pytest.mark.parametrize("name", ["work", "default"])
def test_half_a_pair_in_a_profile_never_means_the_account_of_the_machine(
    failure_of, profile, answering, monkeypatch, name, kind
):
    whole = {"AccessKeyId": "AKIAMACHINE", "SecretAccessKey": "x", "Token": "x", "Expiration": "2999-01-01T00:00:00Z"}
    machine = answering(json.dumps(whole).encode(), kind="application/json")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", machine)
    settings = profile(f"[profile work]\n{HALVES[kind]}[default]\n{HALVES[kind]}")
    text = failure_of(**settings | {"profile": None if name == "default" else name})
    assert "aws_secret_access_key" in text if kind == "the key" else "aws_access_key_id" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("page", [b"<html><p>Sign in</html>", "Bitte anmelden, säumiger Gast".encode("latin-1"), b"[]"])
def test_a_page_in_place_of_the_answer_with_the_credentials_of_a_role(failure_of, answering, monkeypatch, page, status):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    text = failure_of(endpoints=Endpoints(ssm=CLOSED, sts=answering(page, status)), assume_roles=(Role(ROLE_ARN),))
    assert "a file, command or answer with credentials cannot be used" in text
    assert "Sign in" not in text


@pytest.mark.parametrize("page", [b"<html><p>Sign in</html>", "Gästezugang".encode("latin-1"), b"[]", b'"x"', b"7"])
@pytest.mark.parametrize("status", [200, 403])
def test_a_page_in_place_of_every_answer_is_an_error_of_ours(capfd, answering, page, status):
    url = answering(page, status)
    connection = Connection(access_key="AKIA", secret_key="x", endpoints=Endpoints(ssm=url, sts=url), max_retries=0)
    aws = gateway(connection, REGION)
    assert aws.account() is None
    with pytest.raises(TaskError):
        aws.register({"WindowId": TASK.window_id, "TaskType": "LAMBDA", "TaskArn": "clean-up"}, "token", str)
    assert capfd.readouterr() == ("", "")


def test_a_certificate_that_does_not_fit_is_the_cause_also_where_a_role_is_assumed(home, monkeypatch):
    bundle = home / "ca.pem"
    bundle.write_text("no certificate")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoints = Endpoints(sts=f"https://127.0.0.1:{server.getsockname()[1]}")
        connection = Connection(endpoints=endpoints, assume_roles=(Role(ROLE_ARN),), custom_ca_bundle=str(bundle))
        with pytest.raises(UnavailableError, match="Check the certificate of the endpoint"):
            gateway(connection, REGION).get(TASK, str)
