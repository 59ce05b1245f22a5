"""What the verbs show at a terminal: whole words, in lines that fit."""

import pytest
from tests.live_windows import create_window, register_patching, register_target


@pytest.fixture
def crowded(ssm):
    """A window with long names, which opens again before it closes, and whose alarm does not exist."""
    window = create_window(ssm, "patching-of-the-web-servers-of-the-shop", Schedule="rate(2 hours)")
    target = register_target(ssm, window, "web-servers-of-the-shop-in-all-zones", "web")
    alarm = {"Alarms": [{"Name": "errors-high-in-the-checkout-of-the-shop"}]}
    register_patching(ssm, window, "patch-web-servers-of-the-shop", target, AlarmConfiguration=alarm)
    return window


@pytest.mark.parametrize("columns", [80, 160])
@pytest.mark.parametrize("verb", ["doctor", "plan", "status"])
def test_lines_fit_and_nothing_is_left_out(aws_environment, ssm_maintenance, terminal, crowded, verb, columns):
    printed = ssm_maintenance(verb, crowded).out
    assert max(map(len, printed.splitlines())) > 80
    shown = terminal(verb, crowded, columns=columns)
    assert max(map(len, shown.splitlines())) <= columns
    assert sorted(shown.split()) == sorted(printed.split())
