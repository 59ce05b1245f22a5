"""The documents that AWS owns, as the local AWS describes them."""

import json

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def ssm(local_aws):
    return local_aws.client("ssm")


def test_the_patching_document_shows_its_parameters_and_systems(ssm):
    document = ssm.describe_document(Name="AWS-RunPatchBaseline")["Document"]
    assert (document["DocumentType"], document["Owner"]) == ("Command", "Amazon")
    assert document["PlatformTypes"] == ["Windows", "Linux", "MacOS"]
    required = [one["Name"] for one in document["Parameters"] if "DefaultValue" not in one]
    assert required == ["Operation"]
    content = json.loads(ssm.get_document(Name="AWS-RunPatchBaseline")["Content"])
    assert content["parameters"]["Operation"]["allowedValues"] == ["Scan", "Install"]


def test_the_document_with_hooks_runs_on_no_mac_and_takes_no_override_list(ssm):
    document = ssm.describe_document(Name="AWS-RunPatchBaselineWithHooks")["Document"]
    assert document["PlatformTypes"] == ["Windows", "Linux"]
    assert "InstallOverrideList" not in [one["Name"] for one in document["Parameters"]]


def test_a_runbook_of_aws_is_of_type_automation(ssm):
    assert ssm.describe_document(Name="AWS-StartEC2Instance")["Document"]["DocumentType"] == "Automation"


@pytest.mark.parametrize("operation", ["describe_document", "get_document"])
def test_a_version_that_does_not_exist_is_refused(ssm, operation):
    with pytest.raises(ClientError, match="InvalidDocumentVersion"):
        getattr(ssm, operation)(Name="AWS-RunShellScript", DocumentVersion="99")


def test_documents_of_the_account_are_still_listed(ssm):
    step = {"name": "a", "action": "aws:runShellScript", "inputs": {"runCommand": ["true"]}}
    content = json.dumps({"schemaVersion": "2.2", "description": "own", "mainSteps": [step]})
    ssm.create_document(Name="acme-own", DocumentType="Command", Content=content)
    assert ssm.describe_document(Name="acme-own")["Document"]["Name"] == "acme-own"
    with pytest.raises(ClientError, match="InvalidDocument"):
        ssm.describe_document(Name="AWS-NoSuchDocument")
