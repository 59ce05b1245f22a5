"""Whatever is wrong with credentials is one of our errors, with a cure, and nothing else is printed."""

import hashlib
import json
import os
import sys

import pytest
from botocore.tokens import SSOTokenProvider

from pulumi_ssm_maintenance.aws import gateway as gateway_module
from pulumi_ssm_maintenance.aws.connection import Connection, Endpoints
from pulumi_ssm_maintenance.aws.gateway import gateway
from pulumi_ssm_maintenance.aws.roles import Role
from pulumi_ssm_maintenance.aws.session import _web_identity_token
from pulumi_ssm_maintenance.core.identity import TaskId
from pulumi_ssm_maintenance.errors import CredentialsError, SettingsError

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
    monkeypatch.setattr(gateway_module, "_accounts", gateway_module._OncePerProcess())
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
        connection = Connection(region=REGION, endpoints=Endpoints(ssm=CLOSED, sts=CLOSED), max_retries=0, **settings)
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


def test_half_a_pair_in_a_profile(failure_of, profile):
    assert "aws_secret_access_key" in failure_of(**profile("[profile work]\naws_access_key_id = AKIA\n"))
