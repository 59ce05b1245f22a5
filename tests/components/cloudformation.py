"""What cfn-lint says about the documents in a golden file: policies, state machines, runbooks, event patterns.

cfn-lint reads CloudFormation templates, so each document goes into the CloudFormation resource that would hold it.
"""

import json

from cfnlint import api
from cfnlint.config import ManualArgs

# I3011 asks for a deletion policy of the template's resource, which is not part of the document.
_CHECKS = ManualArgs(include_checks=["I", "W", "E"], ignore_checks=["I3011"], regions=["us-east-1"])
_RESOURCES = {
    "aws:iam/role:Role": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": "assumeRolePolicy"}),
    "aws:iam/rolePolicy:RolePolicy": ("AWS::IAM::ManagedPolicy", {"PolicyDocument": "policy"}),
    "aws:iam/policy:Policy": ("AWS::IAM::ManagedPolicy", {"PolicyDocument": "policy"}),
    "aws:kms/key:Key": ("AWS::KMS::Key", {"KeyPolicy": "policy"}),
    "aws:s3/bucketPolicy:BucketPolicy": ("AWS::S3::BucketPolicy", {"Bucket": "bucket", "PolicyDocument": "policy"}),
    "aws:sfn/stateMachine:StateMachine": (
        "AWS::StepFunctions::StateMachine",
        {"RoleArn": "roleArn", "Definition": "definition"},
    ),
    "aws:sns/topicPolicy:TopicPolicy": ("AWS::SNS::TopicPolicy", {"Topics": ["arn"], "PolicyDocument": "policy"}),
    "aws:sqs/queuePolicy:QueuePolicy": ("AWS::SQS::QueuePolicy", {"Queues": ["queueUrl"], "PolicyDocument": "policy"}),
    "aws:ssm/document:Document": ("AWS::SSM::Document", {"DocumentType": "documentType", "Content": "content"}),
    "aws:cloudwatch/eventRule:EventRule": ("AWS::Events::Rule", {"EventPattern": "eventPattern"}),
}


def mistakes(resources):
    """Return what cfn-lint finds in the documents of registered resources, one line for each mistake."""
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": _documents(resources)}
    return [f"{it.path}: {it.rule.id} {it.message}" for it in api.lint(json.dumps(template), config=_CHECKS)]


def _documents(resources):
    documents = {}
    for resource in resources:
        if resource["type"] in _RESOURCES:
            kind, properties = _RESOURCES[resource["type"]]
            identity = f"Resource{len(documents)}"
            values = {name: _value(resource["inputs"], source) for name, source in properties.items()}
            documents[identity] = {"Type": kind, "Properties": values}
    return documents


def _value(inputs, source):
    return [inputs[name] for name in source] if isinstance(source, list) else inputs.get(source)
