"""The key of a component: what it encrypts, who may use it, and the policy of the key on the page."""

import json
from fnmatch import fnmatchcase
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest
from tests.components import authorization, cloudformation
from tests.components.left_over import left_over
from tests.components.minimal import MINIMAL

import pulumi_ssm_maintenance_components as components
from pulumi_ssm_maintenance_components import (
    ArgumentError,
    AutomationRunbook,
    ChangeFreeze,
    LambdaTask,
    PatchingRun,
    PatchWaves,
    RunCommandTask,
    Step,
    StepFunctionTask,
    Targets,
    WindowAlerts,
)

KEY = "arn:aws:kms:us-east-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"
OTHER_KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TOPIC = "arn:aws:sns:us-east-1:123456789012:operations"
USE = {"Effect": "Allow", "Action": ["kms:GenerateDataKey*", "kms:Decrypt"], "Resource": [KEY]}
PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"
WITH_KEY = [kind for kind in MINIMAL if "kms_key" in getattr(components, f"{kind.__name__}Args").__annotations__]
PATCHING = {"schedule": "cron(0 2 ? * SAT *)", "targets": Targets.by_patch_group("web"), "reboot": "NoReboot"}
FREEZE = {"name": "christmas", "start": "2090-12-20T00:00", "end": "2091-01-02T00:00"}


def those_that_use(found, kind="RolePolicy"):
    """The names of the policies that let somebody use the key to write."""
    return {name for name, it in found.get(kind, {}).items() if USE in it["policy"]["Statement"]}


def test_every_component_that_makes_a_topic_takes_a_key():
    assert set(WITH_KEY) == {
        AutomationRunbook,
        ChangeFreeze,
        LambdaTask,
        PatchingRun,
        RunCommandTask,
        StepFunctionTask,
        WindowAlerts,
    }


@pytest.mark.parametrize("kind", WITH_KEY, ids=lambda kind: kind.__name__)
def test_a_new_topic_and_log_group_have_the_key(kind, resources):
    found = resources(lambda: kind("web", **MINIMAL[kind] | {"notify": True, "kms_key": KEY}))
    assert {topic["kmsMasterKeyId"] for topic in found["Topic"].values()} == {KEY}
    assert {group["kmsKeyId"] for group in found.get("LogGroup", {}).values()} <= {KEY}


@pytest.mark.parametrize("notify", [True, TOPIC])
@pytest.mark.parametrize("kind", [PatchingRun, RunCommandTask], ids=lambda kind: kind.__name__)
def test_those_that_publish_to_a_new_or_existing_topic_may_use_its_key(kind, notify, resources):
    found = resources(lambda: kind("web", **MINIMAL[kind] | {"notify": notify, "kms_key": KEY}))
    assert those_that_use(found) == {"web-events", "web-notification-role"}


@pytest.mark.parametrize("kind", [WindowAlerts, AutomationRunbook], ids=lambda kind: kind.__name__)
def test_rules_may_use_the_key_of_an_existing_topic(kind, resources):
    found = resources(lambda: kind("web", **MINIMAL[kind] | {"notify": TOPIC, "kms_key": KEY}))
    assert those_that_use(found) == {"web-events"}


@pytest.mark.parametrize("bucket", [True, "mine"])
@pytest.mark.parametrize("kind", [PatchingRun, RunCommandTask], ids=lambda kind: kind.__name__)
def test_nodes_may_write_to_a_new_or_existing_bucket_with_the_key(kind, bucket, resources):
    found = resources(lambda: kind("web", **MINIMAL[kind] | {"logs": {"bucket": bucket}, "kms_key": KEY}))
    assert those_that_use(found, "Policy") == {"web-node-policy"}
    without = resources(lambda: kind("web", **MINIMAL[kind] | {"kms_key": KEY}))
    assert those_that_use(without, "Policy") == set()


def test_a_new_bucket_encrypts_with_the_key(resources):
    found = resources(lambda: PatchingRun("web", **PATCHING, logs={"bucket": True}, kms_key=KEY))
    (settings,) = found["BucketServerSideEncryptionConfiguration"].values()
    (rule,) = settings["rules"]
    assert rule == {
        "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY},
        "bucketKeyEnabled": True,
    }


def test_nodes_may_decrypt_lists_of_patches(resources):
    found = resources(
        lambda: PatchingRun("web", **PATCHING, install_override_list="s3://lists/may.yaml", logs=False, kms_key=KEY)
    )
    assert found["Policy"]["web-node-policy"]["policy"]["Statement"] == [
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::lists/may.yaml"]},
        {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [KEY]},
    ]


def test_a_freeze_encrypts_its_queue_and_its_role_may_send_to_it(resources):
    found = resources(lambda: PatchingRun("web", **PATCHING, freeze=[FREEZE], kms_key=KEY))
    assert found["Queue"]["web-freeze-dead-letters"]["kmsMasterKeyId"] == KEY
    assert "web-freeze-role" in those_that_use(found)


def test_the_runbook_that_asks_for_approval_may_use_the_key_of_its_topic(resources):
    found = resources(lambda: PatchingRun("web", **PATCHING, engine="runbook", approvers=["ann"], kms_key=KEY))
    assert found["Topic"]["web-approval"]["kmsMasterKeyId"] == KEY
    assert "web-approval-assume-role" in those_that_use(found)


def test_a_step_that_asks_for_approval_may_use_the_key_of_its_topic(resources):
    step = Step.approve(topic_arn=TOPIC.replace("operations", "Automation"), approvers=["ann"], kms_key=KEY)
    found = resources(lambda: AutomationRunbook("ask", window="mw-0123456789abcdef0", steps=[step]))
    assert those_that_use(found) == {"ask-assume-role"}


def test_a_configuration_of_all_environments_names_the_key(resources):
    environment = {
        "name": "dev",
        "schedule": "cron(0 2 ? * SAT *)",
        "reboot": "NoReboot",
        "targets": {"patch_group": "web"},
        "kms_key": KEY,
        "logs": {"bucket": True, "retention_days": 30},
        "key_prefix": "patching/dev",
    }
    found = resources(lambda: PatchWaves("web", patching={"environments": [environment]}, environment="dev"))
    (group,) = found["LogGroup"].values()
    assert (group["kmsKeyId"], group["retentionInDays"]) == (KEY, 30)
    (task,) = found["MaintenanceWindowTask"].values()
    assert task["task_invocation_parameters"]["run_command"]["output_s3_key_prefix"] == "patching/dev/all"


def test_without_a_key_nothing_has_one_and_nobody_may_use_one(resources):
    found = resources(lambda: PatchingRun("web", **PATCHING, logs={"bucket": True}, freeze=[FREEZE]))
    assert "kms" not in json.dumps(list(found.values())).lower()


@pytest.mark.parametrize("key", ["alias/patching", "1234abcd-12ab-34cd-56ef-1234567890ab", TOPIC, ""])
@pytest.mark.parametrize("kind", WITH_KEY, ids=lambda kind: kind.__name__)
def test_an_alias_or_an_id_is_refused_since_policies_need_the_arn(kind, key, registered):
    with pytest.raises(ArgumentError, match=rf"^{kind.__name__} 'web': kms_key: got '{key}', allowed: an aws.kms.Key"):
        registered(lambda: kind("web", **MINIMAL[kind] | {"kms_key": key}))


@pytest.mark.parametrize("key", ["alias/patching", KEY.replace("key/mrk-", "alias/"), KEY.rpartition("/")[2]])
@pytest.mark.parametrize("kind", WITH_KEY, ids=lambda kind: kind.__name__)
def test_an_output_with_an_alias_or_an_id_is_refused_as_soon_as_it_is_known(kind, key, registered):
    def program():
        kind("web", **MINIMAL[kind] | {"notify": True, "kms_key": pulumi.Output.from_input(key)})

    with pytest.raises(ValueError, match=rf"{kind.__name__} 'web': kms_key: got '{key}', allowed: an aws.kms.Key"):
        registered(program)


@pytest.mark.parametrize("kind", WITH_KEY, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("key_of_topic", "kms_key", "warned"),
    [
        (KEY, None, "the topic has a KMS key, which the new roles may not use"),
        ("alias/patching", None, "pass the key as `kms_key`"),
        ("alias/aws/sns", None, "with which alarms cannot publish to it"),
        ("alias/aws/sns", KEY, "with which alarms cannot publish to it"),
        (OTHER_KEY, KEY, "the topic has another KMS key than `kms_key`, which the new roles may not use"),
        (KEY.rpartition("/")[2], KEY, None),
        ("alias/patching", KEY, None),
        (KEY, KEY, None),
        (None, None, None),
    ],
)
def test_the_key_of_a_topic_that_nobody_may_use_is_warned_of(kind, key_of_topic, kms_key, warned, registered, warnings):
    def program():
        topic = aws.sns.Topic("operations", kms_master_key_id=key_of_topic)
        kind("web", **MINIMAL[kind] | {"notify": topic, "kms_key": kms_key})

    registered(program)
    assert [warned in it for it in warnings if "notify" in it] == ([] if warned is None else [True])


@pytest.mark.parametrize(("key_of_topic", "kms_key"), [(KEY, None), (OTHER_KEY, KEY)])
def test_the_key_of_a_topic_that_cannot_ask_approvers_is_warned_of(key_of_topic, kms_key, registered, warnings):
    def program():
        topic = aws.sns.Topic("Automation", kms_master_key_id=key_of_topic)
        PatchingRun("web", **PATCHING, engine="runbook", approvers=["ann"], approval_topic=topic, kms_key=kms_key)

    registered(program)
    (warning,) = (it for it in warnings if "approval_topic" in it)
    assert "KMS key" in warning
    assert "which the new roles may not use" in warning


@pytest.fixture
def policy():
    """The policy of a key that the page shows."""
    section = PAGE.read_text().partition("## For a key of your own")[2]
    return json.loads(section.partition("```json\n")[2].partition("```")[0])


def test_the_key_policy_of_the_page_is_one_that_aws_takes(policy):
    assert authorization.mistakes(policy) == []
    assert cloudformation.mistakes([{"type": "aws:kms/key:Key", "inputs": {"policy": policy}}]) == []


def test_the_key_policy_of_the_page_lets_in_every_service_that_uses_the_key(policy):
    services = {it["Principal"].get("Service"): it for it in policy["Statement"]}
    for service in ("cloudwatch.amazonaws.com", "events.amazonaws.com"):
        assert set(services[service]["Action"]) == set(USE["Action"])
    # The requests of EventBridge have no such key, so a condition would refuse all of them.
    assert "Condition" not in services["events.amazonaws.com"]


def test_the_key_policy_of_the_page_covers_the_log_groups_that_components_make(policy, resources):
    logs = next(it for it in policy["Statement"] if it["Sid"] == "LogGroups")
    patterns = logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]

    def program():
        PatchingRun("web", **PATCHING, kms_key=KEY)
        LambdaTask("report", window="mw-0123456789abcdef0", function=Path(__file__).parent, kms_key=KEY)

    groups = resources(program)["LogGroup"].values()
    assert len(groups) == 2
    for group in groups:
        arn = f"arn:aws:logs:eu-central-1:111122223333:log-group:{group['name']}"
        assert any(fnmatchcase(arn, pattern) for pattern in patterns), arn


def test_a_stack_with_a_key_of_its_own_comes_up_stays_as_it_is_and_leaves_nothing(local_aws, local_stack):
    def program():
        key = aws.kms.Key("patching", deletion_window_in_days=7, enable_key_rotation=True)
        PatchingRun(
            "web",
            **PATCHING,
            engine="runbook",
            approvers=["ann"],
            logs={"bucket": True},
            notify=["operations@example.com"],
            freeze=[FREEZE],
            kms_key=key,
        )

    stack = local_stack(program)
    stack.up()
    stack.expect_no_changes(refresh=True)

    (key,) = (it for it in stack.resources if it["type"] == "aws:kms/key:Key")
    arn = key["outputs"]["arn"]
    sns, sqs, s3 = (local_aws.client(service) for service in ("sns", "sqs", "s3"))
    topics = [it["TopicArn"] for it in sns.list_topics()["Topics"]]
    assert len(topics) == 2
    for topic in topics:
        assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["KmsMasterKeyId"] == arn
    (queue,) = sqs.list_queues()["QueueUrls"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["KmsMasterKeyId"])["Attributes"]
    assert attributes["KmsMasterKeyId"] == arn
    (group,) = local_aws.client("logs").describe_log_groups()["logGroups"]
    assert group["kmsKeyId"] == arn
    (bucket,) = (it["Name"] for it in s3.list_buckets()["Buckets"])
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}

    stack.destroy()
    assert not left_over(local_aws)
