"""The stand-in refuses in the preview the values that the real plugin refuses there, in its words."""

import pytest

from pulumi_ssm_maintenance.testing.aws_plugin.catalogue import CATALOGUE
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import UNKNOWN
from pulumi_ssm_maintenance.testing.aws_plugin.values import wrong_values

TARGET, TASK = "ssm/maintenanceWindowTarget:MaintenanceWindowTarget", "ssm/maintenanceWindowTask:MaintenanceWindowTask"
DOCUMENT, BASELINE = "ssm/document:Document", "ssm/patchBaseline:PatchBaseline"
LOG_GROUP, ALARM = "cloudwatch/logGroup:LogGroup", "cloudwatch/metricAlarm:MetricAlarm"
ISSUER = "iam/openIdConnectProvider:OpenIdConnectProvider"
ROLE = "arn:aws:iam::123456789012:role/mine"

REFUSED = [
    (TARGET, "description", "ab", "expected length of description to be in the range (3 - 128), got ab"),
    (TARGET, "name", "web servers", "invalid value for name (web servers)"),
    (TARGET, "name", "größe", "invalid value for name (größe)"),
    (TARGET, "resourceType", "NODE", 'expected resourceType to be one of ["INSTANCE", "RESOURCE_GROUP"], got NODE'),
    (TARGET, "targets", [{}] * 6, "too many list items: targets supports 5 item maximum, but has 6 declared"),
    (
        "ssm/maintenanceWindow:MaintenanceWindow",
        "scheduleOffset",
        7,
        "expected scheduleOffset to be in the range (1 - 6)",
    ),
    (TASK, "maxConcurrency", "0", "invalid value for maxConcurrency (0)"),
    (TASK, "maxErrors", "101%", "invalid value for maxErrors (101%)"),
    (TASK, "priority", -1, "expected priority to be at least (0), got -1"),
    (TASK, "serviceRoleArn", "mine", '"serviceRoleArn" (mine) is an invalid ARN'),
    (DOCUMENT, "permissions", {"account_ids": "all"}, '"permissions": "type" must be defined'),
    (DOCUMENT, "permissions", {"type": "Public", "account_ids": "all"}, '"permissions": only Share "type" supported'),
    (DOCUMENT, "permissions", {"type": "Share"}, '"permissions": "account_ids" must be defined'),
    (DOCUMENT, "permissions", "Share", '"permissions": "type" must be defined'),
    (TASK, "priority", "first", "expected priority to be at least (0), got first"),
    (DOCUMENT, "name", "a b", "invalid value for name (a b)"),
    (BASELINE, "approvedPatches", ["a"] * 51, "too many list items: approvedPatches supports 50 item maximum"),
    ("ssm/defaultPatchBaseline:DefaultPatchBaseline", "baselineId", "pb-1", 'must match "pb-" followed by 17'),
    (LOG_GROUP, "retentionInDays", 91, "expected retentionInDays to be one of [0, 1, 3, 5, 7, 14, 30, 60, 90, 120"),
    (ALARM, "treatMissingData", "ok", "expected treatMissingData to be one of"),
    (ALARM, "alarmActions", ["topic"], '"alarmActions" (topic) is an invalid ARN'),
    ("cloudwatch/eventRule:EventRule", "eventPattern", "{", '"eventPattern" contains an invalid JSON'),
    (
        "cloudwatch/eventTarget:EventTarget",
        "targetId",
        "t" * 65,
        "expected length of targetId to be in the range (1 - 64)",
    ),
    (
        "iam/role:Role",
        "maxSessionDuration",
        60,
        "expected maxSessionDuration to be in the range (3600 - 43200), got 60",
    ),
    ("iam/role:Role", "namePrefix", "p" * 39, "expected length of namePrefix to be in the range (1 - 38)"),
    (
        "sqs/queue:Queue",
        "visibilityTimeoutSeconds",
        50000,
        "expected visibilityTimeoutSeconds to be in the range (0 - 43200)",
    ),
    ("kms/key:Key", "deletionWindowInDays", 3, "expected deletionWindowInDays to be in the range (7 - 30), got 3"),
    ("lambda/function:Function", "timeout", 901, "expected timeout to be in the range (1 - 900), got 901"),
    ("sfn/stateMachine:StateMachine", "name", "n" * 81, "expected length of name to be in the range (1 - 80)"),
    (ISSUER, "url", "http://gitlab.com", '"url" has to use HTTPS scheme (i.e. begin with https://)'),
    (ISSUER, "url", "https://gitlab.com?a=b", '"url" cannot contain query parameters per the OIDC standard'),
    (ISSUER, "thumbprintLists", ["abc"], "expected length of thumbprintLists to be in the range (40 - 40), got abc"),
    (ISSUER, "clientIdLists", [""], "expected length of clientIdLists to be in the range (1 - 255), got "),
]
TAKEN = [
    (TARGET, "resourceType", "instance"),
    (TASK, "maxConcurrency", "100%"),
    (TASK, "maxErrors", "0"),
    (TASK, "serviceRoleArn", ROLE),
    (TASK, "serviceRoleArn", UNKNOWN),
    (DOCUMENT, "permissions", {"type": "Share", "account_ids": "all"}),
    (LOG_GROUP, "retentionInDays", 0),
    (LOG_GROUP, "retentionInDays", "90"),
    (ALARM, "alarmActions", ["arn:aws:automate:us-east-1:ec2:stop", UNKNOWN]),
    (ISSUER, "url", "https://gitlab.example.com/path"),
    (ISSUER, "url", "gitlab.com"),
]


@pytest.mark.parametrize(("kind", "name", "value", "reason"), REFUSED)
def test_a_value_that_the_plugin_does_not_take_is_refused(kind, name, value, reason):
    ((refused, why),) = wrong_values(CATALOGUE[f"aws:{kind}"].values, {name: value})
    assert refused == name
    assert reason in why


@pytest.mark.parametrize(("kind", "name", "value"), TAKEN)
def test_a_value_that_the_plugin_takes_passes(kind, name, value):
    assert list(wrong_values(CATALOGUE[f"aws:{kind}"].values, {name: value})) == []


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=list(CATALOGUE))
def test_only_properties_of_the_type_are_checked(kind):
    assert kind.values.keys() <= kind.fields.names
    assert kind.spelled.keys() <= kind.fields.names


@pytest.mark.parametrize("value", [True, 1, 1.5, "", "x", [], ["x"], [None], {}, {"a": 1}], ids=repr)
@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=list(CATALOGUE))
def test_no_value_of_any_type_stops_the_check(kind, value):
    for name, check in kind.values.items():
        assert isinstance(check(name, value), str | None)
