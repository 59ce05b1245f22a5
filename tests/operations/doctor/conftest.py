"""A window in which everything is as it should be, to break one thing at a time."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import pytest

from pulumi_ssm_maintenance.operations.doctor import examine
from pulumi_ssm_maintenance.operations.live import read_windows
from pulumi_ssm_maintenance.simulation import Node

CANARY = "s3cr3t-canary"
IMAGE = "ami-12c6146b"  # moto knows it


@cache
def client_of(aws, endpoint, service):
    """A client, made once for all tests: it takes a second."""
    return aws.client(service)


@dataclass
class House:
    """The window, what it needs, and the checks on it."""

    aws: Any
    session: Any
    window: str = ""
    target: str = ""
    instance: str = ""
    role: str = ""
    topic: str = ""
    tasks: dict[str, str] = field(default_factory=dict)

    def client(self, service):
        return client_of(self.aws, self.aws.endpoint, service)

    @property
    def ssm(self):
        return self.client("ssm")

    def report_node(self, **circumstances):
        """Let the agent of the instance report to Systems Manager."""
        self.aws.add_nodes(Node(self.instance, tags={"Patch Group": "web"}, **circumstances))

    def call_as_user(self, *statements):
        """Make the checks as a user with a policy of these statements."""
        iam = self.client("iam")
        iam.create_user(UserName="auditor")
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName="auditor", PolicyName="audits", PolicyDocument=policy)
        key = iam.create_access_key(UserName="auditor")["AccessKey"]
        self.session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")

    def update_task(self, name, **fields):
        self.ssm.update_maintenance_window_task(WindowId=self.window, WindowTaskId=self.tasks[name], **fields)

    def run_command(self, **changes):
        """Change how the patch task runs its command."""
        command = {key: value for key, value in (self.command | changes).items() if value is not None}
        self.update_task("patch", TaskInvocationParameters={"RunCommand": command})

    @property
    def command(self):
        return {
            "Parameters": {"Operation": ["Install"], "RebootOption": ["NoReboot"]},
            "CloudWatchOutputConfig": {"CloudWatchLogGroupName": "/aws/ssm/prod", "CloudWatchOutputEnabled": True},
            "OutputS3BucketName": "patch-logs",
            "NotificationConfig": {"NotificationArn": self.topic, "NotificationEvents": ["All"]},
            "ServiceRoleArn": self.role,
        }

    def examine(self, **options):
        return examine(self.session, read_windows(self.session, [self.window]).windows, **options)

    def levels(self, check, **options):
        """The levels of the findings of one check."""
        return {str(finding.level) for finding in self.examine(**options).findings if finding.check == check}

    def texts(self, check):
        return [finding.text for finding in self.examine().findings if finding.check == check and finding.text]


@pytest.fixture
def house(local_aws, session):
    house = House(local_aws, session)
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    house.role = house.client("iam").create_role(RoleName="patching", AssumeRolePolicyDocument=json.dumps(trust))[
        "Role"
    ]["Arn"]
    house.topic = house.client("sns").create_topic(Name="patching")["TopicArn"]
    house.client("logs").create_log_group(logGroupName="/aws/ssm/prod")
    house.client("s3").create_bucket(Bucket="patch-logs")
    put_alarm(house, "errors-high")
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Patch Group", "Value": "web"}]}]
    house.instance = house.client("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, TagSpecifications=tags)[
        "Instances"
    ][0]["InstanceId"]
    baseline = house.ssm.create_patch_baseline(Name="web", OperatingSystem="AMAZON_LINUX_2023")["BaselineId"]
    house.ssm.register_patch_baseline_for_patch_group(BaselineId=baseline, PatchGroup="web")
    house.report_node()
    make_window(house)
    return house


def put_alarm(house, name):
    house.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        MetricName="Errors",
        Namespace="Shop",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        Statistic="Sum",
        ComparisonOperator="GreaterThanThreshold",
    )


def make_window(house):
    ssm, role = house.ssm, house.role
    house.window = ssm.create_maintenance_window(
        Name="prod-patching",
        Schedule="cron(0 2 ? * SAT#2 *)",
        ScheduleTimezone="Europe/Berlin",
        Duration=4,
        Cutoff=1,
        AllowUnassociatedTargets=True,
    )["WindowId"]
    house.target = ssm.register_target_with_maintenance_window(
        WindowId=house.window,
        ResourceType="INSTANCE",
        Name="web-nodes",
        Targets=[{"Key": "tag:Patch Group", "Values": ["web"]}],
    )["WindowTargetId"]
    targets = {
        "Targets": [{"Key": "WindowTargetIds", "Values": [house.target]}],
        "MaxConcurrency": "10%",
        "MaxErrors": "0",
    }
    function = make_function(house)
    machine = house.client("stepfunctions").create_state_machine(
        name="Report", definition='{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}', roleArn=role
    )["stateMachineArn"]
    tasks = {
        "patch": {
            **targets,
            "TaskType": "RUN_COMMAND",
            "TaskArn": "AWS-RunPatchBaseline",
            "ServiceRoleArn": role,
            "AlarmConfiguration": {"Alarms": [{"Name": "errors-high"}]},
            "TaskInvocationParameters": {"RunCommand": house.command},
        },
        "hooks": {
            **targets,
            "TaskType": "RUN_COMMAND",
            "TaskArn": "AWS-RunPatchBaselineWithHooks",
            "ServiceRoleArn": role,
            "TaskInvocationParameters": {"RunCommand": {"Parameters": {"Operation": ["Scan"]}}},
        },
        "start": {
            "Targets": [{"Key": "InstanceIds", "Values": [house.instance]}],
            "MaxConcurrency": "1",
            "MaxErrors": "0",
            "TaskType": "AUTOMATION",
            "TaskArn": "AWS-StartEC2Instance",
            "ServiceRoleArn": role,
            "TaskInvocationParameters": {"Automation": {"Parameters": {"InstanceId": ["{{TARGET_ID}}"]}}},
        },
        "report": {
            "TaskType": "LAMBDA",
            "TaskArn": function,
            "ServiceRoleArn": role,
            "TaskInvocationParameters": {"Lambda": {"Qualifier": "live", "Payload": f'{{"key": "{CANARY}"}}'.encode()}},
        },
        "machine": {
            "TaskType": "STEP_FUNCTIONS",
            "TaskArn": machine,
            "ServiceRoleArn": role,
            "TaskInvocationParameters": {
                "StepFunctions": {"Name": "{{INVOCATION_ID}}", "Input": f'{{"key": "{CANARY}"}}'}
            },
        },
    }
    house.tasks = {
        name: ssm.register_task_with_maintenance_window(WindowId=house.window, Name=name, **fields)["WindowTaskId"]
        for name, fields in tasks.items()
    }


def make_function(house):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): ...")
    functions = house.client("lambda")
    made = functions.create_function(
        FunctionName="Report",
        Runtime="python3.12",
        Role=house.role,
        Handler="index.handler",
        Code={"ZipFile": packed.getvalue()},
        Publish=True,
    )
    functions.create_alias(FunctionName="Report", Name="live", FunctionVersion=made["Version"])
    return functions.get_function(FunctionName="Report")["Configuration"]["FunctionArn"]


def machine_arn(house):
    (machine,) = house.client("stepfunctions").list_state_machines()["stateMachines"]
    return machine["stateMachineArn"]


def make_group(house, value):
    """Make a resource group of what has the patch group `value`."""
    query = {
        "ResourceTypeFilters": ["AWS::AllSupported"],
        "TagFilters": [{"Key": "Patch Group", "Values": [value]}],
    }
    house.client("resource-groups").create_group(
        Name="web", ResourceQuery={"Type": "TAG_FILTERS_1_0", "Query": json.dumps(query)}
    )
