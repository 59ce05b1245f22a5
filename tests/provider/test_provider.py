"""The explicit provider: its arguments under the keys that the one reader knows, credentials secret."""

import pulumi
import pytest
from tests.provider.mock_program import secret

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider, ProviderArgs
from pulumi_ssm_maintenance.aws.connection import HONOURED, Connection, Endpoints, read_connection
from pulumi_ssm_maintenance.aws.roles import Role
from pulumi_ssm_maintenance.aws.settings import setting_key
from pulumi_ssm_maintenance.errors import ArgumentError

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
    given = {key: ARGUMENTS[key] for key in ("access_key", "secret_key", "token", name)}
    assert stored(run, **given)[f"aws:{setting_key(name)}"] == secret(ARGUMENTS[name])


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
    with pytest.raises(TypeError) as refused:
        stored(run, regoin="eu-west-1", default_tags={}, region=5)
    assert refused.value.problems == (
        "Provider 'other': default_tags is not known",
        "Provider 'other': regoin is not known, did you mean region?",
        "Provider 'other': region: got '5', allowed is the name of a region such as us-east-1",
    )


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (
            {
                "region": "eu-west-9",
                "access_key": "AKIA",
                "max_retries": "many",
                "retry_mode": "legacy",
                "insecure": "perhaps",
                "allowed_account_ids": ["1"],
                "profile": {"work"},
                "endpoints": [{"ssm": "127.0.0.1"}],
                "assume_roles": [{"role": ROLE}],
            },
            [
                "profile: got a set, allowed is text",
                "max_retries: expected a whole number of retries, 0 or more",
                "retry_mode: got 'legacy', allowed are standard and adaptive",
                "insecure: expected true or false",
                "allowed_account_ids: expected a list of account ids of 12 digits each",
                "endpoints: ssm: expected a URL such as http://127.0.0.1:5000",
                "assume_roles: role of a role is not supported",
                "region: got 'eu-west-9', which no partition of AWS has (did you mean eu-west-",
                "secret_key: required together with access_key; set all of them, or none",
            ],
        ),
        ({"assume_roles": [{}]}, ["assume_roles: role_arn of a role is required"]),
        (
            {"assume_role_with_web_identity": {"role_arn": ROLE}},
            ["assume_role_with_web_identity: web_identity_token or web_identity_token_file is required"],
        ),
        ({"assume_roles": [{"role_arn": ROLE, "duration": 5}]}, ["assume_roles: duration of a role: got 5"]),
    ],
)
def test_wrong_values_are_reported_at_once_by_the_names_that_the_program_wrote(run, arguments, lines):
    with pytest.raises(ArgumentError) as refused:
        stored(run, **arguments)
    assert len(refused.value.problems) == len(lines), refused.value.problems
    for line in lines:
        assert any(it.startswith(f"Provider 'other': {line}") for it in refused.value.problems), line
    assert "aws:" not in str(refused.value)


def test_an_argument_may_be_awaited(run):
    async def found():
        return "found"

    keys = stored(run, region=found(), secret_key=found(), access_key="AKIA")
    assert {key: plain(value) for key, value in keys.items()} == {
        "aws:region": "found",
        "aws:secretKey": "found",
        "aws:accessKey": "AKIA",
    }
    assert keys["aws:secretKey"] == secret("found")


def test_what_an_output_says_is_left_to_the_preview(run):
    later = pulumi.Output.from_input("eu-west-9")
    assert stored(run, region=later, assume_roles=[{"role_arn": later}], skip_region_validation=None)
    assert stored(run, region="eu-west-9", skip_region_validation=pulumi.Output.from_input(True))  # noqa: FBT003 - a value


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (
            lambda: Provider("p", ProviderArgs()),
            "Provider: got 2 arguments without a name, allowed: only resource_name",
        ),
        (lambda: Provider(5), "Provider: name: got a number 5, allowed: text"),
        (lambda: Provider("p", opts={}), "Provider 'p': opts: got {}, allowed: pulumi.ResourceOptions"),
    ],
)
def test_a_call_that_pulumi_would_end_with_a_traceback_is_refused(run, call, line):
    with pytest.raises(ArgumentError) as refused:
        run(call)
    assert refused.value.problems[0].startswith(line)
