"""Which live object is which of the program's: by what tells them apart, and never by a guess."""

import pytest

from pulumi_ssm_maintenance.operations.adopt import LiveTarget, LiveTask, LiveWindow, UsageError
from pulumi_ssm_maintenance.operations.adopt.import_file import TARGET, TASK, WINDOW
from pulumi_ssm_maintenance.operations.adopt.into.matching import matched
from pulumi_ssm_maintenance.operations.adopt.into.planned import UNKNOWN, planned_windows

URN = "urn:pulumi:prod::infra::{}::{}"
WEB, DATABASES = ([{"key": "tag:Role", "values": [role]}] for role in ("web", "db"))


def window(name, /, **inputs):
    return step(WINDOW, name, inputs, {})


def target(name, selects, /, of="window", **inputs):
    inputs = {"windowId": UNKNOWN, "targets": selects, **inputs}
    return step(TARGET, name, inputs, {"windowId": [URN.format(WINDOW, of)]})


def task(name, arn="AWS-RunPatchBaseline", /, of="window", targets=(), **inputs):
    uses = {"window_id": [URN.format(WINDOW, of)], "targets": [URN.format(TARGET, one) for one in targets]}
    return step(TASK, name, {"task_type": "RUN_COMMAND", "task_arn": arn, **inputs}, uses)


def step(type_, name, inputs, uses, op="create", id_=None):
    state = {"inputs": inputs, "propertyDependencies": uses}
    return {"op": op, "urn": URN.format(type_, name), "newState": state, "oldState": {"id": id_} if id_ else None}


def live_window(window_id="mw-1", name="nightly", targets=(), tasks=()):
    return LiveWindow(window_id, "eu-west-1", None, {"Name": name}, {}, tuple(targets), tuple(tasks))


def live_target(id_, role, **fields):
    return LiveTarget(id_, {"Targets": [{"Key": "tag:Role", "Values": [role]}], **fields})


def live_task(id_, arn="AWS-RunPatchBaseline", targets=(), **fields):
    by = [{"Key": "WindowTargetIds", "Values": list(targets)}] if targets else []
    return LiveTask(id_, {"TaskType": "RUN_COMMAND", "TaskArn": arn, "Targets": by, **fields})


def match(steps, /, *live, **chosen):
    return matched(planned_windows({"steps": steps}), live, chosen)


def names(pairs):
    return {
        pair.planned.name: getattr(pair.live, "window_target_id", None) or pair.live.window_task_id for pair in pairs
    }


def test_the_only_window_is_the_only_window_whatever_its_name():
    (found,) = match([window("window", name="new")], live_window(name="old"))
    assert (found.window.planned.name, found.window.live.window_id) == ("window", "mw-1")


def test_windows_are_matched_by_name_and_the_last_one_by_elimination():
    steps = [window("a", name="one"), window("b", name="two"), window("c", name=UNKNOWN)]
    found = match(steps, live_window("mw-1", "two"), live_window("mw-2", "one"), live_window("mw-3", "three"))
    assert {one.window.planned.name: one.window.live.window_id for one in found} == {
        "a": "mw-2",
        "b": "mw-1",
        "c": "mw-3",
    }


def test_windows_that_nothing_tells_apart_are_refused_with_the_option_to_add():
    with pytest.raises(UsageError) as refused:
        match([window("a", name="new"), window("b", name="newer")], live_window())
    assert str(refused.value) == (
        "several windows could be 'a' or 'b':\n  window nightly (mw-1)\nSay which it is, with a line such as\n"
        "  --map a=mw-1\n  --map b=mw-1"
    )
    (found,) = match([window("a", name="new"), window("b", name="newer")], live_window(), b="mw-1")
    assert found.window.planned.name == "b"


def test_a_choice_can_be_a_urn():
    steps = [window("a", name="new"), window("b", name="newer")]
    (found,) = match(steps, live_window(), **{URN.format(WINDOW, "b"): "mw-1"})
    assert found.window.planned.name == "b"


@pytest.mark.parametrize("chosen", [{"windwo": "mw-1"}, {"window": "mw-2"}])
def test_a_choice_that_fits_nothing_is_refused(chosen):
    (wrong,) = chosen
    with pytest.raises(UsageError, match=f"--map {wrong}="):
        match([window("window", name="nightly")], live_window(), **chosen)


def test_a_window_too_many_is_refused():
    with pytest.raises(UsageError, match=r"no window for window other \(mw-2\)\. It declares window\."):
        match([window("window", name="nightly")], live_window(), live_window("mw-2", "other"))


def test_a_program_without_windows_is_refused():
    with pytest.raises(UsageError, match="the program declares no maintenance window"):
        match([], live_window())


def test_targets_are_matched_by_what_they_select_and_by_name_where_several_do():
    steps = [
        window("window"),
        target("web", [{"key": "tag:Role", "values": ["b", "a"]}]),
        target("first", DATABASES, name="first"),
        target("second", DATABASES, name="second"),
        target("elsewhere", WEB, of="other"),
    ]
    live = live_window(
        targets=[
            LiveTarget("t1", {"Targets": [{"Key": "tag:Role", "Values": ["a", "b"]}]}),
            live_target("t2", "db", Name="second"),
            live_target("t3", "db", Name="first"),
            live_target("t4", "web"),
        ]
    )
    (found,) = match(steps, live)
    assert names(found.targets) == {"web": "t1", "first": "t3", "second": "t2"}
    assert found.outside == ("target tag:Role (t4) of nightly",)


def test_tasks_are_matched_by_what_they_run_then_targets_then_name_then_priority():
    steps = [
        window("window"),
        target("web", WEB),
        target("db", DATABASES),
        task("patch-web", targets=["web"], priority=10),
        task("patch-db", targets=["db"], priority=20),
        task("clean-early", "Acme-Clean", targets=["web"], name="clean", priority=1),
        task("clean-late", "Acme-Clean", targets=["web"], name="clean", priority=9),
        task("report", UNKNOWN),
    ]
    live = live_window(
        targets=[live_target("t1", "web"), live_target("t2", "db")],
        tasks=[
            live_task("k1", targets=["t2"], Priority=10),
            live_task("k2", targets=["t1"], Priority=20),
            live_task("k3", "Acme-Clean", targets=["t1"], Name="clean", Priority=9),
            live_task("k4", "Acme-Clean", targets=["t1"], Name="clean", Priority=1),
            live_task("k5", "Acme-Report"),
        ],
    )
    (found,) = match(steps, live)
    assert names(found.tasks) == {"patch-web": "k2", "patch-db": "k1", "clean-early": "k4", "clean-late": "k3"}
    assert found.outside == ("task RUN_COMMAND Acme-Report, priority 0 (k5) of nightly",)
    (found,) = match(steps, live, report="k5")
    assert names(found.tasks)["report"] == "k5"


def test_tasks_that_nothing_tells_apart_are_refused():
    steps = [window("window"), task("a"), task("b")]
    with pytest.raises(UsageError, match=r"several tasks could be 'a' or 'b'(.|\n)*--map a=k1"):
        match(steps, live_window(tasks=[live_task("k1"), live_task("k2")]))


def test_what_the_stack_holds_is_matched_by_its_id():
    steps = [
        step(WINDOW, "window", {"name": "other"}, {}, op="update", id_="mw-1"),
        window("second", name="nightly"),
        step(TASK, "patch", {"window_id": "mw-1"}, {}, op="same", id_="k1"),
    ]
    (found,) = match(steps, live_window(tasks=[live_task("k1")]))
    assert (found.window.planned.name, names(found.tasks)) == ("window", {"patch": "k1"})


def test_what_the_program_removes_is_not_what_it_declares():
    with pytest.raises(UsageError, match="declares no maintenance window"):
        match([step(WINDOW, "window", {"name": "nightly"}, {}, op="delete", id_="mw-1")], live_window())
