"""The recipes for pipelines: they follow the schemas of GitHub and GitLab, and their shell steps run on a local AWS."""

import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import yaml

from pulumi_ssm_maintenance.testing.engine.installation import PASSPHRASE, engine_environment

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "examples" / "pipelines"
GITHUB = sorted((RECIPES / "github").glob("*.yml"))
GITLAB = RECIPES / "gitlab" / "gitlab-ci.yml"
OWN_WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")
RUN_BY_OTHERS = ("actions/", "aws-actions/", "pulumi/actions@", "pypa/gh-action-pypi-publish@")


def test_every_workflow_follows_the_schema_of_github():
    assert [path.name for path in GITHUB] == ["deploy.yml", "morning.yml", "nightly.yml", "preview.yml"]
    check("vendor.github-workflows", *GITHUB, *OWN_WORKFLOWS)
    check("custom.github-workflows-require-timeout", *GITHUB, *OWN_WORKFLOWS)


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


@pytest.mark.parametrize("path", [*GITHUB, *OWN_WORKFLOWS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_workflow_gets_no_more_than_it_needs(path):
    workflow = yaml.safe_load(path.read_text())
    assert "permissions" in workflow
    for job in workflow["jobs"].values():
        granted = {**workflow["permissions"], **job.get("permissions", {})}
        used = [step["uses"] for step in job["steps"] if "uses" in step]
        assert all(name.startswith(RUN_BY_OTHERS) for name in used)
        assert ("id-token" in granted) == any(NEEDS_A_TOKEN.match(name) for name in used)
        # What somebody else writes into a pull request must not become a part of a command.
        assert not [step["run"] for step in job["steps"] if EXPRESSION.search(step.get("run", ""))]


NEEDS_A_TOKEN = re.compile(r"aws-actions/configure|actions/(attest|deploy-pages)|pypa/gh-action-pypi-publish")


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
    described = yaml.safe_load(GITLAB.read_text())
    of_gitlab = [line for job in described.values() if "script" in job for line in commands(job["script"])]
    assert sorted(of_gitlab) == sorted(of_github)


def commands(scripts):
    """The commands of Pulumi and of this package, without how the result is shown."""
    for script in scripts:
        for line in script.replace("\\\n", " ").splitlines():
            if line.startswith(("pulumi ", "ssm-maintenance ")):
                shown = re.sub(r' --format markdown >> "\$GITHUB_STEP_SUMMARY"', "", line)
                yield " ".join(shown.split())


def jobs(path):
    workflow = yaml.safe_load(path.read_text())
    return [{**job, "env": {**workflow.get("env", {}), **job.get("env", {})}} for job in workflow["jobs"].values()]


def runs(job):
    return [step for step in job["steps"] if "run" in step]


class Runner:
    """Runs the shell steps of a job in a repository of a user, as the host does."""

    def __init__(self, folder, environment):
        self.folder = folder
        self.log = folder.parent / "log"
        self.summary = folder.parent / "summary.md"
        tools = folder.parent / "tools"
        tools.mkdir()
        for name in ("pip", "gh"):
            (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {self.log}\n')
            (tools / name).chmod(0o755)
        path = f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.environment = {**environment, "PATH": path, "GITHUB_STEP_SUMMARY": str(self.summary)}
        self.values = {
            "vars.PULUMI_BACKEND_URL": environment["PULUMI_BACKEND_URL"],
            "secrets.PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "github.event.number": "7",
            "github.token": "not-a-token",
        }

    def workflow(self, name, last_step=None):
        """Run the steps of a workflow of GitHub, up to one of them. Return the names of those that failed."""
        failed = []
        for step in (step for job in jobs(RECIPES / "github" / name) for step in runs(job)):
            environment = {**jobs(RECIPES / "github" / name)[0]["env"], **step.get("env", {})}
            if not failed or step.get("if") == "${{ !cancelled() }}":
                filled = {key: EXPRESSION.sub(lambda it: self.values[it[1]], text) for key, text in environment.items()}
                if self.shell(step["run"], filled):
                    failed.append(step["name"])
            if step["name"] == last_step:
                break
        return failed

    def shell(self, script, environment):
        """Run one step. Return its exit code."""
        return subprocess.run(
            ["bash", "-e", "-c", script], cwd=self.folder, env=self.environment | environment, check=False, timeout=120
        ).returncode


@pytest.fixture
def runner(local_aws, _plugins_home, tmp_path):
    """Runs steps in a checkout of a user's program, with its stack."""
    project = tmp_path / "repository"
    shutil.copytree(ROOT / "examples" / "quickstart", project)
    (tmp_path / "state").mkdir()
    runner = Runner(project, engine_environment(_plugins_home, tmp_path / "state", local_aws.env))
    assert runner.shell("pulumi stack init prod --non-interactive", {}) == 0
    return runner


def test_the_steps_of_all_workflows_run(runner, local_aws):
    ssm = local_aws.client("ssm")
    assert runner.workflow("deploy.yml") == []
    (window,) = ssm.describe_maintenance_windows()["WindowIdentities"]

    assert runner.workflow("preview.yml") == []
    assert window["Name"] in (runner.folder / "plan.md").read_text()
    assert "gh pr comment 7 --body-file plan.md --edit-last --create-if-none" in runner.log.read_text()

    assert "Find drift" not in runner.workflow("nightly.yml")
    assert "# " in runner.summary.read_text()

    (task,) = ssm.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"]
    ssm.update_maintenance_window_task(WindowId=window["WindowId"], WindowTaskId=task["WindowTaskId"], Priority=9)
    assert runner.workflow("nightly.yml", "Find drift") == ["Find drift"]

    runner.summary.unlink()
    assert runner.workflow("morning.yml") == ["Status of the last runs"]
    assert window["WindowId"] in runner.summary.read_text()
    installed = [line for line in runner.log.read_text().splitlines() if line.startswith("pip ")]
    assert all(line.startswith("pip install -r requirements.txt pulumi-ssm-maintenance[") for line in installed)


def test_the_steps_that_only_gitlab_has_run(tmp_path):
    asked = []

    class Notes(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append((self.path, self.headers["PRIVATE-TOKEN"], parse_qs(body)["body"]))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Notes) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {
            "PATH": os.environ["PATH"],
            "AWS_TOKEN": "not-a-token",
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
            "CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}/api/v4",
            "CI_PROJECT_ID": "3",
            "CI_MERGE_REQUEST_IID": "7",
            "GITLAB_TOKEN": "neither",
        }
        (tmp_path / "plan.md").write_text("| window | opens |\n")
        described = yaml.safe_load(GITLAB.read_text())
        token, _ = described["default"]["before_script"]
        for script in (token, described["preview"]["script"][-1]):
            subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=environment, check=True, timeout=60)
        server.shutdown()
    assert asked == [("/api/v4/projects/3/merge_requests/7/notes", "neither", ["| window | opens |\n"])]
    assert (tmp_path / "token").read_text() == "not-a-token"
    assert (tmp_path / "token").stat().st_mode & 0o077 == 0
