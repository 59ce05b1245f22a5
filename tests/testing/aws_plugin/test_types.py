"""Every resource type of the stand-in for the aws plugin, through its whole life on the real engine."""

import json

import pulumi
import pulumi_aws as aws
import pytest

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def policy(action, resource="*"):
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}
    )


def windows(pick):
    window = aws.ssm.MaintenanceWindow(
        "window",
        schedule=pick("cron(0 2 ? * SUN *)", "rate(7 days)"),
        schedule_timezone="Europe/Berlin",
        duration=3,
        cutoff=1,
        enabled=pick(first=True, updated=False),
        tags={"team": pick("ops", "sre")},
    )
    target = aws.ssm.MaintenanceWindowTarget(
        "target",
        window_id=window.id,
        resource_type=pick("INSTANCE", replaced="RESOURCE_GROUP"),
        targets=pick(
            [{"key": "tag:Patch", "values": ["yes"]}],
            [{"key": "tag:Patch", "values": ["no"]}],
            [{"key": "resource-groups:Name", "values": ["web"]}],
        ),
    )
    aws.ssm.MaintenanceWindowTask(
        "task",
        window_id=window.id,
        task_type=pick("RUN_COMMAND", replaced="AUTOMATION"),
        task_arn=pick("AWS-RunPatchBaseline", replaced="AWS-RestartEC2Instance"),
        targets=[{"key": "WindowTargetIds", "values": [target.id]}],
        max_concurrency=pick("10%", "20%"),
        max_errors="0",
        task_invocation_parameters=pick(
            {
                "run_command_parameters": {
                    "parameters": [
                        {"name": "Operation", "values": ["Install"]},
                        {"name": "RebootOption", "values": ["NoReboot"]},
                    ],
                    "output_s3_bucket": "logs-of-patching",
                    "cloudwatch_config": {
                        "cloudwatch_output_enabled": True,
                        "cloudwatch_log_group_name": "/x",
                    },
                    "timeout_seconds": 600,
                }
            },
            replaced={"automation_parameters": {"document_version": "1"}},
        ),
    )
    aws.ssm.MaintenanceWindowTask(
        "function_task",
        window_id=window.id,
        task_type="LAMBDA",
        task_arn=f"arn:aws:lambda:us-east-1:123456789012:function:{pick('one', 'two')}",
        task_invocation_parameters={"lambda_parameters": {"payload": '{"a": 1}'}},
    )


WINDOWS_CHANGED = {"window": "update", "target": "update", "task": "update", "function_task": "update"}
WINDOWS_REPLACED = {"target": "replace", "task": "replace"}


def documents_and_queues(pick):
    aws.ssm.Document(
        "document",
        document_type="Command",
        document_format="YAML",
        content=json.dumps(
            {
                "schemaVersion": "2.2",
                "description": pick("first", "second"),
                "mainSteps": [{"action": "aws:runShellScript", "name": "a", "inputs": {"runCommand": ["true"]}}],
            }
        ),
        name=pick("made-by-hand", replaced="another"),
        tags={"team": pick("ops", "sre")},
    )
    aws.ssm.Parameter("parameter", type="String", value=pick("1", "2"), description="a number")
    aws.resourcegroups.Group(
        "group",
        description=pick("first", "second"),
        resource_query={
            "query": json.dumps(
                {"ResourceTypeFilters": ["AWS::EC2::Instance"], "TagFilters": [{"Key": "a", "Values": ["b"]}]}
            )
        },
    )
    key = aws.kms.Key(
        "key",
        description=pick("first", "second"),
        enable_key_rotation=pick(first=True, updated=False),
        is_enabled=pick(first=True, updated=False),
        deletion_window_in_days=7,
        multi_region=pick(first=False, replaced=True),
        policy=key_policy(pick("kms:Decrypt", "kms:GenerateDataKey*")),
        tags={"team": pick("ops", "sre")},
    )
    queue = aws.sqs.Queue(
        "queue",
        visibility_timeout_seconds=pick(30, 60),
        kms_master_key_id=key.key_id,
        message_retention_seconds=1209600,
        tags={"team": pick("ops", "sre")},
        name=pick("work", replaced="more-work"),
    )
    aws.sqs.QueuePolicy(
        "queue_policy",
        queue_url=queue.url,
        policy=queue.arn.apply(lambda arn: policy(pick("sqs:SendMessage", "sqs:*"), arn)),
    )
    aws.ssm.PatchBaseline(
        "baseline",
        operating_system=pick("UBUNTU", replaced="DEBIAN"),
        approval_rules=[
            {
                "approve_after_days": pick(7, 14),
                "patch_filters": [{"key": "SECTION", "values": ["*"]}],
                "enable_non_security": True,
            }
        ],
        global_filters=[{"key": "PRIORITY", "values": pick(["Required"], ["Required", "Important"])}],
        sources=[{"name": "extra", "products": ["*"], "configuration": pick("deb one", "deb two")}],
        approved_patches=["b", "a"],
        approved_patches_enable_non_security=True,
        tags={"team": pick("ops", "sre")},
    )
    aws.ssm.PatchBaseline(
        "windows_baseline",
        available_security_updates_compliance_status=pick("COMPLIANT", "NON_COMPLIANT"),
        approved_patches=["KB1234567"],
    )


def key_policy(action):
    document = json.loads(policy(["kms:*"]))
    document["Statement"][0]["Principal"] = {"AWS": "arn:aws:iam::123456789012:root"}
    publish = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": action,
        "Resource": "*",
    }
    return json.dumps(document | {"Statement": [*document["Statement"], publish]})


DOCUMENTS_CHANGED = dict.fromkeys(
    ["document", "parameter", "group", "key", "queue", "queue_policy", "baseline", "windows_baseline"], "update"
)
DOCUMENTS_REPLACED = dict.fromkeys(["document", "key", "queue", "queue_policy", "baseline"], "replace")


def identities_and_code(pick):
    trust = json.dumps(TRUST, indent=pick(2, 4))  # spelled otherwise, the same document
    role = aws.iam.Role(
        "role", assume_role_policy=trust, description=pick("first", "second"), path=pick("/", replaced="/ops/")
    )
    aws.iam.RolePolicy("inline", role=role.name, policy=policy(pick("ssm:SendCommand", "ssm:GetCommandInvocation")))
    managed = aws.iam.Policy(
        "managed",
        policy=policy(pick("logs:PutLogEvents", "logs:CreateLogStream")),
        description=pick("first", replaced="second"),
        tags={"team": pick("ops", "sre")},
    )
    aws.iam.RolePolicyAttachment("attachment", role=role.name, policy_arn=managed.arn)
    aws.iam.InstanceProfile("profile", role=role.name, tags={"team": pick("ops", "sre")})
    aws.iam.OpenIdConnectProvider(
        "issuer",
        url=f"https://{pick('gitlab.com', replaced='token.actions.githubusercontent.com')}",
        client_id_lists=pick(["a", "b"], ["b", "c"]),
        tags={"team": pick("ops", "sre")},
    )
    function = aws.lambda_.Function(
        "function",
        role=role.arn,
        runtime="python3.12",
        handler="index.handler",
        memory_size=pick(128, 256),
        publish=True,
        code=pulumi.AssetArchive({"index.py": pulumi.StringAsset(f"handler = {pick('print', 'repr')}")}),
        environment={"variables": {"STAGE": "test"}},
    )
    aws.lambda_.Alias("alias", function_name=function.name, function_version="1", description=pick("first", "second"))
    aws.lambda_.Permission(
        "permission",
        function=function.name,
        action="lambda:InvokeFunction",
        principal="events.amazonaws.com",
        source_arn=f"arn:aws:events:us-east-1:123456789012:rule/{pick('one', replaced='two')}",
    )
    aws.sfn.StateMachine(
        "machine",
        role_arn=role.arn,
        definition=json.dumps({"StartAt": "S", "States": {"S": {"Type": pick("Succeed", "Fail")}}}),
        tags={"team": pick("ops", "sre")},
    )


IDENTITIES_CHANGED = {
    **dict.fromkeys(["role", "inline", "managed", "profile", "issuer", "function", "alias", "machine"], "update"),
    "attachment": "same",
    "permission": "same",
}
IDENTITIES_REPLACED = dict.fromkeys(["role", "managed", "issuer", "permission"], "replace")


def buckets(pick):
    bucket = aws.s3.Bucket("Logs", force_destroy=True, tags={"team": pick("ops", "sre")})
    aws.s3.BucketPublicAccessBlock(
        "block", bucket=bucket.bucket, block_public_acls=True, ignore_public_acls=pick(first=True, updated=False)
    )
    aws.s3.BucketOwnershipControls(
        "ownership",
        bucket=bucket.bucket,
        rule={"object_ownership": pick("BucketOwnerEnforced", "BucketOwnerPreferred")},
    )
    aws.s3.BucketVersioning(
        "versioning", bucket=bucket.bucket, versioning_configuration={"status": pick("Enabled", "Suspended")}
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        "encryption",
        bucket=bucket.bucket,
        rules=[
            {
                "apply_server_side_encryption_by_default": {"sse_algorithm": pick("AES256", "aws:kms")},
                "bucket_key_enabled": True,
            }
        ],
    )
    aws.s3.BucketLifecycleConfiguration(
        "lifecycle",
        bucket=bucket.bucket,
        rules=[
            {
                "id": "expire",
                "status": "Enabled",
                "filter": {"prefix": "patching/"},
                "expiration": {"days": pick(730, 365)},
                "transitions": [{"days": 90, "storage_class": "STANDARD_IA"}],
                "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            }
        ],
    )
    aws.s3.BucketPolicy(
        "bucket_policy",
        bucket=bucket.bucket,
        policy=bucket.arn.apply(lambda arn: policy(pick("s3:GetObject", "s3:PutObject"), f"{arn}/*")),
    )


BUCKETS_CHANGED = dict.fromkeys(
    ["Logs", "block", "ownership", "versioning", "encryption", "lifecycle", "bucket_policy"], "update"
)


def alarms_and_events(pick):
    topic = aws.sns.Topic("topic", display_name=pick("first", "second"), tags={"team": pick("ops", "sre")})
    aws.sns.TopicPolicy(
        "topic_policy", arn=topic.arn, policy=topic.arn.apply(lambda arn: policy(pick("sns:Publish", "sns:*"), arn))
    )
    aws.sns.TopicSubscription(
        "subscription",
        topic=topic.arn,
        protocol="sqs",
        endpoint=f"arn:aws:sqs:us-east-1:123456789012:{pick('one', replaced='two')}",
        raw_message_delivery=pick(first=True, updated=False),
    )
    aws.cloudwatch.MetricAlarm(
        "alarm",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        metric_name="Invocations",
        namespace="AWS/Events",
        dimensions={"RuleName": "r"},
        period=pick(60, 300),
        statistic="Sum",
        threshold=0,
        alarm_actions=[topic.arn],
    )
    aws.cloudwatch.MetricAlarm(
        "queue_alarm",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        metric_name="ApproximateNumberOfMessagesVisible",
        namespace=pick("AWS/SQS", "AWS/Scheduler"),
        dimensions={"QueueName": "q"},
        period=300,
        statistic="Maximum",
        threshold=0,
        treat_missing_data="notBreaching",
    )
    aws.cloudwatch.MetricAlarm(
        "math_alarm",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        threshold=pick(0.5, 1.5),
        metric_queries=[
            {"id": "e", "expression": "a * 2", "label": "twice", "return_data": True},
            {
                "id": "a",
                "metric": {
                    "metric_name": "Errors",
                    "namespace": "AWS/Lambda",
                    "period": 60,
                    "stat": "Sum",
                    "dimensions": {"FunctionName": "f"},
                },
            },
        ],
    )
    group = aws.cloudwatch.LogGroup(
        "log_group", name=pick("/aws/ssm/one", replaced="/aws/ssm/two"), retention_in_days=pick(90, 0)
    )
    aws.cloudwatch.LogMetricFilter(
        "metric_filter",
        log_group_name=group.name,
        pattern=pick("ERROR", "FATAL"),
        metric_transformation={"name": "errors", "namespace": "patching", "value": "1"},
    )
    rule = aws.cloudwatch.EventRule(
        "rule", event_pattern=json.dumps({"source": ["aws.ssm"]}), state=pick("ENABLED", "DISABLED")
    )
    aws.cloudwatch.EventTarget(
        "rule_target",
        rule=rule.name,
        arn=topic.arn,
        input_transformer={
            "input_paths": {"status": "$.detail.status"},
            "input_template": json.dumps(pick("first <status>", "second <status>")),
        },
        role_arn=f"arn:aws:iam::123456789012:role/{pick('one', 'two')}",
        dead_letter_config={"arn": f"arn:aws:sqs:us-east-1:123456789012:{pick('one', 'two')}"},
        retry_policy={"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 5},
    )
    schedules = aws.scheduler.ScheduleGroup("schedules", tags={"team": pick("ops", "sre")})
    aws.scheduler.Schedule(
        "freeze",
        group_name=schedules.name,
        schedule_expression=pick("at(2030-12-20T00:00:00)", "at(2030-12-21T00:00:00)"),
        flexible_time_window={"mode": "OFF"},
        target={
            "arn": "arn:aws:scheduler:::aws-sdk:ssm:updateMaintenanceWindow",
            "role_arn": "arn:aws:iam::123456789012:role/freeze",
            "input": json.dumps({"WindowId": "mw-1", "Enabled": False}),
        },
    )


ALARMS_CHANGED = {
    **dict.fromkeys(["topic", "topic_policy", "subscription", "alarm", "queue_alarm"], "update"),
    **dict.fromkeys(["math_alarm", "log_group"], "update"),
    **dict.fromkeys(["metric_filter", "rule", "rule_target", "schedules", "freeze"], "update"),
}
ALARMS_REPLACED = {"subscription": "replace", "log_group": "replace", "metric_filter": "replace"}


def first(first, updated=None, replaced=None):
    return first


def updated(first, updated=None, replaced=None):
    return first if updated is None else updated


def replaced(first, updated=None, replaced=None):
    latest = first if updated is None else updated
    return latest if replaced is None else replaced


@pytest.mark.parametrize(
    ("declarations", "when_changed", "when_replaced"),
    [
        pytest.param(
            [windows, documents_and_queues],
            WINDOWS_CHANGED | DOCUMENTS_CHANGED,
            WINDOWS_REPLACED | DOCUMENTS_REPLACED,
            id="windows",
        ),
        pytest.param(
            [identities_and_code, buckets],
            IDENTITIES_CHANGED | BUCKETS_CHANGED,
            IDENTITIES_REPLACED,
            id="identities",
        ),
        pytest.param([alarms_and_events], ALARMS_CHANGED, ALARMS_REPLACED, id="alarms"),
    ],
)
def test_a_type_is_made_and_changed_in_place_and_replaced_and_removed(
    local_stack, declarations, when_changed, when_replaced
):
    stack = local_stack(declaring(declarations, first))
    stack.up()
    stack.expect_no_changes(refresh=True)

    stack.program = declaring(declarations, updated)
    result = stack.up()
    assert {name: ops(result, name) for name in when_changed} == when_changed
    stack.expect_no_changes(refresh=True)

    stack.program = declaring(declarations, replaced)
    result = stack.up()
    assert {name: ops(result, name) for name in when_replaced} == when_replaced

    assert set(stack.destroy().changes) == {"delete"}
    assert stack.resources == []


def declaring(declarations, pick):
    def program():
        for declare in declarations:
            declare(pick)

    return program


def test_a_deleted_resource_of_any_type_is_created_again(local_aws, local_stack):
    every = [windows, documents_and_queues, identities_and_code, buckets, alarms_and_events]
    stack = local_stack(declaring(every, first))
    made = stack.up().changes["create"]
    local_aws.reset()
    changed = stack.preview(refresh=True).changed
    assert changed == {"create": made - 1}, "all but the stack itself"


def ops(result, name):
    done = set(result.ops(name))
    return "replace" if "replace" in done else "/".join(sorted(done))
