"""Whether the work fits: compared with a brute force that walks minute by minute and node by node."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import soak
from tests.operations.planning.conftest import target, task, window

from pulumi_ssm_maintenance.operations.planning import plan

NOW = datetime(2026, 11, 27, tzinfo=UTC)
EXAMPLES = soak.bound("PLANS", short=150, long=5000)


def steps(planned):
    (one,) = planned.windows
    return {step.task: step for step in one.fit.steps}


@st.composite
def cases(draw):
    """A window with tasks on targets of their own, how many nodes those have, and how long a node takes."""
    counts, tasks = {}, []
    for number in range(draw(st.integers(1, 4))):
        targets = [target(f"t{number}-{place}") for place in range(draw(st.integers(1, 2)))]
        counts |= {one.name: draw(st.integers(0, 50)) for one in targets}
        rate = draw(st.one_of(st.integers(1, 60).map(str), st.integers(1, 100).map(lambda share: f"{share}%")))
        tasks.append(
            task(
                f"task-{number}",
                *targets,
                priority=draw(st.integers(0, 3)),
                max_concurrency=rate,
                cutoff_behavior=draw(st.sampled_from(["CONTINUE_TASK", "CANCEL_TASK"])),
            )
        )
    duration = draw(st.integers(2, 24))
    planned = window("prod", *tasks, Duration=duration, Cutoff=draw(st.integers(0, duration - 1)))
    return planned, counts, draw(st.integers(1, 120))


def brute_force(planned, counts, minutes):
    """Walk through an opening: for each task the minute of its start and of its end, and the nodes that are done."""
    cutoff = (planned.fields["Duration"] - planned.fields["Cutoff"]) * 60
    found, clock = {}, 0
    for priority in sorted({one.priority for one in planned.tasks}):
        ends = [clock]
        for one in (it for it in planned.tasks if it.priority == priority):
            if clock >= cutoff:
                found[one.name] = None
                continue
            at, done = clock, 0
            for count in (counts[it.name] for it in one.targets):
                rate = one.max_concurrency
                lanes = max(1, int(rate) if not rate.endswith("%") else count * int(rate[:-1]) // 100)
                waiting = count
                while waiting:
                    if one.cutoff_behavior == "CANCEL_TASK" and at >= cutoff:
                        break
                    batch = min(lanes, waiting)
                    if one.cutoff_behavior == "CONTINUE_TASK" or at + minutes <= cutoff:
                        done += batch
                    waiting -= batch
                    at += minutes
            if one.cutoff_behavior == "CANCEL_TASK":
                at = min(at, cutoff)
            found[one.name] = (clock, at, done)
            ends.append(at)
        clock = max(ends)
    return found


@settings(max_examples=EXAMPLES, deadline=None)
@given(cases())
def test_a_plan_is_what_a_walk_through_the_night_gives(case):
    planned, counts, minutes = case
    found = plan([planned], count=1, nodes=counts, minutes_per_node=minutes, now=NOW)
    opening = found.windows[0].openings[0]
    expected = brute_force(planned, counts, minutes)
    for name, step in steps(found).items():
        total = step.nodes
        if step.starts is None:
            assert expected[name] is None
            assert (step.reached, step.left_out) == (0, total)
            continue
        starts, _, done = expected[name]
        assert step.starts < opening.cutoff
        assert (step.starts - opening.opens) / timedelta(minutes=1) == starts
        assert total - step.left_out == done, (step, expected[name])
        assert step.reached <= total


def test_the_example_of_the_page():
    planned = window(
        "prod",
        task("canary", target("canary"), priority=10, max_concurrency="1", cutoff_behavior="CANCEL_TASK"),
        task("fleet", target("web"), priority=20, max_concurrency="10%", cutoff_behavior="CANCEL_TASK"),
        task("report", type="LAMBDA", priority=30),
    )
    found = plan([planned], nodes={"canary": 4, "web": 60}, minutes_per_node=30, now=NOW)
    fleet = steps(found)["fleet"]
    assert (fleet.nodes, fleet.at_once, fleet.rounds, fleet.reached, fleet.left_out) == (60, 6, 10, 12, 48)
    assert fleet.text == "10 rounds of 30 min need 300 min, 60 are left: 4 h more, or max_concurrency 30"
    assert steps(found)["report"].state == "left out"
    assert not found.is_sound
    wider = plan([planned], nodes={"canary": 4, "web": 30}, minutes_per_node=5, now=NOW)
    assert wider.is_sound
    assert wider.windows[0].fit.fits is True


def test_a_task_that_has_begun_goes_on_after_the_end_unless_it_is_cancelled():
    planned = window("prod", task("fleet", target("web"), max_concurrency="1"), Duration=2, Cutoff=1)
    fleet = steps(plan([planned], nodes={"web": 5}, minutes_per_node=30, now=NOW))["fleet"]
    assert (fleet.state, fleet.left_out, f"{fleet.ends:%H:%M}") == ("past the end", 0, "04:30")


def test_unknown_nodes_are_counted_in_rounds_only():
    planned = window("prod", task("fleet", target("web"), max_concurrency="25%"))
    fleet = steps(plan([planned], minutes_per_node=30, now=NOW))["fleet"]
    assert (fleet.nodes, fleet.rounds, fleet.state, fleet.starts) == (None, 4, "unknown", None)
    assert steps(plan([planned], nodes={"web": 10}, now=NOW))["fleet"].rounds == 5


@pytest.mark.parametrize("count", [0, 1, 10_000])
def test_any_number_of_nodes_adds_up(count):
    planned = window("prod", task("fleet", target("web"), max_concurrency="100%"))
    fleet = steps(plan([planned], nodes={"web": count}, minutes_per_node=10, now=NOW))["fleet"]
    assert (fleet.nodes, fleet.left_out, fleet.state) == (count, 0, "fits")
