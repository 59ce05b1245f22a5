"""The pages name the permissions of each check, for the doctor and for the preflight."""

import re
from functools import cache

import boto3
from tests.docs.pages import ROOT
from tests.operations.doctor.conftest import machine_arn, make_group

from pulumi_ssm_maintenance.checks.facts import Facts
from pulumi_ssm_maintenance.checks.reader import Reader
from pulumi_ssm_maintenance.checks.tasks import TASK_CHECKS
from pulumi_ssm_maintenance.operations.doctor.subjects import Target, tasks_of
from pulumi_ssm_maintenance.operations.doctor.targets import TARGET_CHECKS, TARGETS_OF_TASK_CHECKS
from pulumi_ssm_maintenance.operations.doctor.windows import REGION_CHECKS, WINDOW_CHECKS
from pulumi_ssm_maintenance.operations.live import read_windows

DOCTOR = (ROOT / "docs" / "doctor.md").read_text()
PREFLIGHT = (ROOT / "docs" / "preflight.md").read_text()
PERMISSION = re.compile(r"`([a-z0-9-]+:[A-Z]\w+)`")
OF_GROUPS = "For a target that is a resource group,"
NEEDS_NO_PERMISSION = {"sts:GetCallerIdentity"}
# Where a permission is not called like the service and the operation of boto3.
OTHERWISE = {"s3:HeadBucket": "s3:ListBucket"}
PREFIXES = {"stepfunctions": "states"}


def needed(requests):
    """The permissions that calls take."""
    called = {f"{PREFIXES.get(it.service, it.service)}:{it.operation}" for it in requests}
    return {OTHERWISE.get(it, it) for it in called} - NEEDS_NO_PERMISSION


def needed_by_each(house, session, checks=None):
    """The permissions that each check takes by itself."""
    (window,) = read_windows(house.session, [house.window]).windows
    tasks = tasks_of(window)
    subjects = [
        (WINDOW_CHECKS, [window]),
        (TASK_CHECKS, tasks),
        (TARGETS_OF_TASK_CHECKS, tasks),
        (TARGET_CHECKS, [Target(window, it) for it in window.targets]),
        (REGION_CHECKS, [window.region]),
    ]
    make_client, found = cache(session.client), {}
    for check, those in ((check, those) for all_checks, those in subjects for check in all_checks):
        if checks is None or check.id in checks:
            facts = Facts(Reader(make_client, window.region), tuple(tasks), window.account)
            house.aws.clear_requests()
            for subject in those:
                check.run(subject, "any", facts)
            found[check.id] = needed(house.aws.requests())
    return found


def documented():
    """The permissions of each check on the pages; the doctor's page leaves those of tasks to the other one."""
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in (DOCTOR + PREFLIGHT).splitlines()
        if re.match(r"\| `(window|task|target|node|baseline|quota)\.", line)
    ]
    assert rows
    return {
        check: set(PERMISSION.findall(row[-1]))
        for row in rows
        for check in re.findall(r"`(\w+\.\w+)`", row[0])
        if "(preflight.md" not in row[-1]
    }


def test_the_pages_name_the_permissions_of_each_check(house):
    house.update_task("machine", TaskArn=f"{machine_arn(house)}:live")  # so that the alias is looked up as well
    found = needed_by_each(house, house.session)
    answer = house.client("sts").assume_role(RoleArn=house.role, RoleSessionName="session")["Credentials"]
    keys = (answer[key] for key in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
    assumed = boto3.Session(*keys, region_name="us-east-1")
    found["task.passrole"] |= needed_by_each(house, assumed, {"task.passrole"})["task.passrole"]
    assert found == documented()


def test_the_page_says_what_resource_groups_take_in_addition(house):
    by_tags = needed_by_each(house, house.session)
    make_group(house, "web")
    group = [{"Key": "resource-groups:Name", "Values": ["web"]}]
    house.ssm.update_maintenance_window_target(WindowId=house.window, WindowTargetId=house.target, Targets=group)
    by_group = needed_by_each(house, house.session)
    more = {check: found - by_tags[check] for check, found in by_group.items() if found - by_tags[check]}
    sentence = DOCTOR.partition(OF_GROUPS)[2].partition(", for which AWS")[0]
    extra = set(PERMISSION.findall(sentence))
    assert more == dict.fromkeys(re.findall(r"`(\w+\.\w+)`", sentence), extra)
