"""boto3 sessions: where credentials come from, in which order roles are assumed, and how clients are set up."""

import botocore.loaders
import pytest
from botocore.client import BaseClient
from botocore.httpsession import URLLib3Session
from botocore.retries.adaptive import ClientRateLimiter
from botocore.stub import Stubber

from pulumi_ssm_maintenance._version import __version__
from pulumi_ssm_maintenance.aws import engine as engine_module
from pulumi_ssm_maintenance.aws import session
from pulumi_ssm_maintenance.aws.connection import Connection, Endpoints
from pulumi_ssm_maintenance.aws.gateway import Gateway
from pulumi_ssm_maintenance.aws.roles import Role
from pulumi_ssm_maintenance.aws.session import MAX_ATTEMPTS, RETRY_MODE, Clients, session_region
from pulumi_ssm_maintenance.core.identity import TaskId
from pulumi_ssm_maintenance.errors import CredentialsError, SsmMaintenanceError

REGION = "eu-west-1"
STATIC = {"access_key": "AKIASTATIC", "secret_key": "secret", "token": "token"}
FIRST, SECOND = "arn:aws:iam::111122223333:role/first", "arn:aws:iam::111122223333:role/second"


@pytest.fixture
def files(tmp_path):
    """Shared configuration files with a profile named `work`."""
    config, credentials = tmp_path / "config", tmp_path / "credentials"
    config.write_text("[profile work]\nregion = eu-central-1\n")
    credentials.write_text("[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = x\n")
    return {"shared_config_files": str(config), "shared_credentials_files": str(credentials)}


@pytest.fixture
def calls(monkeypatch):
    """What is asked of STS, each with the access key that signs it."""
    asked = []

    def answer(self, operation, parameters):
        signer = self._request_signer._credentials
        asked.append((operation, parameters, signer and signer.access_key))
        credentials = {
            "AccessKeyId": f"AKIA-OF-{parameters['RoleArn'].rpartition('/')[2]}",
            "SecretAccessKey": "x",
            "SessionToken": "x",
            "Expiration": "2999-01-01T00:00:00Z",
        }
        return {"Credentials": credentials}

    monkeypatch.setattr(BaseClient, "_make_api_call", answer)
    return asked


def access_key(connection):
    return Clients(connection, REGION).ssm()._request_signer._credentials.access_key


def config_of(**settings):
    return Clients(Connection(**STATIC, **settings), REGION).ssm().meta.config


def test_the_region_is_the_settings_before_the_environments_before_the_profiles(files, monkeypatch):
    work = {"profile": "work", **files}
    assert session_region(Connection()) is None
    assert session_region(Connection(**work)) == "eu-central-1"
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    assert session_region(Connection(**work)) == "eu-west-2"
    assert session_region(Connection(region="eu-west-3", **work)) == "eu-west-3"


def test_credentials_are_the_settings_own(files):
    assert access_key(Connection(**STATIC, profile="work", **files)) == "AKIASTATIC"


def test_credentials_are_those_of_the_profile(files):
    assert access_key(Connection(profile="work", **files)) == "AKIAWORK"


def test_credentials_are_those_of_the_environment(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert access_key(Connection()) == "AKIAENVIRONMENT"


def test_each_role_is_assumed_with_the_credentials_of_the_one_before(calls):
    roles = (Role(FIRST), Role(SECOND, session_name="me"))
    assert access_key(Connection(**STATIC, assume_roles=roles)) == "AKIA-OF-second"
    assert [(operation, asked["RoleArn"], signer) for operation, asked, signer in calls] == [
        ("AssumeRole", FIRST, "AKIASTATIC"),
        ("AssumeRole", SECOND, "AKIA-OF-first"),
    ]
    assert calls[1][1]["RoleSessionName"] == "me"


def test_a_roles_settings_reach_sts_in_its_own_form(calls):
    role = Role(
        FIRST,
        duration=900,
        external_id="x",
        policy_arns=("arn:a", "arn:b"),
        tags=(("a", "1"),),
        transitive_tag_keys=("a",),
    )
    access_key(Connection(**STATIC, assume_roles=(role,)))
    ((_, asked, _),) = calls
    asked.pop("RoleSessionName")
    assert asked == {
        "RoleArn": FIRST,
        "DurationSeconds": 900,
        "ExternalId": "x",
        "PolicyArns": [{"arn": "arn:a"}, {"arn": "arn:b"}],
        "Tags": [{"Key": "a", "Value": "1"}],
        "TransitiveTagKeys": ["a"],
    }


def test_a_role_is_assumed_by_a_token_and_the_next_by_that_role(calls, tmp_path):
    (tmp_path / "token").write_text("from a file")
    by_file = Role(FIRST, web_identity_token_file=str(tmp_path / "token"))
    connection = Connection(assume_role_with_web_identity=by_file, assume_roles=(Role(SECOND),))
    assert access_key(connection) == "AKIA-OF-second"
    (first, token, _), (second, _, signer) = calls
    assert (first, token["WebIdentityToken"]) == ("AssumeRoleWithWebIdentity", "from a file")
    assert (second, signer) == ("AssumeRole", "AKIA-OF-first")


def test_an_sso_token_that_botocore_reads_from_its_cache_is_kept_out_of_errors():
    clients = Clients(Connection(), REGION)
    client = clients._base_session().create_client("sso", region_name=REGION)
    with Stubber(client) as sso:
        sso.add_response("get_role_credentials", {"roleCredentials": {}})
        client.get_role_credentials(roleName="deployer", accountId="123456789012", accessToken="token of a login")
    assert "token of a login" in clients.sent_tokens


def test_a_missing_token_file_counts_as_missing_credentials(tmp_path):
    by_file = Role(FIRST, web_identity_token_file=str(tmp_path / "token"))
    connection = Connection(assume_role_with_web_identity=by_file)
    clients = Clients(connection, REGION)
    aws = Gateway(clients, clients.ssm())
    with pytest.raises(CredentialsError, match="No such file"):
        aws.get(TaskId("mw-0123456789abcdef0", "4f7ca192-7e9a-40fe-9192-5cb15efc1a3b"), str)


def test_the_metadata_service_is_asked_only_where_the_settings_allow(monkeypatch):
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    asked = []

    def provider(self):
        asked.append(self)

    monkeypatch.setattr("botocore.credentials.InstanceMetadataProvider.load", provider)
    Clients(Connection(), REGION).ssm()
    assert len(asked) == 1
    Clients(Connection(skip_metadata_api_check=True), REGION).ssm()
    assert len(asked) == 1


def test_calls_are_repeated_while_aws_throttles():
    assert (RETRY_MODE, MAX_ATTEMPTS) == ("adaptive", 25)
    assert config_of().retries["mode"] == RETRY_MODE
    assert config_of().retries["total_max_attempts"] == MAX_ATTEMPTS


@pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (3, 4)])
def test_how_often_is_the_settings_choice(retries, attempts):
    config = config_of(max_retries=retries, retry_mode="standard")
    assert (config.retries["mode"], config.retries["total_max_attempts"]) == ("standard", attempts)


def test_clients_go_to_the_regions_own_address():
    assert (
        Clients(Connection(**STATIC), "cn-north-1").ssm().meta.endpoint_url == "https://ssm.cn-north-1.amazonaws.com.cn"
    )


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"endpoints": Endpoints(ssm="http://127.0.0.1:1")}, "http://127.0.0.1:1"),
        ({"use_fips_endpoint": True}, "https://ssm-fips.us-east-1.amazonaws.com"),
        ({"use_dualstack_endpoint": True}, "https://ssm.us-east-1.api.aws"),
    ],
)
def test_the_settings_name_another_address(settings, url):
    assert Clients(Connection(**STATIC, **settings), "us-east-1").ssm().meta.endpoint_url == url


def test_sts_has_a_region_and_an_address_of_its_own():
    client = Clients(Connection(**STATIC, sts_region="eu-west-2"), REGION).sts()
    assert (client.meta.region_name, client.meta.endpoint_url) == ("eu-west-2", "https://sts.eu-west-2.amazonaws.com")
    elsewhere = Clients(Connection(**STATIC, endpoints=Endpoints(sts="http://127.0.0.1:2")), REGION).sts()
    assert elsewhere.meta.endpoint_url == "http://127.0.0.1:2"


def test_sts_is_asked_in_its_region_where_boto3_prefers_the_global_endpoint(monkeypatch):
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")  # the default of older versions
    client = Clients(Connection(**STATIC, sts_region="eu-west-2"), REGION).sts()
    assert client.meta.endpoint_url == "https://sts.eu-west-2.amazonaws.com"


def test_sts_is_given_up_soon():
    config = Clients(Connection(**STATIC), REGION).sts().meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 5)
    assert config.retries["total_max_attempts"] == 2


def test_all_clients_of_a_process_read_the_models_of_aws_once(monkeypatch):
    read, load = [], botocore.loaders.JSONFileLoader.load_file

    def noted(self, path):
        read.append(path)
        return load(self, path)

    monkeypatch.setattr(botocore.loaders.JSONFileLoader, "load_file", noted)
    session._loader.cache_clear()
    connection = Connection(**STATIC, assume_roles=(Role(FIRST),))
    for region in (REGION, "us-east-1"):
        Clients(connection, region).ssm()
        Clients(connection, region).sts()
    models = [path for path in read if path.endswith("service-2")]
    assert len(models) == len(set(models)) == 2


def test_the_package_names_itself_to_aws():
    assert config_of().user_agent_extra == f"pulumi-ssm-maintenance/{__version__}"


PROXIES = {"http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:2"}
PROXIES_BY_SCHEME = {"http": "http://127.0.0.1:1", "https": "http://127.0.0.1:2"}
DIRECT = {}  # None would leave the choice to the environment


def test_a_proxy_is_used_but_for_the_hosts_that_need_none():
    assert config_of(**PROXIES).proxies == {"http": "http://127.0.0.1:1", "https": "http://127.0.0.1:2"}
    assert config_of(**PROXIES, no_proxy=".amazonaws.com").proxies == DIRECT
    assert config_of(**PROXIES, no_proxy="example.com").proxies == config_of(**PROXIES).proxies
    assert config_of(**PROXIES, no_proxy="127.0.0.1", endpoints=Endpoints(ssm="http://127.0.0.1:3")).proxies == DIRECT
    assert config_of().proxies is None


@pytest.mark.parametrize(
    ("settings", "region", "host"),
    [
        ({}, "cn-north-1", "ssm.cn-north-1.amazonaws.com.cn"),
        ({"use_fips_endpoint": True}, "us-east-1", "ssm-fips.us-east-1.amazonaws.com"),
        ({"use_dualstack_endpoint": True}, "us-east-1", "ssm.us-east-1.api.aws"),
    ],
    ids=["china", "fips", "dualstack"],
)
def test_no_proxy_counts_for_the_host_that_is_really_called(settings, region, host):
    def proxies(no_proxy):
        connection = Connection(**STATIC, **PROXIES, **settings, no_proxy=no_proxy)
        return Clients(connection, region).ssm().meta.config.proxies

    assert proxies(host) == DIRECT
    assert proxies(f"ssm.{region}.amazonaws.com") == PROXIES_BY_SCHEME


def test_no_proxy_counts_for_an_endpoint_that_the_environment_names(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    clients = Clients(Connection(**STATIC, **PROXIES, no_proxy="127.0.0.1"), REGION)
    assert clients.ssm().meta.config.proxies == clients.sts().meta.config.proxies == DIRECT


def test_no_proxy_of_the_settings_counts_for_the_proxies_of_the_environment(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:2")
    assert config_of(no_proxy=".amazonaws.com").proxies == DIRECT
    assert config_of(no_proxy="example.com").proxies is None


def test_no_proxy_of_the_environment_counts_for_the_proxies_of_the_settings(monkeypatch):
    monkeypatch.setenv("NO_PROXY", ".amazonaws.com")
    assert config_of(**PROXIES).proxies == DIRECT
    assert config_of(**PROXIES, no_proxy="example.com").proxies == PROXIES_BY_SCHEME


@pytest.mark.parametrize(
    ("settings", "verified"),
    [({}, True), ({"insecure": True}, False), ({"custom_ca_bundle": "ca.pem"}, "ca.pem")],
)
def test_certificates_are_verified_as_the_settings_say(monkeypatch, settings, verified):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    client = Clients(Connection(**STATIC, **settings), REGION).ssm()
    assert client._endpoint.http_session._verify == verified


def test_nothing_is_sent_for_an_engine_that_ended_while_the_call_waited_for_its_turn(monkeypatch):
    sent, engine = [], ["running"]
    monkeypatch.setattr(URLLib3Session, "send", lambda self, request: sent.append(request))
    # In adaptive mode, boto3 waits here until AWS may be asked again.
    monkeypatch.setattr(ClientRateLimiter, "on_sending_request", lambda *_, **__: engine.clear())
    monkeypatch.setattr(engine_module, "_is_plugin", lambda: True)
    monkeypatch.setattr(engine_module, "engine_listens", lambda _: bool(engine))
    client = Clients(Connection(**STATIC), REGION).ssm()
    with pytest.raises(SsmMaintenanceError, match="the Pulumi engine that started this provider is gone"):
        client.describe_maintenance_windows()
    assert sent == []
