"""What a program can tell of the stand-in for the aws plugin, on the real engine."""

import json
import re
import time

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_ssm_maintenance.testing.engine.events import EngineError
from pulumi_ssm_maintenance.testing.local_aws.faults import Fault


def test_functions_answer_as_the_plugins_do(local_aws, local_stack):
    def program():
        document = aws.iam.get_policy_document(
            statements=[
                {
                    "sid": "Run",
                    "actions": ["ssm:SendCommand"],
                    "resources": ["*"],
                    "conditions": [{"test": "StringEquals", "variable": "aws:tag/a", "values": ["b"]}],
                },
                {
                    "actions": ["sts:AssumeRole"],
                    "principals": [{"type": "Service", "identifiers": ["ssm.amazonaws.com"]}],
                },
            ]
        )
        pulumi.export("account", aws.get_caller_identity().account_id)
        pulumi.export("region", aws.get_region().region)
        pulumi.export("partition", aws.get_partition().partition)
        pulumi.export("suffix", aws.get_partition().dns_suffix)
        pulumi.export("document", document.json)

    stack = local_stack(program)
    stack.up()
    outputs = stack.outputs
    assert json.loads(outputs.pop("document")) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Run",
                "Effect": "Allow",
                "Action": "ssm:SendCommand",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:tag/a": "b"}},
            },
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "ssm.amazonaws.com"},
            },
        ],
    }
    assert outputs == {
        "account": local_aws.account_id,
        "region": "us-east-1",
        "partition": "aws",
        "suffix": "amazonaws.com",
    }


class Raw(pulumi.CustomResource):
    """A resource as a program in another language, or with a typing error, would send it."""

    def __init__(self, token, name, props):
        version = pulumi.ResourceOptions(version=aws._utilities.get_version())
        super().__init__(token, name, props, version)


@pytest.mark.parametrize(
    ("token", "props", "complaint"),
    [
        ("aws:ec2/vpc:Vpc", {}, "aws:ec2/vpc:Vpc is known to the aws plugin but not to this stand-in"),
        ("aws:ssm/typo:Typo", {}, "aws:ssm/typo:Typo: pulumi_aws has no such resource type"),
        (
            "aws:sns/topic:Topic",
            {"displayNam": "x"},
            "aws:sns/topic:Topic has no property 'displayNam'; did you mean 'displayName'?",
        ),
        (
            "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget",
            {"windowId": "mw-0123456789abcdef0", "description": "ab"},
            "expected length of description to be in the range (3 - 128), got ab",
        ),
    ],
    ids=["unserved type", "unknown type", "unknown property", "wrong value"],
)
def test_what_the_plugin_does_not_know_is_refused_by_name_in_the_preview(local_stack, token, props, complaint):
    with pytest.raises(EngineError) as failure:
        local_stack(lambda: Raw(token, "x", props)).preview()
    assert complaint in "\n".join(failure.value.result.messages("error"))


def test_a_generated_name_is_kept_until_a_replacement(local_stack):
    def program(path="/", prefix="by-prefix-"):
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        made = aws.iam.Role("made", assume_role_policy=trust, path=path)
        aws.iam.Role("chosen", assume_role_policy=trust, path=path, name="by-hand")
        prefixed = aws.iam.Role("prefixed", assume_role_policy=trust, name_prefix=prefix)
        pulumi.export("made", made.name)
        pulumi.export("prefixed", prefixed.name)

    stack = local_stack(program)
    stack.up()
    first = stack.outputs
    assert re.fullmatch(r"made-[0-9a-f]{7}", first["made"])
    assert re.fullmatch(r"by-prefix-[0-9a-f]{26}", first["prefixed"])
    stack.expect_no_changes()

    stack.program = lambda: program(path="/ops/")
    result = stack.up()
    assert stack.outputs["made"] != first["made"]
    assert stack.outputs["prefixed"] == first["prefixed"]
    assert [op for op in result.ops("made") if op.endswith(("replacement", "replaced"))] == [
        "create-replacement",
        "delete-replaced",
    ]
    assert [op for op in result.ops("chosen") if op.endswith(("replacement", "replaced"))] == [
        "delete-replaced",
        "create-replacement",
    ]


def test_a_preview_knows_the_inputs_and_leaves_open_what_aws_decides(local_aws, local_stack):
    def program():
        topic = aws.sns.Topic("topic", display_name="patching")
        topic.display_name.apply(lambda _: pulumi.log.warn("display name known"))
        topic.arn.apply(lambda _: pulumi.log.warn("arn known"))

    stack = local_stack(program)
    assert stack.preview().messages("warning") == ["display name known"]
    assert local_aws.requests("sns", "CreateTopic") == []
    assert set(stack.up().messages("warning")) == {"display name known", "arn known"}


def test_drift_shows_in_a_refresh_and_is_repaired_by_the_next_up(local_aws, local_stack):
    stack = local_stack(lambda: aws.sns.Topic("topic", name="patching", tags={"team": "ops"}))
    stack.up()
    sns, arn = local_aws.client("sns"), stack.resource("topic")["id"]
    sns.set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue="by hand")
    sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "who"}])

    assert stack.refresh().changes["update"] == 1
    assert stack.preview().steps[-1].diffs == ("displayName", "tags")
    stack.up()
    assert sns.get_topic_attributes(TopicArn=arn)["Attributes"].get("DisplayName", "") == ""
    assert sns.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "ops"}]
    stack.expect_no_changes(refresh=True)


def test_regions_come_from_the_provider_or_the_resource_and_a_new_one_replaces(local_aws, local_stack):
    def program(own="us-west-2"):
        europe = aws.Provider("europe", region="eu-west-1", default_tags={"tags": {"from": "provider"}})
        aws.sns.Topic("there", name="there", tags={"a": "b"}, opts=pulumi.ResourceOptions(provider=europe))
        aws.sns.Topic("here", name="here")
        aws.sns.Topic("elsewhere", name="elsewhere", region=own)
        pulumi.export("europe", aws.get_region(opts=pulumi.InvokeOptions(provider=europe)).region)

    stack = local_stack(program, config={"aws:region": "eu-central-1"})
    stack.up()
    assert stack.outputs["europe"] == "eu-west-1"
    assert stack.resource("there")["outputs"]["tagsAll"] == {"from": "provider", "a": "b"}
    assert topics(local_aws, "eu-west-1", "eu-central-1", "us-west-2") == ["there", "here", "elsewhere"]

    stack.program = lambda: program(own="us-west-1")
    assert "replace" in stack.up().ops("elsewhere")
    assert topics(local_aws, "us-west-2", "us-west-1") == ["elsewhere"]


def topics(local_aws, *regions):
    listed = (local_aws.client("sns", region=region).list_topics()["Topics"] for region in regions)
    return [item["TopicArn"].rpartition(":")[2] for found in listed for item in found]


def test_a_provider_acts_in_the_account_whose_role_it_assumes(local_stack):
    def program():
        role = "arn:aws:iam::210987654321:role/deploy"
        keys = {"access_key": "AKIAOTHER", "secret_key": "hush-hush"}
        other = aws.Provider(
            "other", region="us-east-1", **keys, assume_roles=[aws.ProviderAssumeRoleArgs(role_arn=role)]
        )
        topic = aws.sns.Topic("topic", name="x", opts=pulumi.ResourceOptions(provider=other))
        pulumi.export("arn", topic.arn)

    stack = local_stack(program)
    stack.up()
    assert stack.outputs["arn"] == "arn:aws:sns:us-east-1:210987654321:x"


def test_a_setting_that_cannot_be_honoured_is_refused(local_stack):
    stack = local_stack(lambda: aws.sns.Topic("topic"), config={"aws:httpProxy": "http://127.0.0.1:1"})
    with pytest.raises(EngineError, match="does not serve aws:httpProxy"):
        stack.preview()


def test_an_account_that_the_provider_rules_out_is_refused(local_aws, local_stack):
    stack = local_stack(lambda: aws.sns.Topic("topic"), config={"aws:forbiddenAccountIds": [local_aws.account_id]})
    with pytest.raises(EngineError, match=f"AWS account ID not allowed: {local_aws.account_id}"):
        stack.up()


def test_a_secret_stays_secret_in_the_state_and_arrives_in_aws(local_aws, local_stack):
    def program():
        secret = pulumi.Config().require_secret("phrase")
        aws.ssm.Parameter("parameter", name="phrase", type="SecureString", value=secret)

    stack = local_stack(program, secrets={"phrase": "hush-hush"})
    result = stack.up()
    stack.refresh()
    assert "hush-hush" not in stack.state_text() + result.output
    held = local_aws.client("ssm").get_parameter(Name="phrase", WithDecryption=True)
    assert held["Parameter"]["Value"] == "hush-hush"


def test_an_existing_object_can_be_looked_up(local_aws, local_stack):
    arn = local_aws.client("sns").create_topic(Name="theirs")["TopicArn"]

    def program():
        pulumi.export("name", aws.sns.Topic.get("theirs", arn).name)

    stack = local_stack(program)
    stack.up()
    assert stack.outputs == {"name": "theirs"}
    stack.destroy()
    assert local_aws.client("sns").list_topics()["Topics"]


def test_an_object_that_its_id_alone_does_not_identify_is_not_looked_up(local_stack):
    with pytest.raises(EngineError, match="its 'windowId' must be given"):
        local_stack(lambda: aws.ssm.MaintenanceWindowTarget.get("theirs", "0123")).preview()


def test_an_error_of_aws_is_one_line(local_stack):
    def program():
        aws.iam.RolePolicy("policy", role="not-there", policy="{}")

    with pytest.raises(EngineError) as failure:
        local_stack(program).up()
    (message,) = [text for text in failure.value.result.messages("error") if "NoSuchEntity" in text]
    assert "PutRolePolicy" in message
    assert "Traceback" not in message


def test_the_plugin_ends_with_an_engine_that_was_killed(local_aws, local_stack):
    local_aws.inject(Fault.latency(5, service="sns"))
    running = local_stack(lambda: aws.sns.Topic("topic")).start_up()
    wait_for(lambda: [item for item in running.processes() if "aws_plugin" in item.command])

    running.kill_engine()
    wait_for(lambda: not running.processes())
    assert running.kill().returncode < 0


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
