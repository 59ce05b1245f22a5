"""`pulumi new` makes a project of the template: its files, a stack with its settings, an environment. It deploys."""

import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

from pulumi_ssm_maintenance.testing.engine.installation import engine_environment

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template"
BUILD = "import sys; from hatchling.build import build_editable as build; build(sys.argv[1])"


@pytest.fixture
def pulumi(local_aws, tmp_path, _plugins_home):
    """Run `pulumi` as a user does, whose package index has this checkout and what it needs."""
    for name in ("backend", "index"):
        (tmp_path / name).mkdir()
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_FIND_LINKS": package_index(tmp_path / "index").as_uri()}
    environment = engine_environment(_plugins_home, tmp_path / "backend", local_aws.env) | offline

    def run(*arguments, cwd=tmp_path):
        command = [Path(sys.executable).with_name("pulumi"), *arguments, "--non-interactive"]
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def package_index(folder):
    """A folder with the packages that `pulumi new` installs. Those of others borrow the environment of the tests."""
    subprocess.run([sys.executable, "-c", BUILD, folder], cwd=ROOT, check=True, capture_output=True)
    borrow = {"borrowed.pth": sysconfig.get_path("purelib")}
    for name, release, extra in (("pulumi", version("pulumi"), borrow), ("setuptools", "99", {}), ("wheel", "99", {})):
        information = f"{name}-{release}.dist-info"
        files = extra | {
            f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {release}\n",
            f"{information}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{path},,\n" for path in (*files, f"{information}/RECORD"))
        with ZipFile(folder / f"{name}-{release}-py3-none-any.whl", "w") as wheel:
            for path, text in (*files.items(), (f"{information}/RECORD", record)):
                wheel.writestr(path, text)
    return folder


def test_a_project_of_the_template_deploys_two_waves(local_aws, pulumi, tmp_path):
    project = tmp_path / "our patching"
    pulumi("new", str(TEMPLATE), "--yes", "--name", "our-patching", "--stack", "dev", "--dir", str(project))
    described = yaml.safe_load((project / "Pulumi.yaml").read_text())
    assert described["name"] == "our-patching"
    assert described["description"] == yaml.safe_load((TEMPLATE / "Pulumi.yaml").read_text())["template"]["description"]
    made = {path.name for path in TEMPLATE.iterdir()} - {"__pycache__"} | {"venv", "Pulumi.dev.yaml"}
    assert {path.name for path in project.iterdir()} == made
    settings = yaml.safe_load((project / "Pulumi.dev.yaml").read_text())["config"]
    assert settings == {
        "aws:region": "eu-central-1",
        "our-patching:patchGroup": "web",
        "our-patching:timezone": "Europe/Berlin",
    }
    # The installed package is the one that the requirements name.
    program = "import pulumi_ssm_maintenance_components as it; print(it.__file__)"
    python = [project / "venv" / "bin" / "python", "-I", "-c", program]
    assert subprocess.run(python, capture_output=True, text=True, check=True).stdout.startswith(str(ROOT))

    pulumi("config", "set", "patchGroup", "db", cwd=project)
    pulumi("config", "set", "mail", "operations@example.com", cwd=project)
    pulumi("up", "--yes", "--skip-preview", cwd=project)
    pulumi("preview", "--expect-no-changes", cwd=project)
    ssm = local_aws.client("ssm", "eu-central-1")
    window_id = pulumi("stack", "output", "window_id", cwd=project).strip()
    tasks = ssm.describe_maintenance_window_tasks(WindowId=window_id)["Tasks"]
    in_order = [task["Name"] for task in sorted(tasks, key=lambda task: task["Priority"])]
    assert in_order == ["our-patching-dev-db-canary", "our-patching-dev-db-fleet"]
    assert pulumi("stack", "output", "node_policy_arn", cwd=project).startswith("arn:aws:iam::")
