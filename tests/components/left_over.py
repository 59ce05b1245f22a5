"""What is left in an account, of all that components make."""

_LISTS = (
    ("ssm", "describe_maintenance_windows", {}, "WindowIdentities"),
    ("ssm", "list_documents", {"Filters": [{"Key": "Owner", "Values": ["Self"]}]}, "DocumentIdentifiers"),
    ("iam", "list_roles", {}, "Roles"),
    ("iam", "list_policies", {"Scope": "Local"}, "Policies"),
    ("sns", "list_topics", {}, "Topics"),
    ("sns", "list_subscriptions", {}, "Subscriptions"),
    ("logs", "describe_log_groups", {}, "logGroups"),
    ("events", "list_rules", {}, "Rules"),
    ("cloudwatch", "describe_alarms", {}, "MetricAlarms"),
    ("s3", "list_buckets", {}, "Buckets"),
    ("scheduler", "list_schedules", {}, "Schedules"),
)


def left_over(local_aws, region=None):
    """The objects that are there, by service and kind; the service-linked roles are AWS's own."""
    found = {}
    for service, operation, arguments, member in _LISTS:
        items = getattr(local_aws.client(service, region), operation)(**arguments)[member]
        kept = [item for item in items if "/aws-service-role/" not in str(item)]
        if kept:
            found[f"{service} {member}"] = kept
    return found
