"""The documents of an account: the local AWS refuses what AWS refuses.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
"""

import json

import pytest
from botocore.exceptions import ClientError

STEP = {"name": "a", "action": "aws:runShellScript", "inputs": {"runCommand": ["true"]}}
OWN = {"schemaVersion": "2.2", "description": "own", "mainSteps": [STEP]}
RESERVED = ["awsome", "amazon-linux", "amzn2", "AWSEC2-restart", "AWSSupport-x", "AWSConfigRemediation-x"]


@pytest.mark.parametrize("name", RESERVED)
def test_a_name_that_aws_keeps_for_itself_is_refused(ssm, name):
    with pytest.raises(ClientError, match="ValidationException"):
        ssm.create_document(Name=name, DocumentType="Command", Content=json.dumps(OWN))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("Command", OWN | {"mainSteps": []}),
        ("Command", {"schemaVersion": "2.2"}),
        ("Command", OWN | {"schemaVersion": "0.3"}),
        ("Automation", OWN),
        ("Automation", {"schemaVersion": "0.3", "mainSteps": [STEP, STEP]}),
        ("Automation", {"schemaVersion": "0.3", "mainSteps": [{"name": "a"}]}),
        ("Command", ["no mapping"]),
        ("Command", {"schemaVersion": "1.2"}),
    ],
)
def test_content_that_aws_does_not_take_is_refused(ssm, kind, content):
    with pytest.raises(ClientError, match="InvalidDocumentContent"):
        ssm.create_document(Name="acme-own", DocumentType=kind, Content=json.dumps(content))


def test_content_in_yaml_and_new_versions_are_checked_too(ssm):
    text = f"schemaVersion: '{OWN['schemaVersion']}'\nmainSteps: {json.dumps([STEP])}"
    ssm.create_document(Name="acme-own", DocumentType="Command", DocumentFormat="YAML", Content=text)
    with pytest.raises(ClientError, match="InvalidDocumentContent"):
        ssm.update_document(Name="acme-own", DocumentVersion="$LATEST", Content=json.dumps(OWN | {"mainSteps": []}))
    with pytest.raises(ClientError, match="InvalidDocumentContent"):
        ssm.create_document(Name="acme-other", DocumentType="Command", DocumentFormat="YAML", Content="a: [")


@pytest.mark.parametrize("version", ["$DEFAULT", "$LATEST", "1"])
def test_a_document_of_the_account_is_got_by_the_name_of_its_version(ssm, version):
    ssm.create_document(Name="acme-own", DocumentType="Command", Content=json.dumps(OWN))
    assert json.loads(ssm.get_document(Name="acme-own", DocumentVersion=version)["Content"]) == OWN
