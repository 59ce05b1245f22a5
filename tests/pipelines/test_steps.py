"""The shell steps of the recipes run on the real engine and the local AWS."""

import http.server
import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from tests.pipelines.recipes import EXPRESSION, RECIPES, ROOT, jobs, runs, scripts_of_gitlab

from pulumi_ssm_maintenance.testing import Node
from pulumi_ssm_maintenance.testing.engine.installation import PASSPHRASE, engine_environment

STAND_IN_GH = Path(__file__).with_name("stand_in_gh.py")


class Runner:
    """Runs the shell steps of a job in a repository of a user, as the host does."""

    def __init__(self, folder, environment):
        self.folder = folder
        self.log = folder.parent / "log"
        self.summary = folder.parent / "summary.md"
        self.comments = folder.parent / "comments.json"
        tools = folder.parent / "tools"
        tools.mkdir()
        stand_ins = {
            "pip": f'echo "pip $*" >> {shlex.quote(str(self.log))}',
            "gh": f'exec {shlex.join(map(str, (sys.executable, STAND_IN_GH, self.comments)))} "$@"',
        }
        for name, script in stand_ins.items():
            (tools / name).write_text(f"#!/bin/sh\n{script}\n")
            (tools / name).chmod(0o755)
        path = f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        own = {"PATH": path, "GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_REPOSITORY": "acme/infra"}
        self.environment = {**environment, **own}
        self.values = {
            "vars.PULUMI_BACKEND_URL": environment.get("PULUMI_BACKEND_URL"),
            "secrets.PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "github.event.number": "7",
            "github.token": "not-a-token",
        }

    def workflow(self, name, *, only=None, last_step=None, inputs=()):
        """Run the steps of a workflow of GitHub, or some. Return the names of those that failed."""
        failed = []
        (job,) = jobs(RECIPES / "github" / name)
        for step in runs(job):
            conditions = {None: not failed, "${{ !cancelled() }}": True, "${{ inputs.unlock }}": "unlock" in inputs}
            if conditions[step.get("if")] and only in (None, step["name"]):
                environment = {**job["env"], **step.get("env", {})}
                filled = {key: EXPRESSION.sub(lambda it: self.values[it[1]], text) for key, text in environment.items()}
                if self.shell(step["run"], filled):
                    failed.append(step["name"])
            if step["name"] == last_step:
                break
        return failed

    def shell(self, script, environment):
        """Run one step. Return its exit code."""
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment | environment, check=False, timeout=120
        ).returncode


@pytest.fixture
def runner(local_aws, _plugins_home, tmp_path):
    """Runs steps in a checkout of a user's program, with its stack."""
    project = tmp_path / "repository"
    shutil.copytree(ROOT / "examples" / "quickstart", project)
    (tmp_path / "state").mkdir()
    runner = Runner(project, engine_environment(_plugins_home, tmp_path / "state", local_aws.env))
    # A step gets this from the recipe, or not at all.
    passphrase = {"PULUMI_CONFIG_PASSPHRASE": runner.environment.pop("PULUMI_CONFIG_PASSPHRASE")}
    assert runner.shell("pulumi stack init prod --non-interactive", passphrase) == 0
    return runner


def test_the_steps_of_all_workflows_run(runner, local_aws):
    ssm = local_aws.client("ssm")
    lock_the_state(runner)
    assert runner.workflow("deploy.yml") == ["Deploy"]
    assert runner.workflow("deploy.yml", inputs=["unlock"]) == []
    (window,) = ssm.describe_maintenance_windows()["WindowIdentities"]

    assert runner.workflow("preview.yml") == []
    (comment,) = json.loads(runner.comments.read_text())
    assert window["Name"] in comment["body"]

    assert "Find drift" not in runner.workflow("nightly.yml")
    assert "# " in runner.summary.read_text()

    (task,) = ssm.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"]
    ssm.update_maintenance_window_task(WindowId=window["WindowId"], WindowTaskId=task["WindowTaskId"], Priority=9)
    assert runner.workflow("nightly.yml", last_step="Find drift") == ["Find drift"]

    runner.summary.unlink()
    assert runner.workflow("morning.yml") == []
    bad = Node("i-0123456789abcdef0", tags={"Patch Group": "web"}, outcome="Failed")
    local_aws.rehearse(window["WindowId"], nodes=[bad], at=datetime.now(UTC) - timedelta(hours=6))
    assert runner.workflow("morning.yml") == ["Status of the last runs"]
    assert window["WindowId"] in runner.summary.read_text()
    installed = [line for line in runner.log.read_text().splitlines() if line.startswith("pip ")]
    assert set(installed) == {"pip install -r requirements.txt"}


def lock_the_state(runner):
    """Leave what a killed `pulumi up` leaves."""
    project = yaml.safe_load((runner.folder / "Pulumi.yaml").read_text())["name"]
    locks = runner.folder.parent / "state" / ".pulumi" / "locks" / "organization" / project / "prod"
    locks.mkdir(parents=True, exist_ok=True)
    lock = {"pid": 1, "username": "runner", "hostname": "killed", "timestamp": "2026-01-01T00:00:00Z"}
    (locks / "0badcafe-0000-4000-8000-000000000000.json").write_text(json.dumps(lock))


def test_a_push_changes_the_comment_of_the_one_before_and_no_other(tmp_path):
    (tmp_path / "repository").mkdir()
    runner = Runner(tmp_path / "repository", {})
    mark = "<!-- maintenance windows of prod -->"
    others = [
        {"id": 1, "user": {"login": "github-actions[bot]"}, "body": "Coverage: 90 %"},
        {"id": 2, "user": {"login": "outsider"}, "body": f"{mark}\nall is well"},
    ]
    runner.comments.write_text(json.dumps(others))
    for plan in ("| one |\n", "| two |\n"):
        (runner.folder / "plan.md").write_text(plan)
        assert runner.workflow("preview.yml", only="Comment") == []
        comments = json.loads(runner.comments.read_text())
        assert comments[:2] == others
        assert [it["body"] for it in comments[2:]] == [f"{mark}\n{plan}"]


@pytest.fixture
def notes():
    """The notes of a merge request of GitLab, and a server that keeps them."""
    kept = []

    class Notes(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.reply(200, [{"id": number, "body": body} for number, body in enumerate(kept)])

        def do_POST(self):
            kept.append(self.body())
            self.reply(201, {})

        def do_PUT(self):
            kept[int(self.path.rpartition("/")[2])] = self.body()
            self.reply(200, {})

        def body(self):
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            return parse_qs(text)["body"][0]

        def reply(self, status, answer):
            known = urlsplit(self.path).path.startswith("/api/v4/projects/3/merge_requests/7/notes")
            self.send_response(status if known and self.headers["PRIVATE-TOKEN"] == "neither" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Notes) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield kept, f"http://127.0.0.1:{server.server_port}/api/v4"
        server.shutdown()


def test_the_steps_that_only_gitlab_has_run(tmp_path, notes):
    kept, address = notes
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "AWS_TOKEN": "not-a-token",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "CI_API_V4_URL": address,
        "CI_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "7",
        "GITLAB_TOKEN": "neither",
        "PULUMI_STACK": "prod",
    }

    def run(script):
        subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, env=environment, check=True, timeout=60)

    scripts = scripts_of_gitlab()
    run(scripts["before"][0])
    assert (tmp_path / "token").read_text() == "not-a-token"
    assert (tmp_path / "token").stat().st_mode & 0o077 == 0
    kept.append("Looks good")
    for plan in ("| one |\n", "| two |\n"):
        (tmp_path / "plan.md").write_text(plan)
        run(scripts["preview"][-1])
        assert kept == ["Looks good", f"<!-- maintenance windows of prod -->\n{plan}"]
