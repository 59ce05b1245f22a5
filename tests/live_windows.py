"""Windows at AWS, made by hand for what reads them."""


def create_window(ssm, name="nightly", **fields):
    """Create a window, by default one that opens each day, and give its id."""
    required = {"Schedule": "rate(1 day)", "Duration": 4, "Cutoff": 1, "AllowUnassociatedTargets": True}
    return ssm.create_maintenance_window(Name=name, **(required | fields))["WindowId"]


def register_target(ssm, window, name, group):
    """Register the nodes of a patch group, and give the id of the target."""
    return ssm.register_target_with_maintenance_window(
        WindowId=window,
        ResourceType="INSTANCE",
        Name=name,
        Targets=[{"Key": "tag:Patch Group", "Values": [group]}],
    )["WindowTargetId"]


def register_patching(ssm, window, name, target, **fields):
    """Register a task that patches the nodes of a target."""
    task = {
        "TaskType": "RUN_COMMAND",
        "TaskArn": "AWS-RunPatchBaseline",
        "Targets": [{"Key": "WindowTargetIds", "Values": [target]}],
        "MaxConcurrency": "10%",
        "MaxErrors": "0",
        "TaskInvocationParameters": {"RunCommand": {"Parameters": {"Operation": ["Install"]}}},
    }
    return ssm.register_task_with_maintenance_window(WindowId=window, Name=name, **(task | fields))["WindowTaskId"]


def write_run(aws, window, status, started, ended=None):
    """Put a run of a window into the history of a local AWS as it is."""
    execution = {
        "WindowId": window,
        "WindowExecutionId": f"00000000-0000-4000-8000-{started:%Y%m%d%H%M}",
        "Status": status,
        "StartTime": started.timestamp(),
        **({"EndTime": ended.timestamp()} if ended else {}),
    }
    content = {
        "account": aws.account_id,
        "region": aws.region,
        "now": None,
        "replaces": None,
        "execution": execution["WindowExecutionId"],
        "tables": {"executions": {execution["WindowExecutionId"]: execution}},
        "outputs": [],
    }
    aws._control("POST", "history", content)
