"""What cannot be adopted as asked: one line that says why, the exit code, and nothing half-written."""

import json

import pytest

from pulumi_ssm_maintenance.testing import Fault

pytestmark = pytest.mark.usefixtures("aws_environment")

ROLE = "arn:aws:iam::210987654321:role/reader"


def errors(ran):
    """Give what was printed on standard error, without progress."""
    return [line for line in ran.err.splitlines() if not line.endswith("...")]


@pytest.mark.parametrize(
    "operation", ["DescribeMaintenanceWindowTargets", "GetMaintenanceWindowTask", "ListTagsForResource"]
)
def test_a_missing_permission_is_one_line_with_the_operation_and_the_cure(
    ssm_maintenance, ssm, window, local_aws, tmp_path, operation
):
    ssm.register_task_with_maintenance_window(WindowId=window, TaskType="AUTOMATION", TaskArn="Acme-Tidy")
    local_aws.inject(Fault.access_denied(operation=operation))
    ran = ssm_maintenance("adopt", window, "--out", tmp_path / "new")
    (error,) = errors(ran)
    assert (ran.code, ran.out) == (1, "")
    assert error.startswith("error: could not ")
    assert window in error
    assert "Allow it to the caller." in error
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_else_stays_as_it_is(ssm_maintenance, window, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    ran = ssm_maintenance("adopt", window, "--out", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    cure = "Give a new folder, or --force to write there all the same."
    assert errors(ran) == [f"error: {tmp_path} is not empty: it holds notes.txt. {cure}"]
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_window_of_cloudformation_is_adopted_with_a_line_that_names_the_stack(ssm_maintenance, ssm, window, tmp_path):
    tags = [{"Key": "aws:cloudformation:stack-name", "Value": "legacy"}]
    ssm.add_tags_to_resource(ResourceType="MaintenanceWindow", ResourceId=window, Tags=tags)
    ran = ssm_maintenance("adopt", window, "--out", tmp_path / "new")
    (warning,) = errors(ran)
    assert ran.code == 0
    assert warning.startswith(f"warning: nightly ({window}) belongs to the CloudFormation stack legacy")


def test_a_task_that_goes_away_in_between_is_left_out_with_a_line(ssm_maintenance, ssm, window, local_aws, tmp_path):
    ssm.register_task_with_maintenance_window(WindowId=window, TaskType="AUTOMATION", TaskArn="Acme-Tidy")
    local_aws.inject(Fault.error("DoesNotExistException", operation="GetMaintenanceWindowTask"))
    ran = ssm_maintenance("adopt", window, "--out", tmp_path / "new")
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"{tmp_path / 'new'}: 1 window, 0 targets, 0 tasks")
    assert errors(ran) == [f"warning: a task of nightly ({window}) went away while it was read, and is left out"]


def test_a_window_that_goes_away_in_between_is_one_line(ssm_maintenance, window, local_aws, tmp_path):
    local_aws.inject(Fault.error("DoesNotExistException", operation="GetMaintenanceWindow"))
    ran = ssm_maintenance("adopt", "--all", "--out", tmp_path / "new")
    (error,) = errors(ran)
    assert ran.code == 1
    assert f"could not read maintenance window {window} in us-east-1: DoesNotExistException" in error
    assert list(tmp_path.iterdir()) == []


def test_an_account_that_refuses_is_one_line_and_the_others_are_adopted(ssm_maintenance, window, local_aws, tmp_path):
    other = local_aws.client("ssm", account="210987654321").create_maintenance_window(
        Name="other", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]
    local_aws.inject(Fault.access_denied(service="sts", operation="AssumeRole", times=1))
    accounts = tmp_path / "accounts"
    own = "arn:aws:iam::123456789012:role/reader"
    accounts.write_text(f"123456789012 {own} us-east-1\n210987654321 {ROLE} us-east-1\n")
    ran = ssm_maintenance("adopt", "--all", "--accounts", accounts, "--out", tmp_path / "new", "--format", "json")
    (error,) = errors(ran)
    assert ran.code == 1
    assert error.startswith("error: could not assume arn:aws:iam::")
    assert "AccessDenied" in error
    adopted = [one["id"] for one in json.loads(ran.out)["resources"] if one["id"]]
    assert adopted in ([window], [other])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--role-arn", "reader"], "--role-arn: got 'reader', expected the ARN of a role"),
        (["--accounts", "nothing"], "--accounts: could not read nothing"),
        (["--accounts", "file", "--region", "eu-west-1"], "give either --accounts FILE, or --region and --role-arn"),
        (["--accounts", "empty"], "--accounts: empty names no account"),
        (["--accounts", "short"], "short, line 1: expected ACCOUNT ROLE-ARN REGION[,REGION], got '123456789012'"),
        (["--accounts", "other"], f"other, line 2: {ROLE} is not a role of account 123456789012"),
        (["--into", "."], "give either --out DIR, a new project, or --into DIR, one that exists"),
        (["--map", "a=mw-0123456789abcdef0"], "--map goes with --into DIR"),
        (["--style", "other"], "'other' is not one of 'import', 'code'"),
    ],
)
def test_a_mistake_about_accounts_or_the_destination_is_code_2(
    ssm_maintenance, tmp_path, monkeypatch, arguments, problem
):
    monkeypatch.chdir(tmp_path)
    files = {"empty": "# none\n", "short": "123456789012\n", "other": f"# ours\n123456789012 {ROLE} eu-west-1\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    ran = ssm_maintenance("adopt", "--all", "--out", "new", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert problem in " ".join(ran.err.replace("│", " ").split())
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "--into needs --stack S"),
        (["--stack", "prod"], "holds no Pulumi project (Pulumi.yaml). Write a new one with --out DIR."),
        (["--stack", "prod", "--style", "code"], "--style code goes with --out DIR"),
        (["--stack", "prod", "--map", "web"], "--map web: expected NAME=ID, such as web-window=mw-0123456789abcdef0"),
    ],
)
def test_a_mistake_about_the_project_to_adopt_into_is_code_2(ssm_maintenance, window, tmp_path, arguments, problem):
    ran = ssm_maintenance("adopt", window, "--into", tmp_path, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert problem in " ".join(ran.err.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_windows_of_all_enabled_regions_are_adopted(ssm_maintenance, ssm, window, local_aws, tmp_path):
    west = local_aws.client("ssm", "eu-west-1").create_maintenance_window(
        Name="western", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]
    ran = ssm_maintenance("adopt", west, window, "--region", "all", "--out", tmp_path / "new")
    assert ran.code == 0, ran.err
    program = (tmp_path / "new" / "__main__.py").read_text()
    assert 'eu_west_1 = aws.Provider("eu-west-1", region="eu-west-1")' in program
    assert 'us_east_1 = aws.Provider("us-east-1", region="us-east-1")' in program


def test_a_window_that_no_region_has_is_named(ssm_maintenance, window, tmp_path):
    regions = ("--region", "us-east-1", "--region", "eu-west-1")
    ran = ssm_maintenance("adopt", window, "mw-0123456789abcdef0", *regions, "--out", tmp_path / "new")
    assert ran.code == 1
    assert errors(ran) == [
        "error: there is no window mw-0123456789abcdef0 in us-east-1, eu-west-1. Check ids and regions."
    ]
    assert list(tmp_path.iterdir()) == []
