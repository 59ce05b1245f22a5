"""Random nights: what must hold in each, and what a second simulation by the minute says."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulation import by_the_minute
from tests.simulation.nights import ON, OPENING, ids, minute

from pulumi_ssm_maintenance.simulation import Node, Task, Window, simulate

ALARM = "errors"
NODES = 12

rates = st.one_of(st.integers(1, 6).map(str), st.sampled_from(["1%", "10%", "25%", "34%", "50%", "100%"]))
errors = st.one_of(st.integers(0, 4).map(str), st.sampled_from(["0%", "10%", "30%", "50%", "100%"]))


@st.composite
def tasks(draw, place):
    targets = draw(st.lists(st.lists(st.integers(1, NODES), max_size=8, unique=True), min_size=1, max_size=3))
    seen = set()
    return {
        "name": f"task-{place}",
        "type": draw(st.sampled_from(["RUN_COMMAND", *by_the_minute.RUNS])),
        "targets": [[it for it in target if not (it in seen or seen.add(it))] for target in targets],
        "priority": draw(st.integers(0, 2)),
        "max_concurrency": draw(rates),
        "max_errors": draw(errors),
        "cutoff_behavior": draw(st.sampled_from(["CONTINUE_TASK", "CANCEL_TASK"])),
        "alarm": draw(st.sampled_from([None, ALARM])),
    }


@st.composite
def nights(draw):
    count = draw(st.integers(1, 4))
    nodes = {
        number: (draw(st.integers(1, 55)), draw(st.sampled_from(["Success", "Success", "Success", "Failed"])))
        for number in range(1, NODES + 1)
    }
    duration = draw(st.integers(1, 5))
    changes = sorted(draw(st.lists(st.integers(0, 300), max_size=4, unique=True)))
    return {
        "tasks": sorted([draw(tasks(place)) for place in range(count)], key=lambda it: it["priority"]),
        "nodes": nodes,
        "duration": duration,
        "cutoff": draw(st.integers(0, duration - 1)),
        "alarm": [(when, "ALARM" if place % 2 == 0 else "OK") for place, when in enumerate(changes)],
    }


def simulated(night, seed=0, **circumstances):
    window = Window(
        tasks=[
            Task(**task | {"targets": [ids(*map(ON, target)) for target in task["targets"]]}) for task in night["tasks"]
        ],
        duration=night["duration"],
        cutoff=night["cutoff"],
    )
    nodes = [Node(ON(number), minutes=minutes, outcome=how) for number, (minutes, how) in night["nodes"].items()]
    return simulate(window, nodes, at=OPENING, alarms={ALARM: night["alarm"]}, seed=seed, **circumstances)


@given(nights())
@settings(max_examples=200)
def test_a_simulation_by_the_minute_agrees(night):
    assert_agreement(night)


def assert_agreement(night):
    rehearsal = simulated(night)
    walked = [
        task | {"targets": [[night["nodes"][number] for number in target] for target in task["targets"]]}
        for task in night["tasks"]
    ]
    status, ended, turns = by_the_minute.night(
        walked, night["duration"] * 60, night["cutoff"] * 60, {ALARM: night["alarm"]}
    )
    assert (rehearsal.status, minute(rehearsal.ended)) == (status, ended)
    for run, turn in zip(rehearsal.tasks, turns, strict=True):
        if turn is None:
            assert (run.status, run.started) == ("TIMED_OUT", None)
            continue
        assert (run.status, minute(run.started), minute(run.ended)) == (turn.status, turn.began, turn.ended)
        places = [] if turn.refused else [place for target in turn.targets for place in target]
        assert [(minute(it.started), minute(it.ended), it.status_details) for it in run.nodes] == [
            (place.began, place.ended, place.how) for place in places
        ]


@given(nights())
def test_nothing_starts_too_late_too_often_or_unseen(night):
    rehearsal = simulated(night)
    for run in rehearsal.tasks:
        assert run.started is None or run.started < rehearsal.cutoff
        for invocation in run.invocations:
            started = [it.started for it in invocation.nodes if it.started]
            if run.task.cutoff_behavior == "CANCEL_TASK":
                assert all(when < rehearsal.cutoff for when in started)
        assert_concurrency(run)
        for node in run.nodes:
            ran = node.started is not None
            left_out = [it for it in rehearsal.left_out if (it.node, it.task) == (node.node, run.name)]
            assert ran != bool(left_out), "each node either ran or was left out"
            assert ran or left_out[0].reason
    named = {number for task in night["tasks"] for target in task["targets"] for number in target}
    nowhere = {it.node for it in rehearsal.left_out if it.task is None}
    assert nowhere == {ON(number) for number in set(night["nodes"]) - named}


def assert_concurrency(run):
    for invocation in run.invocations if run.type == "RUN_COMMAND" else [run]:
        nodes = [it for it in invocation.nodes if it.started]
        limit = run.task.max_concurrency
        count = len(invocation.nodes) * int(limit[:-1]) // 100 if limit.endswith("%") else int(limit)
        changes = Counter()
        for node in nodes:
            changes[node.started] += 1
            changes[node.ended] -= 1
        running = 0
        for _, change in sorted(changes.items()):
            running += change
            assert running <= max(1, count)


@given(nights())
def test_the_same_seed_gives_the_same_night_and_another_only_other_ids(night):
    first = simulated(night)
    assert simulated(night).to_json() == first.to_json()
    other = simulated(night, seed=1)
    assert other.id != first.id
    assert (other.outcome(), other.timeline()) == (first.outcome(), first.timeline())


@given(nights())
@settings(max_examples=25)
def test_every_combination_of_assumptions_keeps_what_must_hold(night):
    rehearsal = simulated(night, assume="all")
    answers = [tuple(sorted(it.assumptions.items())) for it in [rehearsal, *rehearsal.variants]]
    assert len(set(answers)) == len(answers), "no combination is tried twice"
    for variant in rehearsal.variants:
        for run in variant.tasks:
            assert run.started is None or run.started < variant.cutoff
            for node in run.nodes:
                left_out = [it for it in variant.left_out if (it.node, it.task) == (node.node, run.name)]
                assert (node.started is not None) != bool(left_out)


def test_the_simulation_by_the_minute_agrees_with_a_night_worked_out_by_hand():
    """Two nodes, one after the other. Without this test both simulations could have the same mistake."""
    task = {
        "type": "AUTOMATION",
        "targets": [[(5, "Failed"), (7, "Success")]],
        "priority": 0,
        "max_concurrency": "1",
        "max_errors": "1",
        "cutoff_behavior": "CONTINUE_TASK",
        "alarm": None,
    }
    status, ended, (turn,) = by_the_minute.night([task], 60, 0, {})
    assert (status, ended, turn.status) == ("SUCCESS", 12, "SUCCESS")
    assert [(it.began, it.ended, it.how) for it in turn.targets[0]] == [(0, 5, "Failed"), (5, 12, "Success")]
