"""Single objects of the stand-in on the local AWS: made, looked up and deleted as the real plugin does."""

import json
from types import SimpleNamespace

import pytest

from pulumi_ssm_maintenance.testing.aws_plugin import lifecycle
from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.config import Config
from pulumi_ssm_maintenance.testing.aws_plugin.catalogue import CATALOGUE
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.errors import PropertyError

DOCUMENT = CATALOGUE["aws:ssm/document:Document"]
BASELINE = CATALOGUE["aws:ssm/patchBaseline:PatchBaseline"]
DEFAULT = CATALOGUE["aws:ssm/defaultPatchBaseline:DefaultPatchBaseline"]
ISSUER = CATALOGUE["aws:iam/openIdConnectProvider:OpenIdConnectProvider"]
ALIAS = CATALOGUE["aws:lambda/alias:Alias"]
PERMISSION = CATALOGUE["aws:lambda/permission:Permission"]
URL = "https://token.actions.githubusercontent.com"
STEP = {"action": "aws:runShellScript", "name": "a", "inputs": {"runCommand": ["true"]}}
CONTENT = json.dumps({"schemaVersion": "2.2", "mainSteps": [STEP]})
INPUTS = {"url": URL, "clientIdLists": ["sts.amazonaws.com"]}


@pytest.fixture
def plugin(aws):
    """The clients of the stand-in, on the local AWS."""
    session = SimpleNamespace(
        client=lambda service, region_name, endpoint_url: aws.client(service, region_name),
        get_partition_for_region=lambda _: "aws",
    )
    return Aws(Config(region="us-east-1"), session, "us-east-1")


def looked_up(kind, plugin, text):
    """What an import of this id finds."""
    identity, named = kind.import_id(text)
    return lifecycle.read(kind, plugin, identity, named, {})


class TestDocument:
    def shared_with(self, *accounts):
        permissions = {"type": "Share", "account_ids": ",".join(accounts)}
        return {"name": "shared", "documentType": "Command", "content": CONTENT, "permissions": permissions}

    def test_that_is_shared_is_no_longer_shared_and_then_deleted(self, plugin, ssm):
        identity, state = lifecycle.create(DOCUMENT, plugin, self.shared_with("111111111111"))
        lifecycle.delete(DOCUMENT, plugin, identity, state)
        assert lifecycle.read(DOCUMENT, plugin, identity, state, {}) is None

    def test_is_shared_with_more_accounts_than_aws_takes_at_once(self, plugin, ssm):
        accounts = [f"{number:012}" for number in range(1, 46)]
        lifecycle.create(DOCUMENT, plugin, self.shared_with(*accounts))
        held = ssm.describe_document_permission(Name="shared", PermissionType="Share")
        assert sorted(held["AccountIds"]) == accounts


class TestDefaultBaseline:
    @pytest.fixture
    def linux(self, ssm):
        return ssm.create_patch_baseline(Name="linux", OperatingSystem="UBUNTU")["BaselineId"]

    def test_of_another_system_is_refused_in_the_words_of_the_plugin(self, plugin, linux):
        with pytest.raises(PropertyError, match=r"^Patch Baseline Operating System \(UBUNTU\) does not match DEBIAN$"):
            lifecycle.create(DEFAULT, plugin, {"baselineId": linux, "operatingSystem": "DEBIAN"})

    def test_is_looked_up_by_its_system_or_its_baseline(self, plugin, ssm, linux):
        lifecycle.create(DEFAULT, plugin, {"baselineId": linux, "operatingSystem": "UBUNTU"})
        arn = f"arn:aws:ssm:us-east-1:123456789012:patchbaseline/{linux}"
        for text in ("UBUNTU", linux, arn):
            found = looked_up(DEFAULT, plugin, text)
            assert (found.identity, found.outputs["baselineId"]) == ("UBUNTU", linux)

    def test_named_by_its_arn_is_the_same(self, linux):
        arn = f"arn:aws:ssm:us-east-1:123456789012:patchbaseline/{linux}"
        changes = lifecycle.compare(DEFAULT, {}, {"baselineId": linux}, {"baselineId": arn}, {})
        assert changes.properties == ()

    def test_that_is_deleted_gives_the_system_the_baseline_of_aws_first(self, plugin, ssm, linux):
        ssm.register_default_patch_baseline(BaselineId=linux)
        lifecycle.delete(BASELINE, plugin, linux, {"operatingSystem": "UBUNTU"})
        held = ssm.get_default_patch_baseline(OperatingSystem="UBUNTU")["BaselineId"]
        assert held != linux


class TestIdentityProvider:
    def test_has_the_thumbprint_that_aws_reads_and_its_url_without_the_scheme(self, plugin):
        identity, outputs = lifecycle.create(ISSUER, plugin, INPUTS)
        assert identity == outputs["arn"] == f"arn:aws:iam::123456789012:oidc-provider/{URL.removeprefix('https://')}"
        assert outputs["url"] == URL.removeprefix("https://")
        assert [len(one) for one in outputs["thumbprintLists"]] == [40]
        found = lifecycle.read(ISSUER, plugin, identity, outputs, INPUTS)
        assert lifecycle.compare(ISSUER, found.outputs, found.inputs, INPUTS, {}).properties == ()

    def test_with_another_url_is_replaced_and_with_other_clients_is_not(self):
        def changed(**settings):
            change = lifecycle.compare(ISSUER, {}, INPUTS, INPUTS | settings, {})
            return change.properties, change.replaces

        assert changed(url="https://gitlab.com") == (("url",), ("url",))
        assert changed(url=URL.removeprefix("https://")) == ((), ())
        assert changed(clientIdLists=["a", "b"]) == (("clientIdLists",), ())
        assert changed(thumbprintLists=None) == ((), ()), "AWS keeps those that it has"

    def test_gets_other_clients_and_thumbprints_in_place(self, plugin):
        old = INPUTS | {"clientIdLists": ["a", "b"], "tags": {"team": "ops"}}
        new = INPUTS | {"clientIdLists": ["b", "c"], "thumbprintLists": ["0" * 40], "tags": {"team": "sre"}}
        identity, state = lifecycle.create(ISSUER, plugin, old)
        outputs = lifecycle.update(ISSUER, plugin, identity, state, old=old, new=new)
        assert sorted(outputs["clientIdLists"]) == ["b", "c"]
        assert outputs["thumbprintLists"] == ["0" * 40]
        assert outputs["tags"] == {"team": "sre"}

        without = {name: value for name, value in new.items() if name != "thumbprintLists"}
        outputs = lifecycle.update(ISSUER, plugin, identity, outputs, old=new, new=without | {"clientIdLists": ["c"]})
        assert outputs["thumbprintLists"] == ["0" * 40], "the plugin does not remove the last one"


class TestFunction:
    @pytest.fixture
    def function(self, aws):
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = aws.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        client = aws.client("lambda")
        client.create_function(
            FunctionName="report", Role=role, Runtime="python3.13", Handler="a.b", Code={"ZipFile": b"x"}, Publish=True
        )
        client.create_alias(FunctionName="report", Name="prod", FunctionVersion="1")
        client.add_permission(
            FunctionName="report",
            StatementId="ssm",
            Action="lambda:InvokeFunction",
            Principal="ssm.amazonaws.com",
        )
        return client

    def test_has_an_alias_that_is_looked_up_by_function_and_name(self, plugin, function):
        found = looked_up(ALIAS, plugin, "report/prod")
        assert found.identity == found.outputs["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:report:prod"
        assert found.outputs["functionName"] == "report"

    def test_has_permissions_that_are_looked_up_with_the_function_and_its_qualifier(self, plugin, function):
        assert looked_up(PERMISSION, plugin, "report/ssm").outputs["statementId"] == "ssm"
        assert PERMISSION.import_id("report:prod/ssm") == ("ssm", {"function": "report", "qualifier": "prod"})
