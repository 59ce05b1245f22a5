"""PatchingRun: what its arguments register, and what they refuse."""

import json

import pulumi
import pulumi_aws as aws
import pytest
from tests.components import recorded_program
from tests.components.event_patterns import invocation_event, matches, run_event

from pulumi_ssm_maintenance_components import (
    ArgumentError,
    MaintenanceWindow,
    PatchBaseline,
    PatchingRun,
    PatchTuesday,
    Targets,
)

WINDOW = "mw-0123456789abcdef0"
WEB = Targets.by_patch_group("web")
CANARY = Targets.by_patch_group("canary")
TWO_WAVES = {"canary": CANARY, "fleet": WEB}
TOPIC = "arn:aws:sns:us-east-1:123456789012:operations"
ROLE = "arn:aws:iam::123456789012:role/mine"
BASELINE = "pb-0123456789abcdef0"
AHEAD = {"name": "christmas", "start": "2090-12-20T00:00", "end": "2091-01-02T00:00"}
USUAL = {"schedule": "cron(0 2 ? * SAT *)", "targets": WEB, "reboot": "RebootIfNeeded"}


@pytest.fixture
def run(resources):
    """The resources of a patching run; an argument of None is left out."""

    def make(**args):
        given = {name: value for name, value in (USUAL | args).items() if value is not None}
        return resources(lambda: PatchingRun("web", **given))

    return make


@pytest.fixture
def made(registered):
    """A patching run itself."""

    def make(**args):
        kept = []
        given = {name: value for name, value in (USUAL | args).items() if value is not None}
        registered(lambda: kept.append(PatchingRun("web", **given)))
        return kept[0]

    return make


def task(found, name="web-all"):
    return found["MaintenanceWindowTask"][name]


def command(found, name="web-all"):
    return task(found, name)["task_invocation_parameters"]["run_command"]


def statements(found, name):
    return found["RolePolicy"][name]["policy"]["Statement"]


def actions(found, name):
    return {action for statement in statements(found, name) for action in statement["Action"]}


class TestTask:
    def test_it_installs_with_careful_rates_and_leaves_running_installations_alone(self, run):
        found = task(run())
        assert found["task_type"] == "RUN_COMMAND"
        assert found["task_arn"] == "AWS-RunPatchBaseline"
        assert (found["max_concurrency"], found["max_errors"]) == ("10%", "10%")
        assert found["cutoff_behavior"] == "CONTINUE_TASK"
        assert command(run())["parameters"] == {"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]}

    def test_a_node_that_comes_back_late_is_not_patched_late(self, run):
        assert command(run())["timeout_seconds"] == 600

    def test_without_install_it_scans_and_never_reboots(self, run):
        found = run(install=False, reboot=None)
        assert command(found)["parameters"] == {"Operation": ["Scan"]}

    def test_a_choice_for_reboots_does_no_harm_where_nothing_is_installed(self, run):
        assert command(run(install=False))["parameters"] == {"Operation": ["Scan"]}

    def test_an_alarm_stops_it_given_by_name_or_as_an_object(self, resources, run):
        assert task(run(stop_on_alarm="errors"))["alarm_configuration"] == {
            "alarms": [{"name": "errors"}],
            "ignore_poll_alarm_failure": False,
        }

        def program():
            alarm = aws.cloudwatch.MetricAlarm(
                "errors", comparison_operator="GreaterThanThreshold", evaluation_periods=1
            )
            PatchingRun("web", **USUAL, stop_on_alarm=alarm)

        assert task(resources(program))["alarm_configuration"]["alarms"] == [{"name": "errors-1234567"}]

    @pytest.mark.parametrize(
        ("argument", "parameter"),
        [("install_override_list", "InstallOverrideList"), ("baseline_override", "BaselineOverride")],
    )
    def test_a_list_takes_the_place_of_the_baseline_and_nodes_may_fetch_it(self, run, argument, parameter):
        found = run(**{argument: "s3://lists/may.yaml"}, logs=False)
        assert command(found)["parameters"][parameter] == ["s3://lists/may.yaml"]
        (statement,) = found["Policy"]["web-node-policy"]["policy"]["Statement"]
        assert statement == {
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::lists/may.yaml"],
        }

    @pytest.mark.parametrize(
        ("address", "objects"),
        [
            ("https://s3.eu-west-1.amazonaws.com/lists/may.yaml", ["arn:aws:s3:::lists/may.yaml"]),
            ("https://our.lists.s3-eu-west-1.amazonaws.com/may.yaml", ["arn:aws:s3:::our.lists/may.yaml"]),
            (
                "https://lists.s3.dualstack.eu-west-1.amazonaws.com/a/b.yaml?versionId=1",
                ["arn:aws:s3:::lists/a/b.yaml"],
            ),
            ("https://lists.s3.cn-north-1.amazonaws.com.cn/may.yaml", ["arn:aws:s3:::lists/may.yaml"]),
            ("s3://lists/what?.yaml", ["arn:aws:s3:::lists/what?.yaml"]),
            ("https://s3.example.com/may.yaml", None),
            ("ssm-document://may", None),
        ],
    )
    def test_a_list_anywhere_that_the_document_takes_is_passed_on_and_nodes_may_fetch_it_from_s3(
        self, run, address, objects
    ):
        found = run(install_override_list=address, logs=False)
        assert command(found)["parameters"]["InstallOverrideList"] == [address]
        policies = found.get("Policy", {}).values()
        assert [it["policy"]["Statement"][0]["Resource"] for it in policies] == ([objects] if objects else [])

    def test_hooks_choose_the_document_that_has_them(self, run):
        found = run(hooks={"pre": "stop-web", "exit": "start-web"})
        assert task(found)["task_arn"] == "AWS-RunPatchBaselineWithHooks"
        parameters = command(found)["parameters"]
        assert parameters["PreInstallHookDocName"] == ["stop-web"]
        assert parameters["OnExitHookDocName"] == ["start-web"]
        assert "PostInstallHookDocName" not in parameters
        (document, *_) = statements(found, "web-task-role")[0]["Resource"]
        assert document == "arn:aws:ssm:us-east-1::document/AWS-RunPatchBaselineWithHooks"


class TestWaves:
    def test_waves_follow_each_other_and_the_first_of_several_stops_at_its_first_error(self, run):
        found = run(targets=None, waves=TWO_WAVES)
        canary, fleet = task(found, "web-canary"), task(found, "web-fleet")
        assert (canary["priority"], canary["max_errors"]) == (10, "0")
        assert (fleet["priority"], fleet["max_errors"]) == (20, "10%")

    def test_rates_of_the_run_hold_for_all_its_waves_and_those_of_a_wave_for_itself(self, run):
        fleet = {"targets": WEB, "max_concurrency": "25%", "max_errors": "5%", "reboot": "NoReboot"}
        found = run(targets=None, waves={"canary": CANARY, "fleet": fleet}, max_errors="3", max_concurrency="1")
        assert (task(found, "web-canary")["max_concurrency"], task(found, "web-canary")["max_errors"]) == ("1", "3")
        assert (task(found, "web-fleet")["max_concurrency"], task(found, "web-fleet")["max_errors"]) == ("25%", "5%")
        assert command(found, "web-canary")["parameters"]["RebootOption"] == ["RebootIfNeeded"]
        assert command(found, "web-fleet")["parameters"]["RebootOption"] == ["NoReboot"]

    def test_a_reboot_option_in_each_wave_is_enough(self, run):
        wave = {"targets": WEB, "reboot": "NoReboot"}
        found = run(targets=None, reboot=None, waves={"all": wave})
        assert command(found)["parameters"]["RebootOption"] == ["NoReboot"]

    def test_events_of_a_target_name_the_stack_and_the_wave(self, run):
        found = run(targets=None, waves=TWO_WAVES)
        owners = {name: target["ownerInformation"] for name, target in found["MaintenanceWindowTarget"].items()}
        assert owners == {"web-canary": "dev/canary", "web-fleet": "dev/fleet"}

    def test_several_targets_of_a_wave_have_names_and_are_served_by_one_task(self, run):
        found = run(targets={"eu": CANARY, "us": WEB})
        assert set(found["MaintenanceWindowTarget"]) == {"web-all.eu", "web-all.us"}
        assert task(found)["targets"] == [
            {"key": "WindowTargetIds", "values": ["id-of-web-all.eu", "id-of-web-all.us"]}
        ]

    def test_more_than_ten_targets_are_split_over_tasks_that_run_side_by_side(self, run):
        found = run(targets={f"group-{n}": Targets.by_patch_group(f"g{n}") for n in range(23)})
        tasks = found["MaintenanceWindowTask"]
        assert {name: len(it["targets"][0]["values"]) for name, it in tasks.items()} == {
            "web-all": 10,
            "web-all.2": 10,
            "web-all.3": 3,
        }
        assert {it["priority"] for it in tasks.values()} == {10}
        assert len({it["name"] for it in tasks.values()}) == 3

    def test_the_ids_of_each_wave_are_found_by_its_name(self, made):
        waves = made(targets=None, waves=TWO_WAVES).waves
        assert list(waves) == ["canary", "fleet"]
        assert set(waves["fleet"].outputs()) == {"target_id", "task_id", "target_ids", "task_ids"}

    def test_runs_in_one_window_follow_each_other_by_their_priority(self, run):
        found = run(targets=None, waves=TWO_WAVES, priority=100, scan_schedule="rate(1 day)")
        priorities = {name: it["priority"] for name, it in found["MaintenanceWindowTask"].items()}
        assert priorities == {"web-canary": 110, "web-fleet": 120, "web-scan": 10}

    def test_commands_carry_a_comment_and_run_the_chosen_version_of_the_document(self, run):
        found = run(document_version="12", comment="CHG-4711", scan_schedule="rate(1 day)")
        for name in ("web-all", "web-scan"):
            assert command(found, name)["document_version"] == "12"
            assert command(found, name)["comment"] == "CHG-4711"
        hooked = run(document_version="12", hooks={"pre": "x"}, scan_schedule="rate(1 day)")
        assert "document_version" not in command(hooked, "web-scan"), "the scan runs another document"

    def test_output_goes_below_a_prefix_of_choice(self, run):
        found = run(logs={"bucket": "mine"}, key_prefix="patching/web")
        assert command(found)["output_s3_key_prefix"] == "patching/web/all"


class TestScan:
    def test_a_scan_may_have_rates_and_a_duration_of_its_own(self, run):
        args = {"scan_schedule": "rate(1 day)", "scan_max_concurrency": "50%", "scan_max_errors": "5"}
        found = run(**args, scan_duration=1, duration=6, cutoff=2)
        scan = task(found, "web-scan")
        assert (scan["max_concurrency"], scan["max_errors"]) == ("50%", "5")
        window = found["MaintenanceWindow"]["web-scan-window"]
        assert (window["duration"], window["cutoff"]) == (1, 0)
        window = run(**args, scan_duration=5, scan_cutoff=3)["MaintenanceWindow"]["web-scan-window"]
        assert (window["duration"], window["cutoff"]) == (5, 3)

    def test_scans_in_between_have_a_window_of_their_own_with_the_same_settings(self, run):
        found = run(targets=None, waves=TWO_WAVES, scan_schedule="rate(1 day)", timezone="Asia/Tokyo", duration=6)
        window = found["MaintenanceWindow"]["web-scan-window"]
        assert (window["schedule"], window["scheduleTimezone"], window["duration"]) == ("rate(1 day)", "Asia/Tokyo", 6)

    def test_the_offset_of_the_run_is_not_that_of_the_scan(self, run):
        found = run(offset_days=3, scan_schedule="rate(1 day)")
        assert found["MaintenanceWindow"]["web-window"]["scheduleOffset"] == 3
        assert "scheduleOffset" not in found["MaintenanceWindow"]["web-scan-window"]

    def test_one_task_scans_what_all_waves_patch_and_nothing_stops_it(self, run):
        found = run(targets=None, waves=TWO_WAVES, scan_schedule="rate(1 day)", stop_on_alarm="errors")
        scan = task(found, "web-scan")
        assert command(found, "web-scan")["parameters"] == {"Operation": ["Scan"]}
        assert scan["targets"][0]["values"] == ["id-of-web-scan.canary", "id-of-web-scan.fleet"]
        assert scan["window_id"] == "id-of-web-scan-window"
        assert (scan["max_concurrency"], scan["max_errors"]) == ("10%", "100%")
        assert "alarm_configuration" not in scan

    def test_a_scan_between_installations_with_hooks_runs_none_and_the_role_may_run_both_documents(self, run):
        found = run(hooks={"pre": "stop-web"}, scan_schedule="rate(1 day)")
        assert task(found, "web-scan")["task_arn"] == "AWS-RunPatchBaseline"
        assert statements(found, "web-task-role")[0]["Resource"][:2] == [
            "arn:aws:ssm:us-east-1::document/AWS-RunPatchBaseline",
            "arn:aws:ssm:us-east-1::document/AWS-RunPatchBaselineWithHooks",
        ]

    def test_scans_go_on_in_a_freeze_since_they_change_nothing(self, run):
        begun = AHEAD | {"start": "2020-01-01T00:00"}
        found = run(scan_schedule="rate(1 day)", freeze=[begun])
        on = {name: window["enabled"] for name, window in found["MaintenanceWindow"].items() if "enabled" in window}
        assert on == {"web-window": False, "web-scan-window": True}
        switched = {json.loads(it["target"]["input"])["WindowId"] for it in found["Schedule"].values()}
        assert switched == {"id-of-web-window"}

    def test_switched_off_it_does_not_scan_either(self, run):
        found = run(scan_schedule="rate(1 day)", enabled=False)
        assert found["MaintenanceWindow"]["web-scan-window"]["enabled"] is False

    def test_alerts_are_for_both_windows(self, run):
        pattern = run(scan_schedule="rate(1 day)")["EventRule"]["web-failed"]["eventPattern"]
        assert matches(pattern, run_event("FAILED", window="id-of-web-window"))
        assert matches(pattern, run_event("FAILED", window="id-of-web-scan-window"))


class TestWindow:
    def test_a_window_of_the_same_program_may_hold_several_runs(self, resources):
        def program():
            window = MaintenanceWindow("night", schedule="rate(1 day)")
            for name in ("web", "db"):
                PatchingRun(name, window=window, targets=WEB, reboot="NoReboot")

        found = resources(program)
        assert list(found["MaintenanceWindow"]) == ["night", "night-window"]
        assert {it["window_id"] for it in found["MaintenanceWindowTask"].values()} == {"id-of-night-window"}

    def test_a_window_that_is_there_already_is_given_by_its_id(self, run):
        found = run(schedule=None, window=WINDOW)
        assert "MaintenanceWindow" not in found
        assert task(found)["window_id"] == WINDOW

    def test_switched_off_it_keeps_targets_and_tasks(self, run):
        on, off = run(), run(enabled=False)
        assert off["MaintenanceWindow"]["web-window"].pop("enabled") is False
        assert on["MaintenanceWindow"]["web-window"].pop("enabled") is True
        assert on == off

    def test_a_freeze_has_its_schedules_and_one_that_has_begun_switches_the_window_off(self, run):
        found = run(freeze=[AHEAD])
        assert len(found["Schedule"]) == 2
        assert found["MaintenanceWindow"]["web-window"]["enabled"] is True
        begun = AHEAD | {"start": "2020-01-01T00:00"}
        assert run(freeze=[begun])["MaintenanceWindow"]["web-window"]["enabled"] is False

    def test_a_failed_freeze_notifies_the_topic_of_the_run(self, run):
        found = run(freeze=[AHEAD], notify=TOPIC)
        assert "Topic" not in found
        assert found["MetricAlarm"]["web-freeze-dropped"]["alarmActions"] == [TOPIC]
        assert "web-freeze-dropped" not in run(freeze=[AHEAD], alarms=False).get("MetricAlarm", {})

    def test_the_end_of_a_freeze_does_not_switch_on_what_is_meant_to_be_off(self, run):
        assert "Schedule" not in run(freeze=[AHEAD], enabled=False)


class TestBaseline:
    def registered(self, found):
        return {(it["patchGroup"], it["baselineId"]) for it in found.get("PatchGroup", {}).values()}

    def test_the_patch_groups_of_all_waves_are_registered_with_an_existing_baseline(self, run):
        waves = {"canary": CANARY, "fleet": {"targets": {"a": WEB, "b": Targets.by_patch_group("x", key="PatchGroup")}}}
        found = run(targets=None, waves=waves, baseline="pb-0123456789abcdef0")
        assert self.registered(found) == {(group, "pb-0123456789abcdef0") for group in ("canary", "web", "x")}

    def test_a_baseline_of_the_program_is_given_as_an_object_and_what_it_has_already_is_not_registered_twice(
        self, resources
    ):
        def program():
            ours = PatchBaseline("ours", os="UBUNTU", patch_groups=["web"])
            theirs = aws.ssm.PatchBaseline("theirs", operating_system="UBUNTU")
            both = Targets.by_patch_group("web", "db")
            PatchingRun("one", **USUAL | {"targets": both}, baseline=ours)
            PatchingRun("two", **USUAL | {"targets": CANARY}, baseline=theirs)

        found = resources(program)
        assert set(found["PatchGroup"]) == {"ours-group-web", "one-group-db", "two-group-canary"}
        assert self.registered(found) == {
            ("web", "id-of-ours-baseline"),
            ("db", "id-of-ours-baseline"),
            ("canary", "id-of-theirs"),
        }

    def test_groups_with_other_tags_beside_them_count(self, run):
        narrowed = Targets.by_tags({"Patch Group": "web", "Stage": "production"})
        assert self.registered(run(targets=narrowed, baseline=BASELINE)) == {("web", BASELINE)}

    def test_without_one_no_group_is_registered(self, run):
        assert not self.registered(run())

    @pytest.mark.parametrize(
        "targets", [Targets.by_tags({"Role": "web"}), {"a": WEB, "b": Targets.by_ids(["i-0123456789abcdef0"])}]
    )
    def test_nodes_without_a_group_would_keep_another_baseline_so_they_are_refused(self, run, targets):
        with pytest.raises(
            ArgumentError, match=r"'web': baseline: got .*without a patch group.*Targets\.by_patch_group"
        ):
            run(targets=targets, baseline=BASELINE)


class TestRoles:
    def test_the_task_role_may_run_the_document_on_nodes_of_this_account_and_pass_the_notification_role(self, run):
        found = run()
        nodes = [
            "arn:aws:ec2:us-east-1:123456789012:instance/*",
            "arn:aws:ssm:us-east-1:123456789012:managed-instance/*",
        ]
        assert statements(found, "web-task-role") == [
            {
                "Effect": "Allow",
                "Action": ["ssm:SendCommand"],
                "Resource": ["arn:aws:ssm:us-east-1::document/AWS-RunPatchBaseline", *nodes],
            },
            {
                "Effect": "Allow",
                "Action": [
                    "ssm:CancelCommand",
                    "ssm:GetCommandInvocation",
                    "ssm:ListCommandInvocations",
                    "ssm:ListCommands",
                ],
                "Resource": ["*"],
            },
            {
                "Effect": "Allow",
                "Action": ["iam:PassRole"],
                "Resource": [command(found)["service_role_arn"]],
                "Condition": {"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}},
            },
        ]

    def test_the_notification_role_may_publish_to_the_topic_and_do_nothing_else(self, run):
        found = run()
        (statement,) = statements(found, "web-notification-role")
        assert statement["Action"] == ["sns:Publish"]
        assert statement["Resource"] == [command(found)["notification_config"]["notification_arn"]]

    def test_only_systems_manager_may_assume_them(self, run):
        for name, role in run()["Role"].items():
            (statement,) = role["assumeRolePolicy"]["Statement"]
            service = "events" if name == "web-events" else "ssm"
            assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}

    def test_a_run_on_a_resource_group_may_look_up_its_members(self, run):
        found = run(targets=Targets.by_resource_group("web"))
        looked_up = {"resource-groups:ListGroupResources", "resource-groups:ListGroups", "tag:GetResources"}
        assert looked_up <= actions(found, "web-task-role")
        assert not looked_up & actions(run(), "web-task-role")

    def test_roles_that_are_there_take_the_place_of_new_ones(self, run):
        found = run(task_role=ROLE, notification_role=f"{ROLE}-too", event_role=f"{ROLE}-of-rules")
        assert "Role" not in found
        assert task(found)["service_role_arn"] == ROLE
        assert command(found)["service_role_arn"] == f"{ROLE}-too"
        assert {target["roleArn"] for target in found["EventTarget"].values()} == {f"{ROLE}-of-rules"}

    def test_no_statement_of_a_run_with_everything_has_a_wildcard_for_an_action(self, run):
        found = run(
            targets=Targets.by_resource_group("web"), logs={"bucket": True}, install_override_list="s3://lists/may.yaml"
        )
        policies = [it["policy"] for kind in ("RolePolicy", "Policy", "TopicPolicy") for it in found[kind].values()]
        for statement in (statement for policy in policies for statement in policy["Statement"]):
            assert all("*" not in action for action in statement["Action"])


class TestNotifications:
    def test_run_command_publishes_each_failed_node_because_events_name_no_nodes(self, run):
        assert command(run())["notification_config"] == {
            "notification_arn": "arn:aws:sns:us-east-1:123456789012:web-alerts-1234567",
            "notification_events": ["TimedOut", "Cancelled", "Failed"],
            "notification_type": "Invocation",
        }

    def test_without_notifications_there_is_no_topic_and_no_role_but_there_are_alarms(self, run):
        found = run(notify=False)
        assert not {"Topic", "TopicPolicy", "EventTarget"} & found.keys()
        assert list(found["Role"]) == ["web-task-role"]
        assert "iam:PassRole" not in actions(found, "web-task-role")
        assert "notification_config" not in command(found)
        assert len(found["MetricAlarm"]) == 3

    def test_an_existing_topic_gets_the_notifications(self, run):
        found = run(notify=TOPIC)
        assert "Topic" not in found
        assert command(found)["notification_config"]["notification_arn"] == TOPIC
        assert {target["arn"] for target in found["EventTarget"].values()} == {TOPIC}

    def test_alerts_may_be_left_to_others(self, run):
        found = run(alarms=False)
        assert not {"EventRule", "MetricAlarm"} & found.keys()

    def test_rules_match_what_goes_wrong_in_the_window_of_the_run_only(self, run):
        pattern = run()["EventRule"]["web-timed-out"]["eventPattern"]
        assert matches(pattern, invocation_event("TIMED_OUT", window="id-of-web-window"))
        assert not matches(pattern, invocation_event("SUCCESS", window="id-of-web-window"))
        assert not matches(pattern, invocation_event("TIMED_OUT", window=WINDOW))


class TestLogs:
    def test_output_goes_to_a_log_group_that_nodes_may_write_to_and_is_kept_for_an_audit_quarter(self, run):
        found = run()
        assert found["LogGroup"]["web-logs"]["name"] == "/aws/ssm/shop-dev-web"
        assert found["LogGroup"]["web-logs"]["retentionInDays"] == 90
        assert command(found)["cloud_watch_output_config"] == {
            "cloud_watch_log_group_name": "/aws/ssm/shop-dev-web",
            "cloud_watch_output_enabled": True,
        }
        group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/ssm/shop-dev-web:*"
        assert found["Policy"]["web-node-policy"]["policy"]["Statement"] == [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                "Resource": [group],
            },
            {
                "Effect": "Allow",
                "Action": ["logs:DescribeLogGroups"],
                "Resource": ["*"],
            },
        ]

    def test_a_bucket_is_closed_without_acls_by_tls_only_and_emptied_in_time(self, run):
        found = run(logs={"log_group": False, "bucket": True})
        assert "LogGroup" not in found
        assert {name for name, on in found["BucketPublicAccessBlock"]["web-logs"].items() if on is True} == {
            "blockPublicAcls",
            "blockPublicPolicy",
            "ignorePublicAcls",
            "restrictPublicBuckets",
        }
        assert found["BucketOwnershipControls"]["web-logs"]["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
        (rule,) = found["BucketLifecycleConfiguration"]["web-logs"]["rules"]
        assert rule["transitions"] == [{"days": 90, "storageClass": "STANDARD_IA"}]
        assert rule["expiration"] == {"days": 730}
        (denied,) = found["BucketPolicy"]["web-logs"]["policy"]["Statement"]
        assert (denied["Effect"], denied["Principal"]) == ("Deny", "*")
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert len(denied["Resource"]) == 2

    def test_each_wave_writes_below_a_name_of_its_own_and_nodes_may_write_to_the_bucket(self, run):
        found = run(targets=None, waves=TWO_WAVES, logs={"log_group": False, "bucket": "mine"})
        assert "Bucket" not in found
        assert command(found, "web-fleet")["output_s3_bucket_name"] == "mine"
        assert command(found, "web-fleet")["output_s3_key_prefix"] == "web/fleet"
        assert found["Policy"]["web-node-policy"]["policy"]["Statement"] == [
            {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::mine/*"]},
            {"Effect": "Allow", "Action": ["s3:GetEncryptionConfiguration"], "Resource": ["arn:aws:s3:::mine"]},
        ]

    def test_without_logs_nodes_need_nothing_and_there_is_no_policy_for_them(self, run, made):
        found = run(logs=False)
        assert not {"LogGroup", "Bucket", "Policy"} & found.keys()
        assert "cloud_watch_output_config" not in command(found)
        assert made(logs=False).node_policy_arn is None

    def test_a_policy_for_nodes_may_be_left_to_others(self, run):
        assert "Policy" not in run(node_policy=False)


class TestRoom:
    def test_a_run_says_what_a_round_may_take(self, made):
        run = made(targets=None, waves=TWO_WAVES)
        assert (run.room.minutes, run.room.rounds) == (180, 20)
        assert run.room.describe() == "a round may take 9 minutes: 180 to the cutoff, 20 rounds at most"

    def test_a_number_at_once_makes_rounds_of_a_number_of_nodes(self, made):
        assert made(max_concurrency="5", node_count=23).room.rounds == 5
        assert made(max_concurrency="5").room.rounds is None
        assert made(node_count=4).room.rounds == 4

    def test_targets_that_follow_each_other_have_rounds_of_their_own(self, made):
        assert made(targets={"eu": CANARY, "us": WEB}).room.rounds == 20

    def test_nodes_that_do_not_fit_are_a_warning(self, made, warnings):
        made(node_count=100, minutes_per_node=30)
        (warning,) = warnings
        assert warning.startswith("10 rounds of 30 minutes take 300 minutes, and the cutoff comes after 180")

    def test_nothing_is_printed_for_a_run_that_is_as_it_should_be(self, made, monkeypatch, warnings):
        infos = []
        monkeypatch.setattr(pulumi.log, "info", lambda message, *_, **__: infos.append(message))
        made(targets=None, waves=TWO_WAVES, node_count=10, minutes_per_node=9)
        assert infos == warnings == []

    def test_nodes_that_fit_are_none(self, made, warnings):
        made(node_count=100, minutes_per_node=18)
        assert not warnings

    def test_an_existing_window_has_no_room(self, made):
        assert made(schedule=None, window=WINDOW).room is None


class TestOutputs:
    def test_outputs_for_tickets_and_other_stacks_exist(self, made):
        run = made(schedule=PatchTuesday(offset_days=2), timezone="Europe/Berlin")
        assert run.schedule_text.startswith("2 days after Patch Tuesday")
        assert run.window.next_runs(1)
        assert set(run.rule_arns) == set(run.alarm_arns) == {"failed", "timed-out", "skipped"}

    @pytest.mark.parametrize("preview", [True, False])
    def test_console_url_is_the_page_of_the_window(self, registered, preview):
        urls = []

        def program():
            PatchingRun("web", **USUAL).console_url.apply(urls.append)

        registered(program, preview=preview)
        page = (
            "https://us-east-1.console.aws.amazon.com/systems-manager/maintenance-windows/id-of-web-window/description"
        )
        assert urls == [f"{page}?region=us-east-1"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"reboot": None}, r"PatchingRun 'web': reboot: got None, allowed: 'RebootIfNeeded'"),
        ({"reboot": "Always"}, "reboot: got 'Always'"),
        (
            {"schedule": None},
            "schedule: got None, allowed: a schedule for a new window, or `window` for an existing",
        ),
        ({"window": WINDOW}, r"schedule: got 'cron\(.*', allowed: none with `window`"),
        ({"window": WINDOW, "schedule": None, "duration": 5}, "duration: got 5, allowed: none with `window`"),
        ({"window": WINDOW, "schedule": None, "scan_schedule": "rate(1 day)"}, "scan_schedule: .* install=False"),
        ({"targets": None}, r"targets: got \[\], allowed: either `targets`"),
        (
            {"enabled": pulumi.Output.from_input(False), "freeze": [AHEAD]},  # noqa: FBT003 - a value
            "enabled: got an Output, allowed: True or False with `freeze`",
        ),
        ({"waves": TWO_WAVES}, r"targets: got \['targets', 'waves'\]"),
        ({"targets": None, "waves": {}}, "waves: got {}, allowed: one wave or more"),
        ({"targets": None, "waves": {"2nd": WEB}}, "waves: got '2nd', allowed: names of 1 to 64"),
        (
            {"targets": None, "waves": {"a": {"targets": WEB, "rebot": "NoReboot"}}},
            r"waves\['a'\]: .* do you mean 'reboot'",
        ),
        ({"targets": None, "waves": {"a": {}}}, r"waves\['a'\]: targets is required"),
        ({"targets": {"tag:Role": ["web"]}}, r"targets\['tag:Role'\]: got .* allowed: Targets\.by_tags"),
        ({"targets": {"a.b": WEB}}, "targets: got 'a.b'"),
        ({"max_concurrency": 10}, "max_concurrency: got 10, allowed: text, such as '10'"),
        ({"max_concurrency": "0"}, "max_concurrency: got '0'"),
        ({"max_errors": "101%"}, "max_errors: got '101%', allowed: a number as text, 0 or more"),
        ({"delivery_timeout": 29}, "delivery_timeout: got 29, allowed: 30 seconds or more"),
        ({"delivery_timeout": 3600, "duration": 2}, "delivery_timeout: got 3600, allowed: less than 3600 seconds"),
        ({"hooks": {"before": "x"}}, "hooks: there is no argument 'before'"),
        (
            {"hooks": {"pre": "x"}, "install_override_list": "s3://a/b"},
            "AWS-RunPatchBaselineWithHooks does not take it",
        ),
        ({"hooks": {"pre": "x"}, "baseline_override": "s3://a/b"}, "AWS-RunPatchBaselineWithHooks does not take it"),
        (
            {"install_override_list": "s3://a/b", "baseline_override": "s3://a/c"},
            "baseline_override: got 's3://a/c', allowed: none with install_override_list: .* fails with both",
        ),
        ({"hooks": {"pre": "x"}, "install": False}, "hooks: .* hooks run around an installation"),
        ({"install_override_list": "s3://a/b", "install": False}, "install_override_list: .* a scan ignores it"),
        ({"baseline_override": "a/b"}, "baseline_override: got 'a/b', allowed: s3://bucket/key or https://…"),
        ({"baseline_override": "ssm-document://a"}, "baseline_override: got 'ssm-document://a', allowed: s3://"),
        (
            {"install_override_list": "/etc/a"},
            "install_override_list: got '/etc/a', allowed: s3://bucket/key, https://",
        ),
        ({"logs": {"retention_days": 91}}, "retention_days: got 91, allowed: 1, 3, 5"),
        ({"logs": {"log_group": "mine", "retention_days": 30}}, "retention_days: got 30, allowed: none"),
        ({"logs": {"retention": 30}}, "logs: there is no argument 'retention'; do you mean 'retention_days'"),
        ({"stop_on_alarm": "arn:aws:cloudwatch:us-east-1:1:alarm:x"}, "an alarm or its name, not its ARN"),
        ({"notify": "everyone"}, "notify: got 'everyone'"),
        ({"priority": -1}, "priority: got -1, allowed: a whole number, 0 or more"),
        ({"comment": "x" * 101}, "comment: got .* allowed: at most 100 characters"),
        ({"key_prefix": "x"}, "key_prefix: got 'x', allowed: none without a bucket in `logs`"),
        ({"scan_duration": 2}, "scan_duration: got 2, allowed: none without `scan_schedule`"),
        ({"scan_schedule": "rate(1 day)", "scan_max_errors": "x"}, "scan_max_errors: got 'x'"),
        ({"wave": {}}, r"no argument 'wave'; do you mean 'waves'\?"),
    ],
)
def test_a_wrong_argument_is_refused_while_the_program_runs(run, args, message):
    with pytest.raises(ArgumentError, match=message):
        run(**args)


def test_all_mistakes_of_a_run_are_reported_at_once_by_the_names_that_the_user_wrote(run):
    with pytest.raises(ArgumentError) as refused:
        run(
            schedule="cron(0 25 ? * SAT *)",
            duration=2,
            cutoff=2,
            reboot=None,
            priority=-1,
            hooks={"pre": "x"},
            baseline_override="s3://a/b",
            freeze=[AHEAD | {"start": "Christmas"}],
        )
    lines = str(refused.value).splitlines()
    assert len(lines) == 6
    assert all(line.startswith("PatchingRun 'web': ") for line in lines)
    assert all(line.count("PatchingRun") == 1 for line in lines)
    for part in ("schedule 'cron(0 25 ? * SAT *)': hours", "cutoff: got 2", "freeze: 'christmas': start"):
        assert any(part in line for line in lines), part


def test_a_time_zone_that_is_not_known_is_a_warning_in_a_run_without_a_freeze(made, warnings):
    assert made(timezone="GMT+2")
    assert "time zone 'GMT+2' is not known on this machine: did you mean 'Etc/GMT-2'?" in warnings[0]


def test_nodes_behind_vpc_endpoints_may_read_the_buckets_of_aws_in_their_region(run):
    (reading,) = (
        it
        for it in run(vpc_endpoints=True)["Policy"]["web-node-policy"]["policy"]["Statement"]
        if "s3:GetObject" in it["Action"]
    )
    assert reading["Resource"] == [
        "arn:aws:s3:::aws-ssm-us-east-1/*",
        "arn:aws:s3:::amazon-ssm-us-east-1/*",
        "arn:aws:s3:::aws-windows-downloads-us-east-1/*",
        "arn:aws:s3:::patch-baseline-snapshot-us-east-1/*",
        "arn:aws:s3:::patch-baseline-snapshot-us-east-1-*/*",
        "arn:aws:s3:::aws-patch-manager-us-east-1-*/*",
        "arn:aws:s3:::aws-patchmanager-macos-us-east-1-*/*",
    ]
    assert "s3:GetObject" not in actions_of_nodes(run())


def test_the_policy_of_nodes_names_the_partition_of_the_account(resources, monkeypatch):
    beijing = {"region": "cn-north-1", "name": "cn-north-1"}
    monkeypatch.setitem(recorded_program._ANSWERS, "aws:index/getRegion:getRegion", beijing)
    given = USUAL | {"vpc_endpoints": True, "logs": {"bucket": "our-logs"}, "baseline_override": "s3://lists/base.json"}
    found = resources(lambda: PatchingRun("web", **given), partition="aws-cn")
    statements = found["Policy"]["web-node-policy"]["policy"]["Statement"]
    named = {resource for it in statements for resource in it["Resource"]} - {"*"}
    assert {"arn:aws-cn:s3:::our-logs/*", "arn:aws-cn:s3:::lists/base.json"} <= named
    assert "arn:aws-cn:s3:::aws-ssm-cn-north-1/*" in named
    assert all(resource.startswith("arn:aws-cn:") for resource in named)


def test_buckets_of_aws_without_a_policy_for_the_nodes_are_refused(run):
    with pytest.raises(ArgumentError, match="vpc_endpoints: got True, allowed: none with node_policy=False"):
        run(vpc_endpoints=True, node_policy=False)


def actions_of_nodes(found):
    return {action for it in found["Policy"]["web-node-policy"]["policy"]["Statement"] for action in it["Action"]}
