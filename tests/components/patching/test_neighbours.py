"""Two patching runs of one program that would be in each other's way."""

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_ssm_maintenance import Provider
from pulumi_ssm_maintenance_components import MaintenanceWindow, PatchingRun, Targets

WINDOW = "mw-0123456789abcdef0"
WEB, DB = Targets.by_patch_group("web"), Targets.by_patch_group("db")
SATURDAY, SUNDAY = "cron(0 4 ? * SAT *)", "cron(0 4 ? * SUN *)"


def patch(name, **args):
    return PatchingRun(name, **{"targets": WEB, "reboot": "NoReboot"} | args)


@pytest.fixture
def warnings_of(registered, warnings):
    """What a program that declares these runs is warned of."""

    def declare(*runs):
        registered(lambda: [patch(name, **args) for name, args in runs])
        return warnings

    return declare


def test_two_runs_in_one_window_with_equal_priorities_run_at_the_same_time(warnings_of):
    (warning,) = warnings_of(("web", {"window": WINDOW}), ("db", {"window": WINDOW, "targets": DB}))
    assert warning.startswith("PatchingRun 'web' and PatchingRun 'db' have tasks of priority 10 in one window")
    assert "priority=100" in warning


def test_a_window_that_is_an_object_is_one_window_too(registered, warnings):
    def program():
        window = MaintenanceWindow("night", schedule=SATURDAY)
        for name in ("web", "db"):
            patch(name, window=window)

    registered(program)
    (warning,) = warnings
    assert "have tasks of priority 10 in one window" in warning


def test_each_pair_of_three_runs_with_equal_priorities_is_named(warnings_of):
    runs = [(name, {"window": WINDOW, "priority": 100}) for name in ("web", "db", "mail")]
    warnings = warnings_of(*runs)
    assert [warning.partition(" have ")[0] for warning in warnings] == [
        "PatchingRun 'web' and PatchingRun 'db'",
        "PatchingRun 'web' and PatchingRun 'mail'",
        "PatchingRun 'db' and PatchingRun 'mail'",
    ]
    assert all("tasks of priority 110" in warning for warning in warnings)


def test_waves_of_two_runs_may_not_have_a_priority_in_common(warnings_of):
    waves = {"canary": WEB, "fleet": DB}
    one = {"window": WINDOW, "waves": waves, "targets": None}
    (warning,) = warnings_of(("web", one), ("db", one | {"priority": 10}))
    assert "have tasks of priority 20 in one window" in warning
    assert len(warnings_of(("web", one), ("db", one | {"priority": 20}))) == 1


@pytest.mark.parametrize(
    "again",
    [
        lambda first: first.window,
        lambda first: first.window_id,
        lambda first: first.window.window_id,
        lambda first: first.window_id.apply(lambda it: it),
    ],
)
@pytest.mark.parametrize("preview", [False, True])
def test_the_window_of_another_run_is_one_window_in_every_form(registered, warnings, again, preview):
    def program():
        patch("db", window=again(patch("web", schedule=SATURDAY)), targets=DB)

    registered(program, preview=preview)
    (warning,) = warnings
    assert "have tasks of priority 10 in one window" in warning


def test_a_window_of_pulumi_aws_and_its_id_are_one_window(registered, warnings):
    def program():
        window = aws.ssm.MaintenanceWindow("night", schedule=SATURDAY, duration=4, cutoff=1)
        patch("web", window=window)
        patch("db", window=window.id)
        patch("mail", window=aws.ssm.MaintenanceWindow("other", schedule=SATURDAY, duration=4, cutoff=1).id)

    registered(program)
    (warning,) = warnings
    assert warning.startswith("PatchingRun 'web' and PatchingRun 'db'")


def test_one_id_from_two_places_is_one_window(registered, warnings):
    def program():
        patch("web", window=pulumi.Output.from_input(WINDOW))
        patch("db", window=pulumi.Output.secret(WINDOW))
        patch("mail", window=WINDOW.replace("0", "f"))

    registered(program)
    (warning,) = warnings
    assert warning.startswith("PatchingRun 'web' and PatchingRun 'db'")


def test_runs_with_priorities_of_their_own_are_fine(warnings_of):
    assert not warnings_of(("web", {"window": WINDOW}), ("db", {"window": WINDOW, "targets": DB, "priority": 100}))


def test_runs_in_other_windows_are_fine(warnings_of):
    assert not warnings_of(("web", {"schedule": SATURDAY}), ("db", {"schedule": SATURDAY, "targets": DB}))


def test_two_windows_that_are_open_at_once_on_the_same_nodes_are_warned(warnings_of):
    later = {"schedule": "cron(0 6 ? * SAT *)"}
    (warning,) = warnings_of(("web", {"schedule": SATURDAY}), ("again", later))
    assert warning.startswith("PatchingRun 'web' and PatchingRun 'again' patch the same nodes, and both windows are")
    assert "06:00 UTC" in warning


@pytest.mark.parametrize(
    "other",
    [
        {"schedule": SUNDAY},
        {"schedule": "cron(0 8 ? * SAT *)"},
        {"schedule": SATURDAY, "enabled": False},
        {"schedule": SATURDAY, "install": False},
        {"schedule": "rate(1 day)"},
    ],
)
def test_windows_that_do_not_overlap_or_change_nothing_are_fine(warnings_of, other):
    assert not warnings_of(("web", {"schedule": SATURDAY}), ("again", other))


def test_runs_of_another_program_do_not_count(warnings_of):
    assert not warnings_of(("web", {"window": WINDOW}))
    assert not warnings_of(("db", {"window": WINDOW}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Targets.by_patch_group("web", "db"), Targets.by_patch_group("db", "web")),
        (Targets.by_patch_group("web", "db"), Targets.by_patch_group("db")),
        (
            Targets.by_tags({"Role": "web", "Stage": "prod"}),
            Targets.by_tags({"Stage": ["prod", "test"], "Role": "web"}),
        ),
        (Targets.by_tags({"Role": "web"}), Targets.by_tags({"Role": "web", "Canary": "yes"})),
        (Targets.by_ids([f"i-{n:017x}" for n in (1, 2)]), Targets.by_ids([f"i-{n:017x}" for n in (2, 3)])),
        (Targets.by_resource_group("web"), Targets.by_resource_group("web", ["AWS::EC2::INSTANCE"])),
        ({"a": Targets.by_patch_group("mail"), "b": WEB}, {"c": WEB}),
    ],
)
def test_targets_that_share_nodes_are_warned_whatever_their_order(warnings_of, one, other):
    at_once = [("one", {"schedule": SATURDAY, "targets": one}), ("other", {"schedule": SATURDAY, "targets": other})]
    (warning,) = warnings_of(*at_once)
    assert warning.startswith("PatchingRun 'one' and PatchingRun 'other' patch the same nodes")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Targets.by_tags({"Role": "web"}), Targets.by_tags({"Role": "db"})),
        (Targets.by_tags({"Role": "web"}), Targets.by_tags({"Stage": "prod"})),
        (Targets.by_tags({"Role": "web", "Stage": "prod"}), Targets.by_tags({"Role": "web", "Stage": "test"})),
        (Targets.by_patch_group("web"), Targets.by_patch_group("web", key="PatchGroup")),
        (Targets.by_patch_group("web"), Targets.by_resource_group("web")),
        (Targets.by_tag_keys("Patch Group"), Targets.by_patch_group("web")),
    ],
)
def test_targets_that_may_share_no_node_are_fine(warnings_of, one, other):
    at_once = [("one", {"schedule": SATURDAY, "targets": one}), ("other", {"schedule": SATURDAY, "targets": other})]
    assert not warnings_of(*at_once)


def test_the_same_run_in_two_regions_patches_other_nodes(registered, warnings):
    def program():
        for region in ("eu-west-1", "us-east-1"):
            both = [aws.Provider(f"aws-{region}", region=region), Provider(f"tasks-{region}", region=region)]
            patch(f"web-{region}", schedule=SATURDAY, opts=pulumi.ResourceOptions(providers=both))

    registered(program)
    assert not warnings


def test_runs_of_one_region_with_a_provider_of_their_own_are_compared(registered, warnings):
    def program():
        both = [aws.Provider("aws", region="eu-west-1"), Provider("tasks", region="eu-west-1")]
        for name in ("web", "again"):
            patch(name, schedule=SATURDAY, opts=pulumi.ResourceOptions(providers=both))

    registered(program)
    (warning,) = warnings
    assert "patch the same nodes" in warning


def test_a_window_that_the_program_disables_is_in_nobodys_way(registered, warnings):
    def program():
        patch("web", schedule=SATURDAY)
        patch("again", window=MaintenanceWindow("off", schedule=SATURDAY, enabled=False))

    registered(program)
    assert not warnings


def test_a_time_zone_that_this_machine_does_not_know_hides_no_window_and_stops_no_program(warnings_of):
    run = {"schedule": SATURDAY, "timezone": "Mars/Olympus"}
    warnings = warnings_of(("web", run), ("again", run))
    assert [warning.partition(":")[0] for warning in warnings] == [
        "time zone 'Mars/Olympus' is not known on this machine"
    ] * 2


@pytest.mark.parametrize(
    ("fleet", "warned"),
    [
        (Targets.by_patch_group("prod"), True),
        (Targets.by_patch_group("prod", "dev"), True),
        ({"others": DB, "prod": Targets.by_patch_group("prod")}, True),
        (Targets.by_tags({"Patch Group": "prod", "Canary": "no"}), False),
        (Targets.by_patch_group("prod-fleet"), False),
        (Targets.by_tags({"Role": "web"}), False),
    ],
)
def test_a_wave_that_finds_the_nodes_of_another_wave_again_is_warned(warnings_of, fleet, warned):
    canary = Targets.by_tags({"Patch Group": "prod", "Canary": "yes"})
    waves = {"canary": canary, "fleet": {"targets": fleet}}
    warnings = warnings_of(("web", {"window": WINDOW, "targets": None, "waves": waves}))
    assert len(warnings) == warned
    for warning in warnings:
        assert warning.startswith(
            "PatchingRun 'web': wave 'fleet' selects nodes of wave 'canary' too, so these are patched twice. Targets"
            " cannot exclude nodes: give the nodes of each wave a tag value of its own, such as a patch group"
        )


def test_waves_that_only_scan_may_share_nodes(warnings_of):
    scan = {"window": WINDOW, "targets": None, "install": False, "reboot": None, "waves": {"canary": WEB, "fleet": WEB}}
    assert not warnings_of(("web", scan))
