import pytest

from pulumi_ssm_maintenance.core.paths import covers, item, member


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        ("", "targets", "targets"),
        ("a", "b", "a.b"),
        ("a", "Operation-1", "a.Operation-1"),
        ("a", "odd key", 'a["odd key"]'),
        ("a", 'a "quote" and \\', 'a["a \\"quote\\" and \\\\"]'),
        ("a", "", 'a[""]'),
        ("", "1st", '["1st"]'),
    ],
)
def test_a_member_is_named_so_that_it_can_be_found(path, key, expected):
    assert member(path, key) == expected


def test_an_item_is_named_by_its_index():
    assert item(member("targets", "values"), 2) == "targets.values[2]"


@pytest.mark.parametrize(
    ("path", "covered"),
    [("a.b", True), ("a.b.c", True), ("a.b[0]", True), ('a.b["x y"]', True), ("a.bc", False), ("a", False)],
)
def test_a_root_covers_itself_and_all_inside_it(path, covered):
    assert covers(["z", "a.b"], path) == covered
