"""Every snippet of every page is run, or at least read by the tool that it is for."""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import boto3
import jmespath
import pulumi
import pulumi_aws
import pytest
import yaml
from botocore import xform_name
from jmespath.exceptions import JMESPathError
from tests.components.minimal import MACHINE, PATCHING
from tests.components.recorded_program import run
from tests.components.test_examples_golden import configuration
from tests.docs.pages import PAGES, ROOT, SOURCES, docstring_examples, snippets

import pulumi_ssm_maintenance
import pulumi_ssm_maintenance_components
from pulumi_ssm_maintenance import testing
from pulumi_ssm_maintenance.simulation import Assumptions
from pulumi_ssm_maintenance_components import MaintenanceWindow, Targets

KNOWN = {"python", "sh", "yaml", "json", "text", "mermaid"}
PULUMI = Path(sys.executable).with_name("pulumi")
TEST = re.compile(r"^def (test_\w+)\(", re.MULTILINE)
NEEDS_AN_ACCOUNT = re.compile(r"boto3\.Session\(")
PROGRAMS = [it for it in snippets("python") if not TEST.search(it.text) and not NEEDS_AN_ACCOUNT.search(it.text)]
PAGES_WITH_PROGRAMS = sorted({it.page for it in PROGRAMS})
SHELL = snippets("sh")


def named(page):
    """The path of a page, as the name of a test."""
    return str(page.relative_to(ROOT))


def test_every_snippet_is_in_a_language_that_is_tested():
    assert [f"{it}: {it.language}" for it in snippets() if it.language not in KNOWN] == []


@pytest.mark.parametrize("snippet", snippets("json"), ids=str)
def test_json_is_json(snippet):
    json.loads(snippet.text)


@pytest.mark.parametrize("snippet", snippets("yaml"), ids=str)
def test_yaml_is_yaml(snippet):
    assert isinstance(yaml.safe_load(snippet.text), dict)


@pytest.mark.parametrize("page", PAGES_WITH_PROGRAMS, ids=named)
def test_the_python_of_a_page_runs_as_a_part_of_a_program(page, tmp_path, monkeypatch):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "index.py").write_text("def handler(event, context): ...")
    monkeypatch.chdir(tmp_path)

    def program():
        names = surroundings()
        for snippet in (it for it in PROGRAMS if it.page == page):
            exec(compile(snippet.text, str(snippet), "exec"), names)

    run(program, config=settings(page))


def test_every_fence_of_a_page_is_a_snippet():
    for page in PAGES:
        fences = re.findall(r"^ *(?:```|~~~)", page.read_text(), re.MULTILINE)
        assert len(fences) == 2 * len([it for it in snippets() if it.page == page]), page


EXAMPLES = docstring_examples()


def test_every_example_of_a_docstring_is_found():
    assert len(EXAMPLES) == sum(len(re.findall(r"Example::?\n", path.read_text())) for path in SOURCES)


@pytest.mark.parametrize("example", [it for it in EXAMPLES if it.language == "python"], ids=str)
def test_the_example_of_a_docstring_runs(example, tmp_path, monkeypatch):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "index.py").write_text("def handler(event, context): ...")
    monkeypatch.chdir(tmp_path)
    if "session" in example.text:
        exec(compile(ast.Module(imports_of(example), []), str(example), "exec"), {})
        return

    def program():
        names = surroundings()
        window = pulumi_aws.ssm.MaintenanceWindow("bare", schedule="rate(7 days)", duration=3, cutoff=1)
        names |= {"window": window, "target": names["nodes"], "machine": MACHINE}
        exec(compile(example.text, str(example), "exec"), names)

    run(program, config={"shop:patching": json.dumps(PATCHING)})


@pytest.mark.parametrize("example", [it for it in EXAMPLES if it.language == "session"], ids=str)
def test_the_session_of_a_docstring_runs(example, local_aws):
    names = {name: getattr(testing, name) for name in testing.__all__} | {"aws": local_aws}
    exec(compile(example.text, str(example), "exec"), names | {"Assumptions": Assumptions})


@pytest.mark.parametrize("snippet", [it for it in snippets("python") if NEEDS_AN_ACCOUNT.search(it.text)], ids=str)
def test_python_that_needs_an_account_imports_what_exists(snippet):
    exec(compile(ast.Module(imports_of(snippet), []), str(snippet), "exec"), {})


def imports_of(snippet):
    """The imports of a piece of Python, which must have some."""
    imports = [it for it in ast.parse(snippet.text).body if isinstance(it, ast.Import | ast.ImportFrom)]
    assert imports
    return imports


def surroundings():
    """The names that a page takes for granted: what users import, and the resources around the one that is shown."""
    names = {
        name: getattr(package, name)
        for package in (pulumi_ssm_maintenance, pulumi_ssm_maintenance_components)
        for name in package.__all__
    }
    window = MaintenanceWindow("around", schedule="rate(7 days)")
    alarm = pulumi_aws.cloudwatch.MetricAlarm(
        "around", comparison_operator="GreaterThanThreshold", evaluation_periods=1
    )
    return names | {
        "Path": Path,
        "alarm": alarm,
        "aws": pulumi_aws,
        "config": pulumi.Config(),
        "errors": alarm,
        "json": json,
        "nodes": Targets.by_patch_group("around").register(
            "around", window.window_id, owner_information="around", opts=pulumi.ResourceOptions()
        ),
        "opts": None,
        "patching": {"schedule": "rate(7 days)", "targets": Targets.by_patch_group("web"), "reboot": "NoReboot"},
        "pulumi": pulumi,
        "report_function": "arn:aws:lambda:us-east-1:123456789012:function:report",
        "arguments": {"window_id": window.window_id, "task_type": "LAMBDA", "task_arn": "report"},
        "topic": pulumi_aws.sns.Topic("around"),
        "window": window,
    }


def settings(page):
    """The configuration that a page shows, and the secrets that its programs ask for."""
    shown = [yaml.safe_load(it.text) for it in snippets("yaml") if it.page == page]
    return {"shop:token": "any"} | {
        name: value for it in shown for name, value in configuration({"name": "shop", **it}).items()
    }


INFRASTRUCTURE = """
import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance import MaintenanceWindowTask

window = aws.ssm.MaintenanceWindow("window", schedule="rate(1 day)", duration=2, cutoff=1)
task = MaintenanceWindowTask(
    "task",
    window_id=window.id,
    task_type="LAMBDA",
    task_arn="report",
    alarm_configuration={"alarms": [{"name": "our-alarm"}]},
)
pulumi.export("window_id", window.id)
pulumi.export("task_id", task.window_task_id)
"""


TESTS = [it for it in snippets("python") if TEST.search(it.text)]


def test_pages_show_tests():
    assert {it.page.name for it in TESTS} >= {"testing.md", "rehearsal.md"}


@pytest.mark.parametrize("snippet", TESTS, ids=str)
def test_the_pages_on_tests_show_tests_that_pass(snippet, local_aws, local_stack, tmp_path, monkeypatch):
    (tmp_path / "infrastructure").mkdir()
    (tmp_path / "infrastructure" / "Pulumi.yaml").write_text("name: infrastructure\nruntime: python\n")
    (tmp_path / "infrastructure" / "__main__.py").write_text(INFRASTRUCTURE)
    for example in re.findall(r"examples/\w+", snippet.text):
        shutil.copytree(ROOT / example, tmp_path / example)
    monkeypatch.chdir(tmp_path)
    names = {"Path": Path, "pytest": pytest}
    exec(compile(snippet.text, str(snippet), "exec"), names)
    for name in TEST.findall(snippet.text):
        names[name](local_aws, local_stack)


@pytest.mark.parametrize("snippet", SHELL, ids=str)
def test_shell_is_shell(snippet):
    subprocess.run(["/bin/sh", "-n"], input=snippet.text, text=True, check=True)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_of_a_page_exists(page):
    blocks = [it.text for it in SHELL if it.page == page]
    # A sentence that ends with a span goes on with a dot.
    names = "|".join(re.escape(name) for name in COMMANDS if name != ".")
    spans = re.findall(rf"`((?:{names}) [^`]+)`", page.read_text())
    faults = [fault for text in (*blocks, *spans) for words in commands(text) for fault in faults_of(words)]
    assert faults == []


def commands(text):
    """The commands in a piece of shell, as lists of words."""
    for line in re.sub(r'"\$\(.*?\)[^"]*"', "ANY", text).splitlines():
        words = []
        for word in shlex.split(line, comments=True):
            if word in {"&&", "||", "|", ";"}:
                yield words
                words = []
            else:
                words.append(word)
        if words:
            yield words


def faults_of(words):
    """What is wrong with a command, by the tool that it starts."""
    name, *rest = words
    if name not in COMMANDS:
        return [f"{' '.join(words)}: no test knows this command"]
    return [f"{' '.join(words)}: {fault}" for fault in COMMANDS[name](rest)]


def pulumi_faults(words):
    """Subcommands and options that the Pulumi command line does not have."""
    command = [it for it in words if not it.startswith("-")]
    help_ = pulumi_help()
    for length, word in enumerate(command):
        # For a word that is no subcommand, Pulumi repeats the help of the command before it.
        longer = pulumi_help(*command[:length], word)
        if longer == help_:
            if "Commands:\n" in help_:
                return [f"{word} is no subcommand"]
            break
        help_ = longer
    options = set(re.findall(r"--[\w-]+", help_))
    return [f"{option} is no option" for option in words if option.startswith("--") and option not in options]


@cache
def pulumi_help(*command):
    """What the command line says of a command."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.devnull, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    answer = subprocess.run(
        [PULUMI, *command, "--help"], capture_output=True, text=True, check=True, env=environment, timeout=60
    )
    return answer.stdout


def aws_faults(words):
    """Operations and parameters that AWS's service model does not have."""
    service, operation, *rest = words
    if (service, operation) == ("sso", "login"):  # of the command line itself
        return []
    model = boto3.client(service, region_name="us-east-1").meta.service_model
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in operations:
        return ["no such operation"]
    members = {xform_name(name, "-") for name in model.operation_model(operations[operation]).input_shape.members}
    allowed = {f"--{name}" for name in members | {"query", "output", "region", "profile"}}
    faults = [f"{option} is no option" for option in rest if option.startswith("--") and option not in allowed]
    queries = [rest[place + 1] for place, option in enumerate(rest) if option == "--query"]
    return [*faults, *(f"{query} is no query" for query in queries if not is_query(query))]


def is_query(text):
    """Whether the AWS command line can read a query."""
    try:
        jmespath.compile(text)
    except JMESPathError:
        return False
    return True


def make_faults(words):
    """Targets that the Makefile does not have."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    return [f"{word} is no target" for word in words if "=" not in word and word not in targets]


def pip_faults(words):
    """Packages and extras that do not exist."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = [re.fullmatch(r"pulumi-ssm-maintenance(?:\[([\w,]+)\])?", word) for word in words[1:]]
    named = {extra for match in wanted if match and match[1] for extra in match[1].split(",")}
    return [f"{extra} is no extra" for extra in named - set(extras)]


def python_faults(words):
    """Modules and scripts that do not exist."""
    if words[0] == "-m":
        return [] if find_spec(words[1]) else [f"{words[1]} is no module"]
    return [] if (ROOT / words[0]).exists() else [f"{words[0]} is no file"]


def own_faults(words):
    """Commands and options that our own command line does not have."""
    command = [sys.executable, "-m", "pulumi_ssm_maintenance", words[0], "--help"]
    environment = os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    options = set(re.findall(r"--[\w-]+", answer.stdout))
    if answer.returncode:
        return [f"{words[0]} is no command"]
    return [f"{option} is no option" for option in words if option.startswith("--") and option not in options]


def no_faults(_):
    """Accept the command of another project."""
    return []


COMMANDS = {
    ".venv/bin/python": python_faults,
    "audit/bin/pip": no_faults,
    "audit/bin/pip-audit": no_faults,
    ".": no_faults,
    "aws": aws_faults,
    "cd": no_faults,
    "grep": no_faults,
    "make": make_faults,
    "mkdir": no_faults,
    "pip": pip_faults,
    "pulumi": pulumi_faults,
    "python": python_faults,
    "python3": python_faults,
    "sh": no_faults,
    "sort": no_faults,
    "ssm-maintenance": own_faults,
    "terraform": no_faults,
}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("pulumi upp", "upp is no subcommand"),
        ("pulumi stack innit dev", "innit is no subcommand"),
        ("pulumi up --yess", "--yess is no option"),
        ("aws ssm describe-tasks", "no such operation"),
        ("aws ssm describe-maintenance-window-tasks --window mw-1", "--window is no option"),
        ("aws ssm describe-maintenance-windows --query 'WindowIdentities['", "WindowIdentities[ is no query"),
        ("make tests", "tests is no target"),
        ("pip install 'pulumi-ssm-maintenance[tests]'", "tests is no extra"),
        ("python -m pulumi_ssm_maintenance.nothing", "pulumi_ssm_maintenance.nothing is no module"),
        ("ssm-maintenance adoptt", "adoptt is no command"),
        ("ssm-maintenance adopt --outt x", "--outt is no option"),
        ("python tools/nothing.py", "tools/nothing.py is no file"),
        ("cd x && frobnicate", "no test knows this command"),
    ],
)
def test_a_command_that_does_not_exist_is_found(text, fault):
    assert any(fault in found for words in commands(text) for found in faults_of(words))
