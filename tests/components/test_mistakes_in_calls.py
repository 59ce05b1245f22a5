"""Calls that Python itself would end with a traceback, and all mistakes in one call of a maker."""

from datetime import date
from pathlib import Path

import pulumi
import pytest
from tests.components.minimal import MINIMAL

from pulumi_ssm_maintenance_components import (
    ArgumentError,
    At,
    Cron,
    MaintenanceWindow,
    PatchRule,
    PatchTuesday,
    Rate,
    Step,
    Targets,
    is_frozen,
)

KINDS = pytest.mark.parametrize("kind", MINIMAL, ids=lambda kind: kind.__name__)


def mistakes(program, registered):
    with pytest.raises(ArgumentError) as refused:
        registered(program)
    return refused.value.problems


@KINDS
def test_arguments_without_their_names_are_refused_with_how_to_pass_a_dict(kind, registered):
    name = kind.__name__
    expected = (
        f"{name}: got 2 arguments without a name, allowed: only name; write the others with their names, as in"
        " name=value, and a dict of them as **dict"
    )
    assert mistakes(lambda: kind("web", dict(MINIMAL[kind])), registered) == (expected,)
    assert mistakes(lambda: kind("web", dict(MINIMAL[kind]), **MINIMAL[kind]), registered) == (expected,)
    assert mistakes(lambda: kind(**MINIMAL[kind]), registered) == (f"{name}: name is required",)


@KINDS
@pytest.mark.parametrize("name", [None, "", 5, b"web", "\ud800", ["web"]])
def test_a_name_that_is_no_text_is_refused(kind, name, registered):
    (line,) = mistakes(lambda: kind(name, **MINIMAL[kind]), registered)
    assert line.startswith(f"{kind.__name__}: name: got ")
    assert line.endswith("allowed: text, which names the resource in the stack")


@KINDS
def test_options_of_wrong_types_are_refused_together(kind, registered):
    options = pulumi.ResourceOptions(parent="web", provider="aws", ignore_changes="tags", protect="yes")
    lines = mistakes(lambda: kind("web", **MINIMAL[kind], opts=options), registered)
    where = f"{kind.__name__} 'web': opts"
    assert lines == (
        f"{where}: parent: got 'web', allowed: a resource, such as self in a component",
        f"{where}: provider: got 'aws', allowed: a provider, such as pulumi_ssm_maintenance.Provider(…)",
        f"{where}: ignore_changes: got 'tags', allowed: a list of the names of arguments, such as [\"tags\"]",
        f"{where}: protect: got 'yes', allowed: True or False",
    )
    options = pulumi.ResourceOptions(providers=["aws"])
    assert len(mistakes(lambda: kind("web", **MINIMAL[kind], opts=options), registered)) == 1


@pytest.mark.parametrize("value", [None, "x"])
def test_an_argument_that_does_not_exist_is_refused_with_and_without_a_value(value, registered):
    def program():
        MaintenanceWindow("w", schedule="rate(1 day)", descripton=value)

    (line,) = mistakes(program, registered)
    assert line.startswith("MaintenanceWindow 'w': there is no argument 'descripton'; do you mean 'description'?")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            lambda: Targets.by_tags(Role="web"),
            ["Targets.by_tags: there is no argument 'Role'. Known: tags", "Targets.by_tags: tags is required"],
        ),
        (
            lambda: Targets.by_tags({"tag:Role": "web", "": "x", "a\nb": ["", "y" * 257]}),
            [
                "targets: got the key 'tag:Role', allowed is the key of a tag alone, such as 'Role'",
                "targets: a tag's key is empty, which AWS refuses",
                "targets: got the key 'a\\nb', allowed are 1 to 128 letters, digits, spaces and _ . : / = - @",
            ],
        ),
        (
            lambda: Targets.by_tags({"a": ["", "y" * 257], "b": []}),
            [
                "targets, tag:a: a value is empty, which AWS refuses",
                "targets, tag:a: got 'yyy",
                "targets, tag:b: got 0 values, allowed are 1 to 50",
            ],
        ),
        (
            lambda: Targets.by_ids(["web-1", "web-2"]),
            ["targets, InstanceIds: got 'web-1'", "targets, InstanceIds: got"],
        ),
        (
            lambda: Targets("INSTANCE"),
            ["Targets: entries is required"],
        ),
        (
            lambda: PatchRule.security(dais=7),
            ["PatchRule.security: there is no argument 'dais'; do you mean 'days'? Known: compliance, days,"],
        ),
        (
            lambda: PatchRule.matching({"PRODUCT": [], "SEVERITY": [""]}, -1, until="May"),
            [
                "PatchRule: filters, 'PRODUCT': got [], allowed: a list of 1 to 20",
                "PatchRule: filters, 'SEVERITY': got '', allowed: 1 to 64 characters",
                "PatchRule: until: got 'May', allowed: a date, or YYYY-MM-DD",
                "PatchRule: until: got 'May', allowed: none beside days",
                "PatchRule: days: got -1, allowed: 0 to 360",
            ],
        ),
        (
            lambda: PatchRule.all(7, until=date(2030, 1, 1)),
            ["PatchRule: until: got '2030-01-01', allowed: none beside"],
        ),
        (
            lambda: Step.script(
                "1st", "tag_image.py", timeout_seconds=601, handler="", statements=[{"Effect": "Deny"}]
            ),
            [
                "Step '1st': name: got '1st', allowed: a letter, then letters",
                "Step '1st': timeout_seconds: got 601, allowed: 1 to 600",
                "Step '1st': handler: got '', allowed: the name of a function",
                "Step '1st': statements[0]: got ['Effect'], allowed: a statement with Action",
                "Step '1st': statements[0]: got ['Effect'], allowed: a statement with Resource",
                "Step '1st': code: got 'tag_image.py', allowed: the text of a script, or the pathlib.Path of its file",
            ],
        ),
        (lambda: Step.script("a", Path("no-such-script.py")), ["Step 'a': code: got 'no-such-script.py'"]),
        (lambda: Step.script("a"), ["Step.script: code is required"]),
        (
            lambda: Step.lambda_("1", "report:live", timeout_seconds=0),
            ["Step '1': name: got '1'", "Step '1': timeout_seconds: got 0", "Step '1': function: got 'report:live'"],
        ),
        (lambda: Step.run_patch("1", timeout_seconds=0), ["Step '1': name", "Step '1': timeout", "Step '1': reboot"]),
        (lambda: Step.snapshot(timeout_seconds=0), ["Step 'snapshot': timeout_seconds: got 0, allowed: 1 second or"]),
        (
            lambda: Step.alarm_guard("1", alarm="arn:x"),
            ["Step '1': name", "Step '1': alarm: got 'arn:x', allowed: an alarm"],
        ),
        (
            lambda: Step.approve("1", topic_arn="x", approvers=["", "ann"], required=3, kms_key="alias/x"),
            [
                "Step '1': name",
                "Step '1': topic_arn",
                "Step '1': approvers: got ''",
                "Step '1': required: got 3",
                "Step '1': kms_key: got 'alias/x'",
            ],
        ),
        (
            lambda: Cron("0 25 ? * SAT *", ofset_days=3),
            ["Cron: there is no argument 'ofset_days'; do you mean 'offset_days'? Known: expression, offset_days"],
        ),
        (
            lambda: Cron("61 25 ? 13 SAT *"),
            [
                "schedule '61 25 ? 13 SAT *': minutes: got '61'",
                "schedule '61 25 ? 13 SAT *': hours: got '25'",
                "schedule '61 25 ? 13 SAT *': month: got '13'",
            ],
        ),
        (lambda: Rate(7), ["Rate: unit is required"]),
        (At, ["At: local_time is required"]),
        (lambda: PatchTuesday(0, "02:00"), ["PatchTuesday: got 2 arguments without a name, allowed: only offset_days"]),
        (
            lambda: is_frozen(period=[]),
            ["is_frozen: there is no argument 'period'; do you mean", "is_frozen: periods is"],
        ),
        (
            lambda: is_frozen([{"name": "a", "start": "x", "end": "y"}], timezone="IST"),
            [
                "is_frozen: timezone: got 'IST', allowed: an IANA name, such as 'Europe/Berlin'",
                "is_frozen: periods: 'a': start: got 'x'",
                "is_frozen: periods: 'a': end: got 'y'",
            ],
        ),
    ],
)
def test_all_mistakes_in_a_call_are_reported_at_once(call, expected):
    with pytest.raises(ArgumentError) as refused:
        call()
    lines = refused.value.problems
    assert len(lines) == len(expected), lines
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start), (line, start)


def test_a_thousand_equal_mistakes_do_not_fill_the_screen():
    with pytest.raises(ArgumentError) as refused:
        Targets.by_ids([5] * 1000)
    assert len(refused.value.problems) == 101
    assert refused.value.problems[-1] == "and 900 more mistakes"


@pytest.mark.parametrize("value", [len, lambda: None, (x for x in ()), Targets.by_tags, object()])
def test_no_message_shows_an_address_in_memory(value, registered):
    (line,) = mistakes(lambda: MaintenanceWindow("w", schedule=value), registered)
    assert "0x" not in line
