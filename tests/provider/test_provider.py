"""The explicit provider: its arguments under the keys that the one reader knows, credentials secret."""

import pulumi
import pytest
from tests.provider.mock_program import secret

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider, ProviderArgs
from pulumi_ssm_maintenance.aws.connection import HONOURED, Connection, Endpoints, read_connection
from pulumi_ssm_maintenance.aws.roles import Role

ROLE = "arn:aws:iam::111122223333:role/deploy"
TASK = {"window_id": "mw-0123456789abcdef0", "task_type": "LAMBDA", "task_arn": "clean-up"}
ARGUMENTS = {
    "region": "eu-west-1",
    "profile": "work",
    "access_key": "AKIA",
    "secret_key": "hunter2",
    "token": "hunter2",
    "assume_roles": [{"role_arn": ROLE, "session_name": "me", "transitive_tag_keys": ["a"]}],
    "assume_role_with_web_identity": {"role_arn": ROLE, "web_identity_token": "hunter2"},
    "endpoints": [{"ssm": "http://127.0.0.1:1", "sts": "http://127.0.0.1:2"}],
    "max_retries": 3,
    "retry_mode": "standard",
    "allowed_account_ids": ["111122223333"],
    "forbidden_account_ids": ["444455556666"],
    "use_fips_endpoint": True,
    "use_dualstack_endpoint": True,
    "shared_config_files": ["config"],
    "shared_credentials_files": ["credentials"],
    "http_proxy": "http://127.0.0.1:3",
    "https_proxy": "http://127.0.0.1:4",
    "no_proxy": "127.0.0.1",
    "custom_ca_bundle": "ca.pem",
    "insecure": True,
    "sts_region": "us-east-1",
    "skip_metadata_api_check": True,
    "skip_region_validation": True,
    "ec2_metadata_service_endpoint": "http://127.0.0.1:5",
    "ec2_metadata_service_endpoint_mode": "IPv6",
    "preflight": "strict",
}


def stored(run, **arguments):
    run(lambda: Provider("other", **arguments))
    return run.inputs("other")


def plain(value):
    """A value without the mark of a secret."""
    return value["value"] if isinstance(value, dict) and value == secret(value.get("value")) else value


def test_every_argument_is_tried():
    assert ARGUMENTS.keys() == ProviderArgs.__annotations__.keys()


def test_arguments_are_stored_under_the_keys_of_the_stacks_configuration(run):
    keys = stored(run, **ARGUMENTS)
    assert len(keys) == len(ARGUMENTS)
    assert {key.removeprefix("aws:") for key in keys} <= {*HONOURED, "pulumi_ssm_maintenance:preflight"}


def test_the_one_reader_finds_every_argument(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("config", "credentials", "ca.pem"):
        (tmp_path / name).write_text("")
    keys = {key: plain(value) for key, value in stored(run, **ARGUMENTS).items()}
    assert read_connection(keys.get) == Connection(
        region="eu-west-1",
        profile="work",
        access_key="AKIA",
        secret_key="hunter2",
        token="hunter2",
        assume_roles=(Role(ROLE, session_name="me", transitive_tag_keys=("a",)),),
        assume_role_with_web_identity=Role(ROLE, web_identity_token="hunter2"),
        endpoints=Endpoints(ssm="http://127.0.0.1:1", sts="http://127.0.0.1:2"),
        max_retries=3,
        retry_mode="standard",
        allowed_account_ids=("111122223333",),
        forbidden_account_ids=("444455556666",),
        use_fips_endpoint=True,
        use_dualstack_endpoint=True,
        shared_config_files="config",
        shared_credentials_files="credentials",
        http_proxy="http://127.0.0.1:3",
        https_proxy="http://127.0.0.1:4",
        no_proxy="127.0.0.1",
        custom_ca_bundle="ca.pem",
        insecure=True,
        sts_region="us-east-1",
        skip_metadata_api_check=True,
        skip_region_validation=True,
        ec2_metadata_service_endpoint="http://127.0.0.1:5",
        ec2_metadata_service_endpoint_mode="IPv6",
    )


@pytest.mark.parametrize("name", ["access_key", "secret_key", "token", "assume_role_with_web_identity"])
def test_credentials_are_secret(run, name):
    (value,) = stored(run, **{name: ARGUMENTS[name]}).values()
    assert value == secret(ARGUMENTS[name])


def test_what_is_not_given_is_not_stored(run):
    assert stored(run, region="eu-west-1", profile=None) == {"aws:region": "eu-west-1"}


def test_a_task_goes_to_the_provider_that_its_options_name(run):
    def program():
        provider = Provider("other", region="eu-west-1")
        MaintenanceWindowTask("task", **TASK, opts=pulumi.ResourceOptions(provider=provider))

    run(program)
    assert run.request("other").type == "pulumi:providers:pulumi-python"
    assert "::other::" in run.request("task").provider


def test_a_task_of_a_component_goes_to_the_components_provider(run):
    def program():
        provider = Provider("other", region="eu-west-1")
        part = pulumi.ComponentResource("my:component:Part", "part", opts=pulumi.ResourceOptions(providers=[provider]))
        MaintenanceWindowTask("task", **TASK, opts=pulumi.ResourceOptions(parent=part))

    run(program)
    assert "::other::" in run.request("task").provider


def test_an_argument_that_is_not_known_is_refused(run):
    reason = r"Provider 'other': default_tags is not known; regoin is not known, did you mean region\?"
    with pytest.raises(TypeError, match=reason):
        stored(run, regoin="eu-west-1", default_tags={})
