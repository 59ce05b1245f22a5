"""Metric alarms, log groups and metric filters."""

from typing import Any

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.shapes import Names, structure
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagCalls, by_property
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import Fields, ResourceType, id_after
from pulumi_ssm_maintenance.testing.aws_plugin.values import arn, at_least, items, length, one_of

_ALARM: Names = {
    "name": "AlarmName",
    "okActions": "OKActions",
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
}


def _put_alarm(aws: Aws, inputs: Props) -> str:
    request: dict[str, Any] = {}
    if dimensions := inputs.get("dimensions"):
        request["Dimensions"] = _pairs(dimensions)
    if queries := inputs.get("metricQueries"):
        request["Metrics"] = [_query_request(aws, query) for query in queries]
    plain = {name: value for name, value in inputs.items() if name != "dimensions"}
    aws.call("cloudwatch", "put_metric_alarm", plain, _ALARM, **request)
    return str(inputs["name"])


def _read_alarm(aws: Aws, identity: str, _: Props) -> Props | None:
    answer = aws.ask("cloudwatch", "describe_alarms", _ALARM, AlarmNames=[identity], AlarmTypes=["MetricAlarm"])
    if not answer["metricAlarms"]:
        return None
    (held,) = answer["metricAlarms"]
    return dict(held) | {
        "arn": held["alarmArn"],
        "dimensions": {item["name"]: item["value"] for item in held.get("dimensions") or ()},
        "metricQueries": [_query_properties(query) for query in held.get("metrics") or ()],
    }


def _update_alarm(aws: Aws, _identity: str, _state: Props, new: Props) -> None:
    _put_alarm(aws, new)


def _delete_alarm(aws: Aws, identity: str, _: Props) -> None:
    aws.client("cloudwatch").delete_alarms(AlarmNames=[identity])


def _query_request(aws: Aws, query: Props) -> dict[str, Any]:
    """Split the metric into AWS's two structures: the metric itself, and its statistic."""
    plain = {name: value for name, value in query.items() if name != "metric" and value not in (None, "")}
    if metric := query.get("metric"):
        named = {name: metric[name] for name in ("namespace", "metricName") if metric.get(name)}
        if metric.get("dimensions"):
            named["dimensions"] = [{"name": k, "value": v} for k, v in metric["dimensions"].items()]
        statistic = {name: metric[name] for name in ("period", "stat", "unit") if metric.get(name)}
        plain["metricStat"] = {"metric": named} | statistic
    return structure(aws.client("cloudwatch"), "MetricDataQuery", plain)


def _query_properties(query: Props) -> Props:
    plain = {name: value for name, value in query.items() if name != "metricStat"}
    if stat := query.get("metricStat"):
        metric = dict(stat.pop("metric"))
        dimensions = {item["name"]: item["value"] for item in metric.pop("dimensions", None) or ()}
        plain["metric"] = metric | stat | {"dimensions": dimensions}
    return plain


def _pairs(dimensions: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def _create_log_group(aws: Aws, inputs: Props) -> str:
    aws.call("logs", "create_log_group", inputs, {"name": "logGroupName"})
    _retain(aws, inputs["name"], {}, inputs)
    return str(inputs["name"])


def _read_log_group(aws: Aws, identity: str, _: Props) -> Props | None:
    groups = aws.ask("logs", "describe_log_groups", logGroupNamePrefix=identity)["logGroups"]
    held = next((item for item in groups if item["logGroupName"] == identity), None)
    if held is None:
        return None
    return dict(held) | {
        "name": identity,
        "arn": aws.arn("logs", f"log-group:{identity}"),
        "retentionInDays": held.get("retentionInDays", 0),
    }


def _retain(aws: Aws, identity: str, state: Props, new: Props) -> None:
    client, days = aws.client("logs"), new["retentionInDays"]
    if days and days != state.get("retentionInDays"):
        client.put_retention_policy(logGroupName=identity, retentionInDays=days)
    elif state.get("retentionInDays") and not days:
        client.delete_retention_policy(logGroupName=identity)


def _change_log_group(aws: Aws, identity: str, state: Props, new: Props) -> None:
    _retain(aws, identity, state, new)
    client, key = aws.client("logs"), new.get("kmsKeyId")
    if key and key != state.get("kmsKeyId"):
        client.associate_kms_key(logGroupName=identity, kmsKeyId=key)
    elif state.get("kmsKeyId") and not key:
        client.disassociate_kms_key(logGroupName=identity)


def _delete_log_group(aws: Aws, identity: str, state: Props) -> None:
    if not state.get("skipDestroy"):
        aws.client("logs").delete_log_group(logGroupName=identity)


def _put_filter(aws: Aws, inputs: Props) -> str:
    metric = dict(inputs["metricTransformation"])
    values = {"metricName": metric.pop("name"), "metricNamespace": metric.pop("namespace")}
    values |= {"metricValue": metric.pop("value")} | metric
    transformation = structure(aws.client("logs"), "MetricTransformation", values)
    wanted = {"filterPattern": inputs["pattern"], "logGroupName": inputs["logGroupName"]}
    aws.call("logs", "put_metric_filter", wanted, filterName=inputs["name"], metricTransformations=[transformation])
    return str(inputs["name"])


def _read_filter(aws: Aws, identity: str, known: Props) -> Props | None:
    group = known["logGroupName"]
    answer = aws.ask("logs", "describe_metric_filters", logGroupName=group, filterNamePrefix=identity)
    held = next((item for item in answer["metricFilters"] if item["filterName"] == identity), None)
    if held is None:
        return None
    metric = dict(held["metricTransformations"][0])
    names = {"metricName": "name", "metricNamespace": "namespace", "metricValue": "value"}
    return {
        "name": identity,
        "logGroupName": held["logGroupName"],
        "pattern": held["filterPattern"],
        "metricTransformation": {names.get(name, name): value for name, value in metric.items()},
    }


def _update_filter(aws: Aws, identity: str, state: Props, new: Props) -> None:
    _delete_filter(aws, identity, state)  # moto would keep both
    _put_filter(aws, new)


def _delete_filter(aws: Aws, identity: str, state: Props) -> None:
    aws.client("logs").delete_metric_filter(logGroupName=state["logGroupName"], filterName=identity)


# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
_RETENTION = (
    0,  # the plugin's, for ever
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
_ACTIONS = items(arn, most=5)

CLOUDWATCH = (
    ResourceType(
        name="aws:cloudwatch/metricAlarm:MetricAlarm",
        fields=Fields.parse(
            "name! actionsEnabled alarmActions~ okActions~ insufficientDataActions~ alarmDescription"
            " comparisonOperator evaluationPeriods datapointsToAlarm metricName namespace dimensions period"
            " statistic extendedStatistic threshold thresholdMetricId unit treatMissingData metricQueries~"
            " evaluateLowSampleCountPercentiles?"
        ),
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
        values={
            "alarmActions": _ACTIONS,
            "alarmDescription": length(0, 1024),
            "evaluationPeriods": at_least(1),
            "insufficientDataActions": _ACTIONS,
            "name": length(0, 255),
            "okActions": _ACTIONS,
            "statistic": one_of("SampleCount", "Average", "Sum", "Minimum", "Maximum"),
            "treatMissingData": one_of("breaching", "notBreaching", "ignore", "missing"),
        },
        tags=TagCalls("cloudwatch").on(by_property("ResourceARN", "arn")),
        create=_put_alarm,
        read=_read_alarm,
        update=_update_alarm,
        delete=_delete_alarm,
    ),
    ResourceType(
        name="aws:cloudwatch/logGroup:LogGroup",
        fields=Fields.parse("name!? namePrefix!^ retentionInDays kmsKeyId logGroupClass!? skipDestroy^"),
        defaults={"retentionInDays": 0, "skipDestroy": False},
        values={
            "kmsKeyId": arn,
            "logGroupClass": one_of("STANDARD", "INFREQUENT_ACCESS", "DELIVERY"),
            "name": length(1, 512, r"[\w./#-]+"),
            "namePrefix": length(1, 512 - 26, r"[\w./#-]+"),
            "retentionInDays": one_of(*_RETENTION),
        },
        tags=TagCalls("logs", held="tags", added="tags", removed="tagKeys", as_map=True).on(
            by_property("resourceArn", "arn")
        ),
        create=_create_log_group,
        read=_read_log_group,
        update=_change_log_group,
        delete=_delete_log_group,
    ),
    ResourceType(
        name="aws:cloudwatch/logMetricFilter:LogMetricFilter",
        fields=Fields.parse("name! logGroupName! pattern metricTransformation"),
        import_id=id_after("logGroupName", ":"),
        create=_put_filter,
        read=_read_filter,
        update=_update_filter,
        delete=_delete_filter,
    ),
)
