"""The recipes, as their hosts read them."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "examples" / "pipelines"
GITHUB = sorted((RECIPES / "github").glob("*.yml"))
GITLAB = RECIPES / "gitlab" / "gitlab-ci.yml"
OWN_WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")


def jobs(path):
    """The jobs of a workflow of GitHub."""
    workflow = yaml.safe_load(path.read_text())
    return [{**job, "env": {**workflow.get("env", {}), **job.get("env", {})}} for job in workflow["jobs"].values()]


def runs(job):
    """The shell steps of a job of GitHub."""
    return [step for step in job["steps"] if "run" in step]


def scripts_of_gitlab():
    """The shell commands of each job of GitLab, and those before all."""
    described = yaml.safe_load(GITLAB.read_text())
    jobs = {name: job["script"] for name, job in described.items() if "script" in job}
    return jobs | {"before": described["default"]["before_script"]}
