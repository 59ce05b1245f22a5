"""Stacks on the real engine, and what AWS holds after them."""

import json
from pathlib import Path

import pytest
from tests.declared import BY_TYPE, as_held, as_program, as_request, held_tasks, in_order

# AWS refuses nobody the question who the caller is. Which roles are assumed is the user's choice, as the docs say.
WITHOUT_PERMISSION = {"sts:GetCallerIdentity", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"}


@pytest.fixture(autouse=True)
def least_privilege(local_aws, provider_actions, allowed_actions):
    """After every test, the provider has called nothing but what its deployer is allowed."""
    yield
    assert provider_actions() <= allowed_actions | WITHOUT_PERMISSION


@pytest.fixture
def provider_actions(local_aws):
    """Give the actions that the provider has called since the log was cleared, as a policy names them."""

    def called():
        asked = (request for request in local_aws.requests() if "pulumi-ssm-maintenance/" in request.user_agent)
        return {f"{request.service}:{request.operation}" for request in asked}

    return called


@pytest.fixture(scope="session")
def allowed_actions():
    """The actions of the policy in the docs."""
    page = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text()
    policy = json.loads(page.partition("```json\n")[2].partition("```")[0])
    listed = [statement["Action"] for statement in policy["Statement"]]
    return {action for one in listed for action in ([one] if isinstance(one, str) else one)}


@pytest.fixture
def stack(local_stack):
    """Make a stack of a program: a function, or a mapping from logical names to the arguments of tasks."""

    def make(program, **options):
        return local_stack(program if callable(program) else as_program(program), **options)

    return make


@pytest.fixture
def program():
    """Make a program of a mapping from logical names to the arguments of tasks."""
    return as_program


@pytest.fixture
def apply():
    """Deploy a stack, or a change of its tasks. Right after every deployment, nothing may be left to do."""

    def up(stack, program=None, **options):
        if program is not None:
            stack.program = program if callable(program) else as_program(program)
        result = stack.up(**options)
        stack.expect_no_changes()
        return result

    return up


@pytest.fixture
def new_window(local_aws):
    """Make a window."""

    def make(region=None, account=None):
        answer = local_aws.client("ssm", region, account).create_maintenance_window(
            Name="window", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
        )
        return answer["WindowId"]

    return make


@pytest.fixture
def window(new_window):
    return new_window()


@pytest.fixture
def ssm(local_aws):
    return local_aws.client("ssm")


@pytest.fixture
def held(local_aws):
    """Read the tasks of a window as AWS holds them, by their ids."""

    def read(window, region=None, account=None):
        return held_tasks(local_aws.client("ssm", region, account), window)

    return read


@pytest.fixture(name="as_request")
def translated():
    """Translate the arguments of a task by the model's own names, apart from the provider's way of doing it."""
    return as_request


@pytest.fixture
def declared():
    """Say what AWS has to hold for tasks as declared, the placeholders for what was left out included."""

    def expected(tasks):
        return in_order(as_held(task) for task in tasks)

    return expected


@pytest.fixture
def assert_held(held, declared):
    """Demand that windows hold what is declared, all of it and nothing else."""

    def check(tasks, *windows):
        windows = windows or {task["window_id"] for task in tasks.values()}
        found = [task for window in windows for task in held(window).values()]
        assert in_order(found) == declared(tasks.values())

    return check


@pytest.fixture
def run_command(window):
    return {"window_id": window, **BY_TYPE["RUN_COMMAND"]}


@pytest.fixture
def automation(window):
    return {"window_id": window, **BY_TYPE["AUTOMATION"]}


@pytest.fixture
def function(window):
    return {"window_id": window, **BY_TYPE["LAMBDA"]}


@pytest.fixture
def state_machine(window):
    return {"window_id": window, **BY_TYPE["STEP_FUNCTIONS"]}


@pytest.fixture
def calls(local_aws):
    """List the SSM operations on tasks since the log was cleared, in the order in which they began."""

    def listed():
        operations = [request.operation for request in local_aws.requests("ssm")]
        return [name for name in operations if name.endswith(("MaintenanceWindow", "MaintenanceWindowTask"))]

    return listed
