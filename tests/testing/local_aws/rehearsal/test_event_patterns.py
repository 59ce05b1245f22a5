"""Patterns of rules, against the examples of AWS's documentation.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-arrays.html
"""

import pytest

from pulumi_ssm_maintenance.testing.local_aws.rehearsal.event_patterns import matches

CASES = {
    "a value of a list": ({"source": ["aws.ec2", "aws.ssm"]}, {"source": "aws.ssm"}, {"source": "aws.s3"}),
    "every key": ({"a": ["1"], "b": ["2"]}, {"a": "1", "b": "2"}, {"a": "1", "b": "3"}),
    "nested keys": ({"detail": {"state": ["stopped"]}}, {"detail": {"state": "stopped"}}, {"detail": {}}),
    "a number and no text": ({"n": [1]}, {"n": 1.0}, {"n": "1"}),
    "a truth and no number": ({"n": [True]}, {"n": True}, {"n": 1}),
    "null": ({"n": [None]}, {"n": None}, {"m": None}),
    "an empty text": ({"n": [""]}, {"n": ""}, {"n": None}),
    "one of several values": ({"resources": ["a", "b"]}, {"resources": ["b", "c"]}, {"resources": ["c"]}),
    "one of several objects": ({"l": {"k": ["v"]}}, {"l": [{"k": "u"}, {"k": "v"}]}, {"l": [{"k": "u"}]}),
    "prefix": ({"time": [{"prefix": "2017-10-02"}]}, {"time": "2017-10-02T18:43Z"}, {"time": "2017-10-03"}),
    "prefix, any case": (
        {"s": [{"prefix": {"equals-ignore-case": "EventB"}}]},
        {"s": "eventbridge"},
        {"s": "bridge"},
    ),
    "suffix": ({"f": [{"suffix": ".png"}]}, {"f": "a.png"}, {"f": "a.PNG"}),
    "suffix, any case": ({"f": [{"suffix": {"equals-ignore-case": ".png"}}]}, {"f": "a.PNG"}, {"f": "a.jpg"}),
    "anything but": ({"s": [{"anything-but": "initializing"}]}, {"s": "running"}, {"s": "initializing"}),
    "anything but a list": ({"s": [{"anything-but": ["a", "b"]}]}, {"s": "c"}, {"s": "b"}),
    "anything but numbers": ({"n": [{"anything-but": [1, 2]}]}, {"n": 3}, {"n": 2}),
    "anything but a prefix": ({"s": [{"anything-but": {"prefix": "init"}}]}, {"s": "running"}, {"s": "initialize"}),
    "anything but suffixes": (
        {"f": [{"anything-but": {"suffix": [".txt", ".rtf"]}}]},
        {"f": "a.png"},
        {"f": "a.rtf"},
    ),
    "anything but any case": (
        {"s": [{"anything-but": {"equals-ignore-case": ["INIT", "ERROR"]}}]},
        {"s": "running"},
        {"s": "error"},
    ),
    "anything but a wildcard": ({"p": [{"anything-but": {"wildcard": "*/lib/*"}}]}, {"p": "/bin/x"}, {"p": "/lib/x"}),
    "between numbers": ({"c": [{"numeric": [">", 0, "<=", 5]}]}, {"c": 5}, {"c": 0}),
    "less than a number": ({"c": [{"numeric": ["<", 10]}]}, {"c": -1}, {"c": 10}),
    "an address": ({"ip": [{"cidr": "10.0.0.0/24"}]}, {"ip": "10.0.0.255"}, {"ip": "10.0.1.0"}),
    "exists": ({"d": {"k": [{"exists": True}]}}, {"d": {"k": "any"}}, {"d": {"j": "any"}}),
    "exists not": ({"d": {"k": [{"exists": False}]}}, {"d": {"j": "any"}}, {"d": {"k": "any"}}),
    "any case": ({"t": [{"equals-ignore-case": "ec2 Change"}]}, {"t": "EC2 change"}, {"t": "EC2"}),
    "wildcard": ({"p": [{"wildcard": "dir/*.png"}]}, {"p": "dir/a/b.png"}, {"p": "dir/b.jpg"}),
    "a star that is one": ({"p": [{"wildcard": "a\\*b"}]}, {"p": "a*b"}, {"p": "axb"}),
    "either": (
        {"$or": [{"c": [{"numeric": [">", 0]}]}, {"x": [{"numeric": ["<", 8]}]}]},
        {"c": 0, "x": 1},
        {"c": 0, "x": 9},
    ),
    "several operators": ({"c": [{"numeric": [">", 9]}, {"prefix": "a"}]}, {"c": "abc"}, {"c": 3}),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_event_matches_and_another_does_not(case):
    pattern, good, bad = CASES[case]
    assert matches(pattern, good)
    assert not matches(pattern, bad)


def test_the_pattern_of_the_guide_on_a_stopped_instance():
    event = {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": "111122223333",
        "time": "2017-12-22T18:43:48Z",
        "region": "us-west-1",
        "resources": ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"],
        "detail": {"instance-id": "i-1234567890abcdef0", "state": "terminated"},
    }
    pattern = {
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
        "detail": {"state": ["terminated"]},
    }
    assert matches(pattern, event)
    assert not matches(pattern | {"detail": {"state": ["stopped"]}}, event)


def test_an_operator_that_is_not_known_is_an_error_that_names_it():
    with pytest.raises(ValueError, match="the operator 'regexp'"):
        matches({"a": [{"regexp": "x"}]}, {"a": "x"})
