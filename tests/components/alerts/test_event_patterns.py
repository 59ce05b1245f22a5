"""The matcher itself: as strict as EventBridge, so that a test which passes says something."""

from tests.components.event_patterns import matches, run_event


def test_a_pattern_matches_when_each_of_its_keys_has_one_of_its_values():
    assert matches({"source": ["aws.ec2", "aws.ssm"], "detail": {"status": ["FAILED"]}}, run_event("FAILED"))


def test_a_pattern_does_not_match_another_value_a_missing_key_or_another_shape():
    event = run_event("FAILED")
    assert not matches({"source": ["aws.ec2"]}, event)
    assert not matches({"detail": {"instance-id": ["i-1"]}}, event)
    assert not matches({"source": {"detail": ["aws.ssm"]}}, event)


def test_a_list_in_the_event_matches_by_any_of_its_items():
    event = run_event("FAILED")
    assert matches({"resources": [{"prefix": "arn:aws:ssm:"}]}, event)
    assert not matches({"resources": [{"prefix": "mw-"}]}, event)


def test_anything_but_matches_what_is_not_listed():
    assert matches({"detail": {"status": [{"anything-but": ["SUCCESS"]}]}}, run_event("FAILED"))
    assert not matches({"detail": {"status": [{"anything-but": "SUCCESS"}]}}, run_event("SUCCESS"))
