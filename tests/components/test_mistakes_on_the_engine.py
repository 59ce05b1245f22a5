"""What `pulumi preview` prints for a program with mistakes: every mistake in a line of its own, and no traceback."""

import pytest

from pulumi_ssm_maintenance.testing import EngineError

RUN = """
PatchingRun(
    "web",
    schedule="cron(0 25 ? * SAT *)",
    duration=2,
    cutoff=2,
    priority="first",
    targets=Targets.by_patch_group("web"),
)
"""
TASK = 'LambdaTask("report", window=5, function="my function", max_errors="1", tags={"cost": 5})'


@pytest.mark.parametrize(
    ("program", "mistakes"),
    [
        (
            RUN,
            [
                "PatchingRun 'web': cutoff: got 2, allowed: 0 to 1 hours, less than the duration",
                "PatchingRun 'web': priority: got 'first', allowed: a whole number",
                "PatchingRun 'web': reboot: got None, allowed: 'RebootIfNeeded'",
                "PatchingRun 'web': schedule 'cron(0 25 ? * SAT *)': hours: got '25'; allowed: 0-23",
            ],
        ),
        (
            TASK,
            [
                "LambdaTask 'report': function: got 'my function', allowed: an aws.lambda_.Function, a name, an ARN",
                "LambdaTask 'report': max_errors: got '1', allowed: none without targets",
                "LambdaTask 'report': tags['cost']: got 5, allowed: text, such as '5'",
                "LambdaTask 'report': window: got 5, allowed: a MaintenanceWindow, an aws.ssm.MaintenanceWindow",
            ],
        ),
        (
            'PatchingRun("n" * 65, schedule="rate(1 day)", targets=Targets.by_patch_group("web"), reboot="NoReboot")',
            [f"PatchingRun '{'n' * 65}': name: too long by 27: AWS allows 64 characters in the name of a role"],
        ),
        ('Cron("0 25 ? * SAT *")', ["schedule '0 25 ? * SAT *': hours: got '25'; allowed: 0-23"]),
        (
            'is_frozen([], timezone="GMT+2")',
            ["is_frozen: timezone: got 'GMT+2', allowed: an IANA name, such as 'Etc/GMT-2'"],
        ),
        ('Targets.by_ids(["web-1"])', ["targets, InstanceIds: got 'web-1', allowed is the id of a node"]),
        ("PatchRule.security(days=-1)", ["PatchRule: days: got -1, allowed: 0 to 360"]),
        ('Provider("ours", regoin="eu-west-1")', ["Provider 'ours': regoin is not known, did you mean region?"]),
    ],
    ids=["a run", "a task", "a name", "a schedule", "a freeze", "targets", "a rule", "a provider"],
)
def test_each_mistake_is_a_line_that_names_the_place_and_nothing_else_is_printed(
    program, mistakes, local_stack, tmp_path
):
    imports = "from pulumi_ssm_maintenance import Provider\nfrom pulumi_ssm_maintenance_components import *\n"
    (tmp_path / "__main__.py").write_text(imports + program)
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    with pytest.raises(EngineError) as failed:
        local_stack(tmp_path).preview()
    output = failed.value.result.output
    diagnostics = output.partition("Diagnostics:")[2].partition("Resources:")[0].splitlines()
    lines = [line.strip().removeprefix("error: ") for line in diagnostics]
    printed = [line for line in lines if line and not line.startswith("pulumi:pulumi:Stack")]
    assert len(printed) == len(mistakes)
    for mistake in mistakes:
        assert any(line.startswith(mistake) for line in printed), mistake
    assert "Traceback" not in output
