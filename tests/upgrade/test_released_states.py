"""The state that a release has left: the next one takes it over, and nobody notices."""

import json

import pytest
from tests.upgrade.released import OTHER_REGION, REGION, SECRETS, STATES, Ids, make_windows, program

RELEASES = sorted(STATES.glob("*.json"))
PICKLES = json.loads((STATES.parents[1] / "golden" / "wire_formats.json").read_text())["pickled_provider"]
TASK_TYPES = {"RUN_COMMAND", "AUTOMATION", "LAMBDA", "STEP_FUNCTIONS"}


@pytest.fixture
def left_behind(local_aws):
    """Give an AWS that holds what a release has left, under new ids, with the ids and the state that names them."""

    def make(file):
        content = json.loads(file.read_text())
        ids, old = make_windows(local_aws), Ids(**content["places"])
        new_ids = dict(zip(vars(old).values(), vars(ids).values(), strict=True))
        for id_, held in content["held"].items():
            request = held["request"] | {"WindowId": new_ids[held["request"]["WindowId"]]}
            answer = local_aws.client("ssm", held["region"]).register_task_with_maintenance_window(**request)
            new_ids[id_] = answer["WindowTaskId"]
        text = json.dumps(content["exported"])
        for was, is_ in new_ids.items():
            assert was in text
            text = text.replace(was, is_)
        return ids, text

    return make


@pytest.fixture
def tasks_of(local_aws):
    """List the tasks of the program's windows."""

    def listed(ids):
        windows = ((ids.window, REGION), (ids.window_abroad, OTHER_REGION))
        return [
            task
            for window, region in windows
            for task in local_aws.client("ssm", region).describe_maintenance_window_tasks(WindowId=window)["Tasks"]
        ]

    return listed


def test_the_state_of_this_release_is_kept():
    assert RELEASES


# The pickle in a state is of the Python that wrote it: protocol 4 up to 3.13, 5 from 3.14.
@pytest.mark.parametrize("protocol", sorted(PICKLES))
@pytest.mark.parametrize("file", RELEASES, ids=lambda file: file.stem)
def test_the_state_of_a_release_is_taken_over(local_stack, left_behind, tasks_of, file, protocol):
    ids, state = left_behind(file)
    (written_by,) = (protocol for protocol, pickled in PICKLES.items() if pickled in state)
    state = state.replace(PICKLES[written_by], PICKLES[protocol])
    # To the engine another pickle of the provider is another lookup. It reads once more, and changes nothing.
    unnoticed = {} if protocol == written_by else {"read": 1}
    assert state.count(PICKLES[protocol]) >= len(TASK_TYPES)
    before = tasks_of(ids)
    assert {task["Type"] for task in before} == TASK_TYPES

    stack = local_stack(program(ids), secrets=SECRETS)
    stack.import_state(json.loads(state))
    assert stack.preview(diff=True).changed == unnoticed
    assert stack.refresh().changed == {}
    assert stack.preview(diff=True).changed == unnoticed
    assert tasks_of(ids) == before

    stack.program = program(ids, priority=2)
    assert stack.up().changed == {"update": 5} | unnoticed
    stack.destroy()
    assert [task["WindowTaskId"] for task in tasks_of(ids)] == [ids.by_hand]
