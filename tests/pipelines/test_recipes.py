"""The recipes for pipelines and our own workflows: what linters say of them, and what they may do."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.pipelines.recipes import (
    EXPRESSION,
    GITHUB,
    GITLAB,
    OWN_WORKFLOWS,
    ROOT,
    jobs,
    runs,
    scripts_of_gitlab,
)

BINARIES = Path(sys.executable).parent
DEPENDABOT = ROOT / ".github" / "dependabot.yml"
RUN_BY_OTHERS = ("actions/", "aws-actions/", "pulumi/actions@", "pypa/gh-action-pypi-publish@")


def test_every_workflow_follows_the_schema_of_github():
    assert [path.name for path in GITHUB] == ["deploy.yml", "morning.yml", "nightly.yml", "preview.yml"]
    check("vendor.github-workflows", *GITHUB, *OWN_WORKFLOWS)
    check("custom.github-workflows-require-timeout", *GITHUB, *OWN_WORKFLOWS)
    check("vendor.dependabot", DEPENDABOT)


def test_the_pipeline_of_gitlab_follows_its_schema():
    check("vendor.gitlab-ci", "--data-transform", "gitlab-ci", GITLAB)


def check(schema, *arguments):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_wrong_workflow_is_found(tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(GITHUB[0].read_text().replace("runs-on:", "run-on:"))
    with pytest.raises(AssertionError, match="run-on"):
        check("vendor.github-workflows", wrong)


def test_zizmor_finds_nothing_unsafe_in_a_workflow():
    audit(*GITHUB, *OWN_WORKFLOWS, DEPENDABOT)


@pytest.mark.parametrize(
    ("safe", "unsafe", "finding"),
    [
        ("@de0fac2e4500dabe0009e67214ff5f5447ce83dd", "@v6", "unpinned-uses"),
        ("persist-credentials: false", "fetch-depth: 1", "artipacked"),
        ('"$PULUMI_STACK"', "${{ github.event.pull_request.title }}", "template-injection"),
    ],
)
def test_an_unsafe_workflow_is_found(tmp_path, safe, unsafe, finding):
    wrong = tmp_path / "preview.yml"
    text = (ROOT / "examples/pipelines/github/preview.yml").read_text()
    assert safe in text
    wrong.write_text(text.replace(safe, unsafe))
    with pytest.raises(AssertionError, match=re.escape(finding)):
        audit(wrong)


def audit(*files):
    command = [BINARIES / "zizmor", "--offline", "--no-progress", "--quiet", "--persona=pedantic", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


SCRIPTS = {
    **{f"{path.name}: {step['name']}": step["run"] for path in GITHUB for job in jobs(path) for step in runs(job)},
    **{f"gitlab: {name}": "\n".join(lines) for name, lines in scripts_of_gitlab().items()},
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_shellcheck_finds_nothing_in_a_script(name):
    command = [BINARIES / "shellcheck", "--shell=bash", "-"]
    done = subprocess.run(command, input=SCRIPTS[name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", [*GITHUB, *OWN_WORKFLOWS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_workflow_gets_no_more_than_it_needs(path):
    workflow = yaml.safe_load(path.read_text())
    # Secrets go to the steps that need them, not to those of others.
    assert "secrets." not in str(workflow.get("env", ""))
    for job in workflow["jobs"].values():
        assert "secrets." not in str(job.get("env", ""))
        granted = {**workflow["permissions"], **job.get("permissions", {})}
        used = [step["uses"] for step in job["steps"] if "uses" in step]
        assert all(name.startswith(RUN_BY_OTHERS) for name in used)
        assert ("id-token" in granted) == any(NEEDS_A_TOKEN.match(name) for name in used)
        # What somebody else writes into a pull request must not become a part of a command.
        assert not [step["run"] for step in job["steps"] if EXPRESSION.search(step.get("run", ""))]


NEEDS_A_TOKEN = re.compile(r"aws-actions/configure|actions/(attest|deploy-pages)|pypa/gh-action-pypi-publish")


def test_all_workflows_use_one_version_of_an_action():
    pins = {}
    for path in (*GITHUB, *OWN_WORKFLOWS):
        for name, pin in re.findall(r"uses: ([\w/-]+)@(\w+ # v[\d.]+)", path.read_text()):
            pins.setdefault(name, set()).add(pin)
    assert len(pins) >= 10
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


def test_the_release_compares_its_tag_with_the_version_and_its_address_with_the_package():
    words = [sys.executable, ROOT / "tools" / "check_release.py"]
    address = re.search(r'^Repository = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]
    version = re.search(r'"(.*)"', (ROOT / "provider/pulumi_ssm_maintenance/_version.py").read_text().split("=")[1])[1]
    assert subprocess.run([*words, f"v{version}", address], check=False, capture_output=True).returncode == 0
    wrong = subprocess.run([*words, "v9.9.9", f"{address}-copy"], check=False, capture_output=True, text=True)
    assert wrong.returncode == 1
    assert "The tag is v9.9.9" in wrong.stdout
    assert "-copy, and pyproject.toml names" in wrong.stdout


def test_both_hosts_run_the_same_commands():
    of_github = [line for path in GITHUB for job in jobs(path) for line in commands(step["run"] for step in runs(job))]
    of_gitlab = [line for lines in scripts_of_gitlab().values() for line in commands(lines)]
    assert sorted(of_gitlab) == sorted(of_github)


def commands(scripts):
    """The commands of Pulumi and of this package, without how the result is shown."""
    for script in scripts:
        for line in (it.strip().removeprefix("exec ") for it in script.replace("\\\n", " ").splitlines()):
            if line.startswith(("pulumi ", "ssm-maintenance ")):
                shown = re.sub(r' --format markdown >> "\$GITHUB_STEP_SUMMARY"', "", line)
                yield " ".join(shown.split())
