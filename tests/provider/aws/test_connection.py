"""Settings: every `aws:` key, as the text of a stack's configuration and as the value of an explicit provider."""

import inspect
import json
import re
from pathlib import Path

import pulumi_aws
import pulumi_aws.config
import pytest

from pulumi_ssm_maintenance import ProviderArgs
from pulumi_ssm_maintenance.aws.connection import (
    HONOURED,
    IRRELEVANT,
    Connection,
    Endpoints,
    environment_profile,
    environment_region,
    read_connection,
)
from pulumi_ssm_maintenance.aws.roles import Role
from pulumi_ssm_maintenance.errors import SettingsError
from pulumi_ssm_maintenance.provider import AssumeRoleArgs, AssumeRoleWithWebIdentityArgs, EndpointArgs

ROLE_ARN = "arn:aws:iam::111122223333:role/deploy"


CREDENTIALS = {"accessKey": "AKIA", "secretKey": "hunter2", "token": "hunter3"}


def read(**settings):
    return read_connection({f"aws:{key}": value for key, value in settings.items()}.get)


def read_alone(key, value):
    """Read one setting; a part of the credentials together with the others."""
    return read(**{**(CREDENTIALS if key in CREDENTIALS else {}), key: value})


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    """The files that the settings of these tests name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("config", "credentials", "ca.pem"):
        (tmp_path / name).write_text("")


def spellings(value):
    """A value as an explicit provider hands it over, and as the text of the configuration."""
    return [value, value if isinstance(value, str) else json.dumps(value)]


EVERY_KEY = {
    "region": ("eu-west-1", {"region": "eu-west-1"}),
    "profile": ("work", {"profile": "work"}),
    "accessKey": ("AKIA", {"access_key": "AKIA"}),
    "secretKey": ("hunter2", {"secret_key": "hunter2"}),
    "token": ("hunter3", {"token": "hunter3"}),
    "assumeRoles": (
        [{"roleArn": ROLE_ARN}, {"role_arn": ROLE_ARN, "externalId": "x", "duration": None}],
        {"assume_roles": (Role(ROLE_ARN), Role(ROLE_ARN, external_id="x"))},
    ),
    "assumeRoleWithWebIdentity": (
        {"roleArn": ROLE_ARN, "webIdentityToken": "hunter4", "sessionName": "me"},
        {"assume_role_with_web_identity": Role(ROLE_ARN, session_name="me", web_identity_token="hunter4")},
    ),
    "endpoints": (
        [{"ssm": "http://127.0.0.1:1", "ec2": "ignored"}, {"sts": "https://127.0.0.1:2"}],
        {"endpoints": Endpoints(ssm="http://127.0.0.1:1", sts="https://127.0.0.1:2")},
    ),
    "maxRetries": (5, {"max_retries": 5}),
    "retryMode": ("standard", {"retry_mode": "standard"}),
    "allowedAccountIds": (["111122223333"], {"allowed_account_ids": ("111122223333",)}),
    "forbiddenAccountIds": (["011122223333"], {"forbidden_account_ids": ("011122223333",)}),
    "useFipsEndpoint": (True, {"use_fips_endpoint": True}),
    "useDualstackEndpoint": (True, {"use_dualstack_endpoint": True}),
    "sharedConfigFiles": (["config"], {"shared_config_files": "config"}),
    "sharedCredentialsFiles": (["credentials"], {"shared_credentials_files": "credentials"}),
    "httpProxy": ("http://proxy:1", {"http_proxy": "http://proxy:1"}),
    "httpsProxy": ("http://proxy:2", {"https_proxy": "http://proxy:2"}),
    "noProxy": ("127.0.0.1", {"no_proxy": "127.0.0.1"}),
    "customCaBundle": ("ca.pem", {"custom_ca_bundle": "ca.pem"}),
    "insecure": (True, {"insecure": True}),
    "stsRegion": ("us-east-1", {"sts_region": "us-east-1"}),
    "skipMetadataApiCheck": (True, {"skip_metadata_api_check": True}),
    "skipRequestingAccountId": (True, {"skip_requesting_account_id": True}),
    "skipRegionValidation": (True, {"skip_region_validation": True}),
    "ec2MetadataServiceEndpoint": ("http://127.0.0.1:3", {"ec2_metadata_service_endpoint": "http://127.0.0.1:3"}),
    "ec2MetadataServiceEndpointMode": ("IPv6", {"ec2_metadata_service_endpoint_mode": "IPv6"}),
}


def test_every_honoured_key_is_tried():
    assert EVERY_KEY.keys() == HONOURED


@pytest.mark.parametrize("key", sorted(EVERY_KEY))
def test_a_key_is_read_from_text_and_from_a_value(key):
    value, fields = EVERY_KEY[key]
    beside = {name: part for one in CREDENTIALS if key in CREDENTIALS for name, part in EVERY_KEY[one][1].items()}
    expected = Connection(**beside | fields)
    assert expected != Connection()
    assert [read_alone(key, spelling) for spelling in spellings(value)] == [expected, expected]


def test_a_key_that_is_not_set_or_empty_changes_nothing():
    assert read_connection(lambda _key: None) == read_connection(lambda _key: "") == Connection()


def test_all_keys_together_are_one_connection_that_can_be_shared():
    everything = read(**{key: value for key, (value, _) in EVERY_KEY.items()})
    assert everything == Connection(**{name: part for _, fields in EVERY_KEY.values() for name, part in fields.items()})
    assert hash(everything) == hash(read(**{key: spellings(value)[1] for key, (value, _) in EVERY_KEY.items()}))


@pytest.mark.parametrize(
    ("setting", "value", "parameter"),
    [
        ("duration", "1h30m", ("DurationSeconds", 5400)),
        ("duration", "15m", ("DurationSeconds", 900)),
        ("duration", "3600s", ("DurationSeconds", 3600)),
        ("external_id", "x", ("ExternalId", "x")),
        ("externalId", "x", ("ExternalId", "x")),
        ("policy", "{}", ("Policy", "{}")),
        ("policyArns", ["arn:a", "arn:b"], ("PolicyArns", [{"arn": "arn:a"}, {"arn": "arn:b"}])),
        ("sessionName", "me", ("RoleSessionName", "me")),
        ("sourceIdentity", "me", ("SourceIdentity", "me")),
        ("tags", {"b": "2", "a": "1"}, ("Tags", [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])),
        ("transitiveTagKeys", ["a"], ("TransitiveTagKeys", ["a"])),
    ],
)
def test_a_roles_settings_are_those_of_sts(setting, value, parameter):
    for spelling in spellings([{"roleArn": ROLE_ARN, setting: value}]):
        (role,) = read(assumeRoles=spelling).assume_roles
        assert role.role_arn == ROLE_ARN
        assert role.sts_parameters == dict([parameter])
        assert hash(role)


def test_a_token_may_stand_in_a_file():
    found = read(assumeRoleWithWebIdentity={"roleArn": ROLE_ARN, "web_identity_token_file": "token"})
    assert found.assume_role_with_web_identity == Role(ROLE_ARN, web_identity_token_file="token")


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("customCaBundle", "no-such-file", "cannot read the file 'no-such-file': No such file or directory"),
        ("customCaBundle", ".", "cannot read the file '.': Is a directory"),
        ("sharedConfigFiles", ["no-such-file"], "cannot read the file 'no-such-file': No such file or directory"),
        ("sharedCredentialsFiles", ["."], "cannot read the file '.': Is a directory"),
        ("sharedCredentialsFiles", ["a\0b"], "cannot read the file 'a\\x00b': embedded null byte"),
        ("region", "Ireland", "got 'Ireland', allowed is the name of a region such as us-east-1"),
        ("stsRegion", "here", "got 'here', allowed is the name of a region such as us-east-1"),
        ("profile", 5, "expected text"),
        ("accessKey", ["AKIA"], "expected text"),
        ("maxRetries", "many", "expected a whole number of retries, 0 or more"),
        ("maxRetries", -1, "expected a whole number of retries, 0 or more"),
        ("maxRetries", 1.5, "expected a whole number of retries, 0 or more"),
        ("maxRetries", True, "expected a whole number of retries, 0 or more"),
        ("retryMode", "legacy", "got 'legacy', allowed are standard and adaptive"),
        ("insecure", "yes", "expected true or false"),
        ("useFipsEndpoint", 1, "expected true or false"),
        ("allowedAccountIds", "111122223333", "expected a list of account ids of 12 digits each, as text"),
        ("allowedAccountIds", ["prod"], "expected a list of account ids of 12 digits each, as text"),
        ("forbiddenAccountIds", "prod", "expected JSON"),
        ("sharedConfigFiles", ["a", "b"], "a list of one file is supported; more than one would need to be merged"),
        ("sharedCredentialsFiles", "~/.aws/credentials", "expected JSON"),
        ("endpoints", "http://127.0.0.1", "expected JSON"),
        ("endpoints", ["http://127.0.0.1"], 'expected a list of mappings such as [{"ssm": "http://127.0.0.1:5000"}]'),
        ("endpoints", [{"ssm": "127.0.0.1"}], "ssm: expected a URL such as http://127.0.0.1:5000"),
        ("endpoints", [{"sts": 5}], "sts: expected a URL such as http://127.0.0.1:5000"),
        ("assumeRoles", "[", "expected JSON"),
        ("assumeRoles", {"roleArn": ROLE_ARN}, "expected a list of roles"),
        ("assumeRoles", [ROLE_ARN], "expected a mapping with roleArn"),
        ("assumeRoles", [{"sessionName": "me"}], "roleArn of a role is required"),
        ("assumeRoles", [{"roleArn": 5}], "roleArn of a role: expected text"),
        ("assumeRoles", [{"roleArn": ROLE_ARN, "mfa": "1"}], "mfa of a role is not supported"),
        (
            "assumeRoles",
            [{"roleArn": ROLE_ARN, "duration": "soon"}],
            "duration of a role: got 'soon', allowed is a duration such as 1h30m",
        ),
        ("assumeRoles", [{"roleArn": ROLE_ARN, "policy": {"Version": "x"}}], "policy of a role: expected text"),
        ("assumeRoles", [{"roleArn": ROLE_ARN, "policyArns": "arn"}], "policyArns of a role: expected a list of texts"),
        (
            "assumeRoles",
            [{"roleArn": ROLE_ARN, "transitiveTagKeys": [1]}],
            "transitiveTagKeys of a role: expected text",
        ),
        ("assumeRoles", [{"roleArn": ROLE_ARN, "tags": ["a"]}], "tags of a role: expected a mapping of texts"),
        ("assumeRoleWithWebIdentity", {"roleArn": ROLE_ARN}, "webIdentityToken or webIdentityTokenFile is required"),
        ("assumeRoleWithWebIdentity", [], "expected a mapping with roleArn"),
        ("assumeRole", {"roleArn": ROLE_ARN}, "is no longer read by pulumi-aws; write aws:assumeRoles, a list"),
    ],
)
def test_a_value_that_is_not_usable_is_named_with_its_key(key, value, problem):
    with pytest.raises(SettingsError) as caught:
        read_alone(key, value)
    assert str(caught.value) == f"the provider's configuration is not usable: aws:{key}: {problem}"


@pytest.mark.parametrize("key", ["region", "stsRegion"])
def test_a_region_that_no_partition_has_is_refused_unless_it_may_be_a_new_one(key):
    with pytest.raises(SettingsError) as caught:
        read(**{key: "eu-west-9"})
    assert f"aws:{key}: got 'eu-west-9', which no partition of AWS has (did you mean eu-west-" in str(caught.value)
    assert "set aws:skipRegionValidation" in str(caught.value)
    assert read(**{key: "eu-west-9"}, skipRegionValidation="true") != Connection(skip_region_validation=True)


@pytest.mark.parametrize("region", ["us-east-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1"])
def test_the_regions_of_every_partition_are_known(region):
    assert read(region=region).region == region


def in_words(keys):
    return " and ".join(f"aws:{key}" for key in keys)


@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize(
    ("configured", "missing"),
    [
        (["accessKey"], ["secretKey"]),
        (["secretKey"], ["accessKey"]),
        (["token"], ["accessKey", "secretKey"]),
        (["accessKey", "token"], ["secretKey"]),
        (["secretKey", "token"], ["accessKey"]),
    ],
    ids="+".join,
)
def test_a_part_of_the_credentials_never_means_another_account(configured, missing, empty):
    settings = {key: CREDENTIALS[key] if key in configured else empty for key in CREDENTIALS}
    with pytest.raises(SettingsError) as caught:
        read(**settings, profile="work")
    assert str(caught.value) == (
        f"the provider's configuration is not usable: {in_words(missing)}: required together with"
        f" {in_words(configured)}; set all of them, or none"
    )


ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "y"}


@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize(
    ("present", "missing"),
    [
        (["AWS_ACCESS_KEY_ID"], ["AWS_SECRET_ACCESS_KEY"]),
        (["AWS_SECRET_ACCESS_KEY"], ["AWS_ACCESS_KEY_ID"]),
        (["AWS_SESSION_TOKEN"], ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]),
        (["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"], ["AWS_ACCESS_KEY_ID"]),
    ],
    ids="+".join,
)
def test_a_part_of_the_credentials_of_the_environment_never_means_another_account(monkeypatch, present, missing, empty):
    for name, value in ENVIRONMENT.items():
        if name in present:
            monkeypatch.setenv(name, value)
        elif empty is not None:
            monkeypatch.setenv(name, empty)
    with pytest.raises(SettingsError) as caught:
        read(region="eu-west-1", assumeRoles=[{"roleArn": "arn:aws:iam::111122223333:role/deploy"}])
    assert str(caught.value) == (
        f"the provider's configuration is not usable: {' and '.join(missing)}: required together with"
        f" {' and '.join(present)}; set all of them, or none"
    )


@pytest.mark.parametrize(
    "settings",
    [CREDENTIALS, {"profile": "work"}, {"assumeRoleWithWebIdentity": {"roleArn": "arn", "webIdentityToken": "x"}}],
    ids=lambda settings: next(iter(settings)),
)
def test_the_environment_does_not_matter_where_the_settings_name_credentials(monkeypatch, settings):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    read(**settings)


def test_a_profile_of_the_environment_names_credentials_too(monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "left over")
    monkeypatch.setenv("AWS_PROFILE", "work")
    assert read() == Connection()


def test_a_role_of_the_environment_names_credentials_too(monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "left over")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/run/token")
    with pytest.raises(SettingsError):
        read()
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE_ARN)
    assert read() == Connection()


@pytest.mark.parametrize("key", sorted(EVERY_KEY))
@pytest.mark.parametrize("junk", [5, 1.5, True, [5], {"a": 5}, [[]], [{}], "{", "[1]", "text"], ids=repr)
def test_no_value_of_any_key_is_more_than_refused(key, junk):
    try:
        hash(read_alone(key, junk))
    except SettingsError as error:
        problem = str(error)
    else:
        problem = f"aws:{key}: none"
    assert f"aws:{key}: " in problem


def test_every_wrong_key_is_named_at_once():
    with pytest.raises(SettingsError, match=r"aws:region: .*; aws:maxRetries: .*; aws:insecure: "):
        read(region="Ireland", maxRetries="many", insecure="yes", profile="work")


SECRETS = {
    "secretKey": "hunter2",
    "token": "hunter2",
    "assumeRoleWithWebIdentity": {"roleArn": ROLE_ARN, "webIdentityToken": "hunter2"},
    "httpProxy": "http://me:hunter2@proxy",
    "httpsProxy": "http://me:hunter2@proxy",
}


@pytest.mark.parametrize("key", SECRETS)
def test_a_connection_that_is_printed_shows_no_secret(key):
    assert "hunter2" not in repr(read_alone(key, SECRETS[key]))


@pytest.mark.parametrize("key", ["assumeRoleWithWebIdentity", "endpoints"])
def test_a_problem_shows_no_secret(key):
    with pytest.raises(SettingsError) as caught:
        read(**{key: {"roleArn": 5, "webIdentityToken": "hunter2", "ssm": "http://me:hunter2@"}})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("environment", "region"),
    [
        ({}, None),
        ({"AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-1"),
        ({"AWS_REGION": ""}, None),
    ],
)
def test_the_environment_names_a_region(monkeypatch, environment, region):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert environment_region() == region


@pytest.mark.parametrize(
    ("environment", "profile"),
    [
        ({}, None),
        ({"AWS_DEFAULT_PROFILE": "b"}, "b"),
        ({"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}, "a"),
    ],
)
def test_the_environment_names_a_profile(monkeypatch, environment, profile):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert environment_profile() == profile


def keys_of_pulumi_aws():
    source = Path(pulumi_aws.config.__file__).with_name("vars.py")
    return set(re.findall(r"__config__\.get\w*\('(\w+)'\)", source.read_text()))


def arguments_of(type_, called="__init__"):
    own = {"__self__", "resource_name", "opts", "__props__"}
    return set(inspect.signature(getattr(type_, called)).parameters) - own


def test_every_key_of_pulumi_aws_is_honoured_or_irrelevant():
    assert len(keys_of_pulumi_aws()) > 30
    assert keys_of_pulumi_aws() == HONOURED | IRRELEVANT
    assert HONOURED.isdisjoint(IRRELEVANT)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (ProviderArgs, arguments_of(pulumi_aws.Provider, "_internal_init")),
        (AssumeRoleArgs, arguments_of(pulumi_aws.ProviderAssumeRoleArgs)),
        (AssumeRoleWithWebIdentityArgs, arguments_of(pulumi_aws.ProviderAssumeRoleWithWebIdentityArgs)),
        (EndpointArgs, arguments_of(pulumi_aws.ProviderEndpointArgs)),
    ],
    ids=lambda ours: getattr(ours, "__name__", ""),
)
def test_every_argument_has_the_name_that_pulumi_aws_has_for_it(ours, theirs):
    assert set(ours.__annotations__) - {"preflight"} <= theirs  # which is about tasks, and not about AWS


def test_a_roles_settings_are_all_those_of_pulumi_aws():
    assert set(AssumeRoleArgs.__annotations__) == arguments_of(pulumi_aws.ProviderAssumeRoleArgs)
    web_identity = arguments_of(pulumi_aws.ProviderAssumeRoleWithWebIdentityArgs)
    assert set(AssumeRoleWithWebIdentityArgs.__annotations__) == web_identity
