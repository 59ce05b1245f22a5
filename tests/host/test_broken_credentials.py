"""Credentials that do not work: each call is one error of ours, and no thread of the plugin prints anything else."""

import json
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

ROLE_ARN = "arn:aws:iam::123456789012:role/deploy"
NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""}
ROLE = {"aws:assumeRoles": json.dumps([{"roleArn": ROLE_ARN}])}
EXPIRED = {"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "x", "Expiration": "2020-01-01T00:00:00Z"}


@pytest.fixture
def unusable(tmp_path):
    """Give the configuration and the environment of a kind of credentials that do not work."""

    def profile(text):
        (tmp_path / "config").write_text(f"[profile work]\n{text}")
        return {"aws:profile": "work"}, NO_KEYS | {"AWS_CONFIG_FILE": str(tmp_path / "config")}

    def nothing_to_assume_a_role_with():
        return ROLE, NO_KEYS

    def binary_token():
        (tmp_path / "token").write_bytes(b"\xff\xfe")
        role = {"roleArn": ROLE_ARN, "webIdentityTokenFile": str(tmp_path / "token")}
        return {"aws:assumeRoleWithWebIdentity": json.dumps(role)}, NO_KEYS

    def expired():
        (tmp_path / "answer").write_text(json.dumps(EXPIRED))
        return profile(f"credential_process = cat {tmp_path / 'answer'}\n")

    def no_answer_of_sts():
        config = {"aws:endpoints": json.dumps([{"sts": "https://127.0.0.1:1"}])}
        return {**config, "aws:allowedAccountIds": '["123456789012"]'}, {}

    def prompt():
        base = "[profile base]\naws_access_key_id = AKIA\naws_secret_access_key = x\n"
        return profile(f"role_arn = {ROLE_ARN}\nsource_profile = base\nmfa_serial = mfa\n{base}")

    kinds = (nothing_to_assume_a_role_with, binary_token, expired, no_answer_of_sts, prompt)
    return {kind.__name__: kind for kind in kinds}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("nothing_to_assume_a_role_with", "there are no credentials with which to assume the role"),
        ("binary_token", "is not a text file"),
        ("expired", "the refreshed credentials are still expired"),
        ("no_answer_of_sts", "STS did not say whose credentials these are: EndpointConnectionError"),
        ("prompt", "A provider cannot ask for an MFA code"),
    ],
)
def test_broken_credentials_print_nothing_beside_the_error(capfd, unusable, start_host, run_command, kind, text):
    config, env = unusable[kind]()
    host = start_host(config, **env)
    inputs, failures = host.check(run_command)
    assert failures == []
    with ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(host.create, {**inputs, "idempotency_key": str(number)}) for number in range(4)]
    for call in calls:
        error = call.exception()
        assert isinstance(error, grpc.RpcError)
        lines = error.details().rstrip().splitlines()
        assert text in lines[-1]
        assert lines[-1].startswith("pulumi_ssm_maintenance.errors.")
        assert error.details().count("Traceback") == 1
    host.close()
    assert capfd.readouterr() == ("", "")
