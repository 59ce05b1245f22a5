"""Lambda functions of the local AWS say where they log to, as AWS does."""

import io
import json
import zipfile

import pytest


@pytest.fixture
def create(aws):
    """Makes a function and gives its configuration."""
    trust = {"Version": "2012-10-17", "Statement": []}
    role = aws.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(*_): ...")

    def make(**settings):
        given = {
            "Role": role,
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Code": {"ZipFile": code.getvalue()},
        }
        return aws.client("lambda").create_function(FunctionName="report", **given, **settings)

    return make


def log_settings(aws):
    return aws.client("lambda").get_function(FunctionName="report")["Configuration"]["LoggingConfig"]


def test_a_function_logs_text_to_a_group_of_its_own_name(aws, create):
    create()
    assert log_settings(aws) == {"LogFormat": "Text", "LogGroup": "/aws/lambda/report"}


def test_a_function_logs_to_its_configured_group_until_that_changes(aws, create):
    assert create(LoggingConfig={"LogGroup": "/mine"})["LoggingConfig"]["LogGroup"] == "/mine"
    client = aws.client("lambda")
    client.update_function_configuration(FunctionName="report", Description="what for")
    assert log_settings(aws) == {"LogFormat": "Text", "LogGroup": "/mine"}
    client.update_function_configuration(FunctionName="report", LoggingConfig={"LogFormat": "JSON"})
    assert log_settings(aws) == {"LogFormat": "JSON", "LogGroup": "/aws/lambda/report"}
