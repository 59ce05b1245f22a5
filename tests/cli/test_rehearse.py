"""`ssm-maintenance rehearse`: a program, its windows, and the night."""

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_ssm_maintenance.testing.program.stack_settings import read_stack

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAM = """
import pulumi
import pulumi_aws as aws
from pulumi_ssm_maintenance_components import MaintenanceWindow, RunCommandTask, Targets

size = pulumi.Config().get("size") or "web"
window = MaintenanceWindow("nightly", schedule="cron(0 2 ? * SUN *)", duration=4, cutoff=1)
RunCommandTask(
    "patch", window=window, targets=Targets.by_tags({"Role": size}), document="AWS-RunShellScript",
    parameters={"commands": ["deploy {{ssm:/web/version}}"]}, max_concurrency="2", max_errors="0",
    stop_on_alarm="errors",
)
"""


@pytest.fixture
def program(tmp_path):
    folder = tmp_path / "infrastructure"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: infrastructure\nruntime: python\n")
    (folder / "Pulumi.prod.yaml").write_text(
        "config:\n  aws:profile: production\n  aws:region: eu-west-1\n  infrastructure:size: db\n"
        "  infrastructure:key:\n    secure: AAABAI\n"
    )
    (folder / "__main__.py").write_text(PROGRAM)
    return folder


def test_a_program_without_nodes_gets_some_and_its_night_is_printed(ssm_maintenance, program):
    ran = ssm_maintenance("rehearse", program, "--at", "2026-12-13T02:00+00:00")
    assert ran.code == 0, ran.err
    assert "opens 2026-12-13 02:00 UTC: SUCCESS" in ran.out
    assert "4 nodes" in ran.out
    assert "no nodes were given: 4 were made up" in ran.err
    assert "parameter /web/version is not made by the program; it is taken to exist" in ran.err
    assert "no stack was given: prod is the only one with a file" in ran.err
    assert "alarm errors is not made by the program; it is taken to be OK" in ran.err
    assert sorted(path.name for path in program.iterdir()) == ["Pulumi.prod.yaml", "Pulumi.yaml", "__main__.py"]


def test_a_failure_is_exit_code_3_and_the_stack_gives_the_settings(ssm_maintenance, program, tmp_path):
    nodes = tmp_path / "nodes.yaml"
    nodes.write_text("- {id: i-0123456789abcdef0, tags: {Role: db}}\n- {count: 5, tags: {Role: db}, minutes: [2, 9]}\n")
    picture = tmp_path / "night.svg"
    ran = ssm_maintenance(
        *("rehearse", program, "--stack", "prod", "--nodes", nodes, "--fail", "i-0123456789abcdef0"),
        *("--at", "2026-12-13T02:00+00:00", "--format", "json", "--save", picture),
    )
    assert ran.code == 3, ran.err
    (night,) = json.loads(ran.out)["nights"]
    assert night["status"] == "FAILED"
    assert night["left_out"]
    assert "secret infrastructure:key of stack prod stays encrypted" in ran.err
    assert picture.read_text().startswith("<svg")


def test_the_windows_of_all_regions_are_rehearsed_and_their_tasks_have_the_programs_names(ssm_maintenance, tmp_path):
    picture = tmp_path / "night.md"
    ran = ssm_maintenance("rehearse", EXAMPLES / "multi_region", "--assume", "all", "--save", picture)
    assert ran.code == 0, ran.err
    assert re.findall(r"^(\S+)\n\n(weekly-\S+)-\w{7} opens .*: SUCCESS", ran.out, re.MULTILINE) == [
        ("eu-west-1", "weekly-eu-west-1"),
        ("us-east-1", "weekly-us-east-1"),
    ]
    assert len(list(tmp_path.glob("night-weekly-*.md"))) == 2
    assert re.findall(r"(\S+) starts \(", ran.out) == ["scan-eu-west-1", "scan-us-east-1"]


class TestStack:
    def test_a_program_that_reads_the_name_of_its_stack_gets_the_one_that_is_given(self, ssm_maintenance):
        ran = ssm_maintenance("rehearse", EXAMPLES / "patch_waves", "--stack", "acme/patch-waves/prod")
        assert ran.code == 0, ran.err
        assert "prod-patching-canary starts" in ran.out
        assert "prod-patching-fleet starts" in ran.out
        assert "TIMED_OUT" not in ran.out

    def test_a_program_that_refuses_the_default_name_is_told_how_to_give_another_one(self, ssm_maintenance):
        ran = ssm_maintenance("rehearse", EXAMPLES / "patch_waves")
        assert (ran.code, ran.out) == (1, "")
        assert "got 'rehearsal'" in ran.err
        assert "its stack is called rehearsal. If it needs another name, give it with --stack." in ran.err

    def test_of_several_stacks_one_must_be_chosen(self, ssm_maintenance, program):
        (program / "Pulumi.test.eu.yaml").write_text("config: {}\n")
        ran = ssm_maintenance("rehearse", program)
        assert (ran.code, ran.out) == (2, "")
        assert f"stack: {program} has several: prod, test.eu; choose one with --stack" in ran.err

    def test_stack_files_are_found_where_the_project_keeps_them(self, ssm_maintenance, program):
        (program / "Pulumi.yaml").write_text("name: infrastructure\nruntime: python\nstackConfigDir: stacks\n")
        (program / "stacks").mkdir()
        (program / "stacks" / "Pulumi.live.yaml").write_text("config: {}\n")
        ran = ssm_maintenance("rehearse", program, "--stack", "prod")
        assert (ran.code, ran.out) == (2, "")
        assert "has no Pulumi.prod.yaml; stacks: live" in ran.err

    def test_a_stack_file_that_cannot_be_read_is_one_line(self, ssm_maintenance, program):
        (program / "Pulumi.prod.yaml").write_text("config: {")
        ran = ssm_maintenance("rehearse", program)
        assert (ran.code, ran.out) == (2, "")
        assert "Pulumi.prod.yaml cannot be read: " in ran.err


def test_an_alarm_stops_the_night(ssm_maintenance, program):
    ran = ssm_maintenance("rehearse", program, "--alarm", "errors@5", "--at", "2026-12-13T02:00Z", "--assume", "all")
    assert ran.code == 3, ran.err
    assert "stopped by alarm errors" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--alarm", "errors"], "--alarm errors: give a name and minutes after the opening"),
        (["--at", "tomorrow"], "--at tomorrow: give a time with a zone"),
        (["--at", "2026-12-13T02:00"], "--at 2026-12-13T02:00: give a time with a zone"),
        (["--stack", "test"], "has no Pulumi.test.yaml; stacks: prod"),
        (["--nodes", "nowhere.yaml"], "nowhere.yaml cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_line(ssm_maintenance, program, arguments, message):
    ran = ssm_maintenance("rehearse", program, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in " ".join(ran.err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("web", "holds no list of nodes"),
        ("- {tags: {}}", "entry 1: it needs an `id`, or the `count` of a fleet"),
        ("- {id: i-1, minute: 3}", "entry 1: unknown 'minute'; allowed: agent_version, groups, id,"),
        ("- {id: i-1, patches: {Missing: 3}}", "patches got 'Missing'; allowed:"),
    ],
)
def test_nodes_that_cannot_be_read_are_one_line(ssm_maintenance, program, tmp_path, text, message):
    nodes = tmp_path / "nodes.yaml"
    nodes.write_text(text)
    ran = ssm_maintenance("rehearse", program, "--nodes", nodes)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_a_folder_without_a_program_is_one_line(ssm_maintenance, tmp_path):
    ran = ssm_maintenance("rehearse", tmp_path)
    assert (ran.code, ran.err.strip()) == (2, f"error: {tmp_path} has no Pulumi.yaml")


def test_a_night_in_a_change_freeze_is_one_line_with_the_schedule_that_is_why(ssm_maintenance):
    ran = ssm_maintenance("rehearse", EXAMPLES / "change_freeze", "--at", "2040-12-25T04:00+01:00")
    assert (ran.code, ran.out) == (2, "")
    assert "the program declares no window that opens; window " in ran.err
    assert "-nightly-christmas-2040" in ran.err
    assert " disables it at 2040-12-20T00:00+01:00" in ran.err


STEPS = """
from pulumi_ssm_maintenance.cli import output
with output.steps() as report:
    report("deploying [web] on a local AWS", 0, None)
    report("rehearsing window nightly", 1, 2)
"""


def _chunks(terminal):
    # Reading from a terminal whose other end is closed is an error.
    with contextlib.suppress(OSError):
        while chunk := terminal.read(4096):
            yield chunk.decode()


def test_what_takes_long_is_a_bar_at_a_terminal():
    terminal, stderr = pty.openpty()
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with os.fdopen(terminal, "rb", buffering=0) as shown:
        subprocess.run([sys.executable, "-c", STEPS], stderr=stderr, check=True, env=environ, timeout=60)
        os.close(stderr)
        text = "".join(_chunks(shown))
    assert "\x1b[" in text
    assert re.search(r"\d:\d\d:\d\d", text)
    assert "deploying [web] on a local AWS" in text


def test_what_takes_long_is_lines_elsewhere():
    ran = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stderr == "deploying [web] on a local AWS ...\nrehearsing window nightly ...\n"


def test_a_secret_is_replaced_by_json_since_state_machines_and_programs_read_it(program):
    settings = read_stack(program, "prod")
    assert isinstance(json.loads(settings.secrets["infrastructure:key"]), dict)
