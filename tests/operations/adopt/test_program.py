"""The program that is written: one that a person would have written, and would go on with."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.operations.adopt.seeded import CANARY, make_windows

from pulumi_ssm_maintenance.operations.adopt import UsageError, import_entries, plan, program, read_windows

BIN = Path(sys.executable).parent
WEB = [{"Key": "tag:Role", "Values": ["web"]}]


@pytest.fixture
def adopt(session):
    """Plan the adoption of windows and give it with the program's text."""

    def planned(*windows, **options):
        adoption = plan(read_windows(session, windows).windows, **options)
        return adoption, program(adoption)

    return planned


@pytest.fixture
def target(ssm):
    def make(window, **fields):
        return ssm.register_target_with_maintenance_window(
            WindowId=window, ResourceType="INSTANCE", Targets=WEB, **fields
        )["WindowTargetId"]

    return make


def by_target(*ids):
    return {"Targets": [{"Key": "WindowTargetIds", "Values": list(ids)}], "MaxConcurrency": "1", "MaxErrors": "0"}


def lambda_task(payload=CANARY, **fields):
    return {
        "TaskType": "LAMBDA",
        "TaskArn": "report",
        "TaskInvocationParameters": {"Lambda": {"Payload": payload.encode()}},
        **fields,
    }


def test_a_whole_program(adopt, new_window, target, register):
    window = new_window("prod-patching", ScheduleTimezone="Europe/Berlin", AllowUnassociatedTargets=False)
    register(window, TaskType="RUN_COMMAND", TaskArn="AWS-RunPatchBaseline", **by_target(target(window, Name="web")))
    register(window, **lambda_task(Priority=5))
    assert (
        adopt(window)[1]
        == '''"""A maintenance window, adopted from AWS."""

import pulumi
import pulumi_aws as aws
from pulumi_ssm_maintenance import MaintenanceWindowTask

config = pulumi.Config()

prod_patching = aws.ssm.MaintenanceWindow(
    "prod-patching",
    name="prod-patching",
    schedule="rate(1 day)",
    schedule_timezone="Europe/Berlin",
    duration=4,
    cutoff=1,
    opts=pulumi.ResourceOptions(protect=True),
)

web = aws.ssm.MaintenanceWindowTarget(
    "web",
    window_id=prod_patching.id,
    name="web",
    resource_type="INSTANCE",
    targets=[{"key": "tag:Role", "values": ["web"]}],
    opts=pulumi.ResourceOptions(protect=True),
)

MaintenanceWindowTask(
    "run-patch-baseline",
    window_id=prod_patching.id,
    task_type="RUN_COMMAND",
    task_arn="AWS-RunPatchBaseline",
    targets=[{"key": "WindowTargetIds", "values": [web.id]}],
    max_concurrency="1",
    max_errors="0",
    opts=pulumi.ResourceOptions(protect=True),
)

MaintenanceWindowTask(
    "report",
    window_id=prod_patching.id,
    task_type="LAMBDA",
    task_arn="report",
    priority=5,
    task_invocation_parameters={
        "lambda_": {"payload": config.require_secret("report-payload")},
    },
    opts=pulumi.ResourceOptions(protect=True),
)
'''
    )


def test_without_protection_the_program_does_not_mention_it(adopt, new_window):
    window = new_window()
    text = adopt(window, protect=False)[1]
    assert "opts" not in text
    assert "import pulumi\n" not in text


def test_a_disabled_window_stays_disabled(ssm, adopt, new_window):
    window = new_window()
    ssm.update_maintenance_window(WindowId=window, Enabled=False)
    assert "    enabled=False,\n" in adopt(window)[1]


def test_a_target_without_a_name_stays_without_one_and_a_comment_explains_it(adopt, new_window, target):
    window = new_window()
    target(window)
    text = adopt(window, protect=False)[1]
    assert "    # AWS holds no name for this target, and pulumi-aws would give it one.\n" in text
    assert '    opts=pulumi.ResourceOptions(ignore_changes=["name"]),\n' in text


def test_a_target_that_is_gone_stays_an_id_with_a_comment(ssm, adopt, new_window, target, register):
    window = new_window()
    gone = target(window)
    register(window, TaskType="AUTOMATION", TaskArn="x", **by_target(gone))
    ssm.deregister_target_from_maintenance_window(WindowId=window, WindowTargetId=gone)
    text = adopt(window)[1]
    assert f'# The window has no such target any more.\n                "{gone}",\n' in text


def test_literal_programs_hold_ids(adopt, new_window, target, register):
    window = new_window()
    id_ = target(window)
    register(window, TaskType="AUTOMATION", TaskArn="x", **by_target(id_))
    text = adopt(window, literal=True)[1]
    assert f'window_id="{window}"' in text
    assert f'"{id_}"' in text
    assert ".id" not in text


def test_many_windows_get_a_function_each_and_different_names(adopt, new_window, target, register):
    windows = [new_window(name) for name in ("web", "data", "Batch.Jobs", "list")]
    for window in windows:
        register(window, TaskType="AUTOMATION", TaskArn="AWS-UpdateSSMAgent", **by_target(target(window, Name="nodes")))
    adoption, text = adopt(*windows)
    assert [task.name for task in adoption.tasks] == [
        "web-update-ssm-agent",
        "data-update-ssm-agent",
        "Batch.Jobs-update-ssm-agent",
        "list-update-ssm-agent",
    ]
    for function in ("web", "data", "batch_jobs", "list_"):
        assert f"def {function}() -> None:\n    window = aws.ssm.MaintenanceWindow(\n" in text
    assert text.endswith("\n\n\nweb()\ndata()\nbatch_jobs()\nlist_()\n")
    assert 'values": [web_nodes.id]' in text


def test_windows_of_one_name_get_a_number(adopt, new_window):
    adoption, text = adopt(new_window("twin"), new_window("twin"))
    assert [window.name for window in adoption.windows] == ["twin", "twin-2"]
    assert '"twin-2",\n    name="twin",\n' in text


def test_tags_of_aws_stay_out_and_their_owner_is_named(adopt, new_window):
    tags = {"aws:cloudformation:stack-name": "legacy", "managed-by": "terraform", "team": "web"}
    window = new_window("patching", Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    adoption, text = adopt(window)
    assert 'tags={"managed-by": "terraform", "team": "web"},' in text
    assert f"patching ({window}) belongs to the CloudFormation stack legacy" in adoption.warnings[0]
    assert f"patching ({window}) is tagged managed-by: terraform" in adoption.warnings[1]


def test_sensitive_values_in_the_program_are_named_and_can_be_moved(adopt, new_window, register):
    window = new_window()
    register(
        window, Name="patch", TaskInvocationParameters={"RunCommand": {"Parameters": {"commands": [f"echo {CANARY}"]}}}
    )
    argument = "task_invocation_parameters.run_command.parameters"
    adoption, text = adopt(window)
    assert CANARY in text
    assert f"patch.{argument}" in adoption.warnings[0]

    adoption, text = adopt(window, secret=[f"patch.{argument}"])
    assert adoption.warnings == ()
    assert CANARY not in text
    assert '"parameters": config.require_secret_object("patch-parameters")' in text
    assert adoption.secrets[0].value == {"commands": [f"echo {CANARY}"]}
    (task,) = (entry for entry in import_entries(adoption) if entry.name == "patch")
    assert task.details["inputs"]["__task"]["secrets"] == [argument]
    assert CANARY not in repr(adoption)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("other.task_parameters", r"no task of that name in 'other.task_parameters'. The tasks are patch\."),
        ("patch.task_parameters", r"task patch has no argument 'task_parameters'. It has window_id, .*task_arn"),
    ],
)
def test_a_secret_path_that_does_not_exist_is_refused(adopt, new_window, register, path, problem):
    window = new_window()
    register(window, Name="patch")
    with pytest.raises(UsageError, match=problem):
        adopt(window, secret=[path])


def test_windows_of_several_regions_get_a_pair_of_providers_each(session, new_window, register):
    live = read_windows(session, [new_window("here"), new_window("there")]).windows
    there = replace(live[1], region="eu-west-1", role_arn="arn:aws:iam::210987654321:role/reader")
    with_task = replace(live[0], tasks=read_windows(session, [_with_task(new_window, register)]).windows[0].tasks)
    text = program(plan([with_task, there], protect=False))
    assert (
        """
from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider

us_east_1 = aws.Provider("us-east-1", region="us-east-1")

us_east_1_tasks = Provider("us-east-1", region="us-east-1")

_210987654321_eu_west_1 = aws.Provider(
    "210987654321-eu-west-1",
    region="eu-west-1",
    assume_roles=[
        aws.ProviderAssumeRoleArgs(role_arn="arn:aws:iam::210987654321:role/reader"),
    ],
)
"""
        in text
    )
    assert text.count("opts=pulumi.ResourceOptions(provider=us_east_1),") == 1
    assert text.count("opts=pulumi.ResourceOptions(provider=us_east_1_tasks),") == 1
    assert text.count("opts=pulumi.ResourceOptions(provider=_210987654321_eu_west_1),") == 1


def _with_task(new_window, register):
    window = new_window()
    register(window, TaskType="AUTOMATION", TaskArn="Acme-Tidy")
    return window


def test_a_program_that_adopts_by_itself_holds_the_ids_in_its_options(adopt, new_window, target, register):
    window = new_window()
    target_id = target(window, Name="web")
    task_id = register(window, TaskType="AUTOMATION", TaskArn="Acme-Tidy", **by_target(target_id))
    text = adopt(window, style="code", protect=False)[1]
    assert f'opts=pulumi.ResourceOptions(import_="{window}"),' in text
    assert f'import_="{window}/{target_id}"' in text
    assert f'    adopt="{window}/{task_id}",\n' in text
    assert "window_id=nightly.id" in text


def test_names_at_aws_are_kept_and_what_has_none_makes_way(adopt, new_window, target, register):
    window = new_window("web")
    nameless = target(window)
    named = target(window, Name="web")
    register(window, TaskType="AUTOMATION", TaskArn="AWS-StopEC2Instance", **by_target(named, nameless))
    register(window, Name="stop-ec2-instance", TaskType="AUTOMATION", TaskArn="Acme-Tidy")
    adoption, text = adopt(window)
    names = {part.live.window_target_id: part.name for part in adoption.windows[0].targets}
    assert names == {named: "web", nameless: "web-2"}
    assert 'web_target = aws.ssm.MaintenanceWindowTarget(\n    "web",' in text
    assert 'values": [web_target.id, web_2.id]' in text
    assert {task.name for task in adoption.tasks} == {"stop-ec2-instance", "stop-ec2-instance-2"}


@pytest.mark.parametrize("options", [{}, {"protect": False}, {"literal": True}, {"style": "code"}])
def test_programs_are_formatted_checked_and_hold_no_secret(ssm, adopt, tmp_path, options):
    windows = make_windows(ssm, seed=7, count=12)
    sizes = (1, 3, 8)
    for number, size in enumerate(sizes):
        adoption, text = adopt(*windows[sum(sizes[:number]) :][:size], **options)
        assert CANARY not in text
        file = tmp_path / f"program_{number}.py"
        file.write_text(text)
        declared = {entry.physical_id for entry in import_entries(adoption)}
        if not options.keys() & {"literal", "style"}:
            assert not [id_ for id_ in declared if id_ in text]
    for command in (
        ["ruff", "format", "--isolated", "--check"],
        ["ruff", "check", "--isolated", "--select", "F,E,I"],
    ):
        done = subprocess.run([BIN / command[0], *command[1:], tmp_path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_programs_are_typed(ssm, session, adopt, tmp_path):
    files = []
    for number, windows in enumerate((make_windows(ssm, seed=8, count=2), make_windows(ssm, seed=9, count=6))):
        file = tmp_path / f"program_{number}.py"
        file.write_text(adopt(*windows)[1])
        files.append(file)
    live = read_windows(session, make_windows(ssm, seed=10, count=2)).windows
    files.append(tmp_path / "regions.py")
    there = replace(live[1], region="eu-west-1", role_arn="arn:aws:iam::210987654321:role/reader")
    files[-1].write_text(program(plan([live[0], there], style="code")))
    done = subprocess.run([BIN / "mypy", "--strict", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_warning_about_many_arguments_stays_readable(session, new_window, register):
    window = new_window()
    for number in range(12):
        register(
            window, Name=f"tidy-{number:02}", TaskInvocationParameters={"RunCommand": {"Parameters": {"a": ["b"]}}}
        )
    (warning,) = plan(read_windows(session, [window]).windows).warnings
    path = "task_invocation_parameters.run_command.parameters"
    assert warning.endswith(f": {', '.join(f'tidy-{number:02}.{path}' for number in range(10))}, and 2 more")
