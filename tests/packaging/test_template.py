"""`pulumi new` makes a project of the template, and the project deploys."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

TEMPLATE = Path(__file__).parents[2] / "template"


def test_a_project_of_the_template_deploys_two_waves(local_aws, local_stack, tmp_path):
    project = new_project(tmp_path / "patching")
    stack = local_stack(project, config={"patchGroup": "db", "mail": "operations@example.com"})
    stack.up()
    stack.expect_no_changes()
    ssm = local_aws.client("ssm")
    tasks = ssm.describe_maintenance_window_tasks(WindowId=stack.outputs["window_id"])["Tasks"]
    in_order = [task["Name"] for task in sorted(tasks, key=lambda task: task["Priority"])]
    assert in_order == ["our-patching-dev-db-canary", "our-patching-dev-db-fleet"]
    assert stack.outputs["node_policy_arn"].startswith("arn:aws:iam::")


def new_project(folder):
    """Make a project as a user does, and install its requirements: those of this checkout."""
    command = ["new", str(TEMPLATE), "--generate-only", "--yes", "--name", "our-patching", "--dir", str(folder)]
    home = folder.with_name("home")
    environment = {
        "PATH": os.environ["PATH"],
        "PULUMI_HOME": str(home),
        "PULUMI_BACKEND_URL": folder.parent.as_uri(),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    subprocess.run([Path(sys.executable).with_name("pulumi"), *command], env=environment, check=True, timeout=60)
    described = yaml.safe_load((folder / "Pulumi.yaml").read_text())
    assert described["name"] == "our-patching"
    assert described["description"] == yaml.safe_load((TEMPLATE / "Pulumi.yaml").read_text())["template"]["description"]
    assert {path.name for path in folder.iterdir()} == {path.name for path in TEMPLATE.iterdir()} - {"__pycache__"}
    (folder / "venv").symlink_to(sys.prefix)
    shutil.rmtree(home, ignore_errors=True)
    return folder
