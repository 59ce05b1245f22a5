"""PatchBaseline: what its presets approve on each system, what it refuses, and its life on the engine."""

from datetime import date
from pathlib import Path
from typing import get_args

import pulumi
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from pulumi_ssm_maintenance_components import ArgumentError, PatchBaseline, PatchRule
from pulumi_ssm_maintenance_components.baselines.operating_systems import SYSTEMS, OperatingSystem

EXAMPLE = Path(__file__).parents[3] / "examples" / "patch_baseline"
MODEL = ServiceModel(Loader().load_service_model("ssm", "service-2"))
WITH_ADVISORIES = [
    *("ALMA_LINUX", "AMAZON_LINUX", "AMAZON_LINUX_2", "AMAZON_LINUX_2022", "AMAZON_LINUX_2023"),
    *("REDHAT_ENTERPRISE_LINUX", "ROCKY_LINUX", "SUSE"),
]
SOURCE = {"name": "mirror", "products": ["*"], "configuration": "[main]"}
WITHOUT_DATES = ["DEBIAN", "RASPBIAN", "UBUNTU"]


@pytest.fixture
def baseline(resources):
    """The resources of a baseline."""

    def make(os="AMAZON_LINUX_2023", **args):
        return resources(lambda: PatchBaseline("base", os=os, **args))

    return make


@pytest.fixture
def rule(baseline):
    """The one rule of a baseline: its filters, and all the rest of it."""

    def make(os, *rules, **args):
        given = {"rules": rules} if rules else {}
        (made,) = baseline(os, **given, **args)["PatchBaseline"]["base-baseline"]["approvalRules"]
        filters = {item["key"]: item["values"] for item in made.pop("patchFilters")}
        return filters, made

    return make


class TestPresets:
    @pytest.mark.parametrize("os", WITH_ADVISORIES)
    def test_security_is_urgent_security_advisories_after_a_week(self, rule, os):
        filters, rest = rule(os)
        assert filters == {"PRODUCT": ["*"], "CLASSIFICATION": ["Security"], "SEVERITY": ["Critical", "Important"]}
        assert rest == {"approveAfterDays": 7, "enableNonSecurity": False}

    def test_security_on_windows_goes_by_the_severity_that_microsoft_gives(self, rule):
        filters, rest = rule("WINDOWS")
        assert filters == {
            "PRODUCT": ["*"],
            "CLASSIFICATION": ["CriticalUpdates", "SecurityUpdates"],
            "MSRC_SEVERITY": ["Critical", "Important"],
        }
        assert rest["approveAfterDays"] == 7

    @pytest.mark.parametrize("os", WITHOUT_DATES)
    def test_security_where_release_dates_are_unknown_goes_by_priority_and_does_not_wait(self, rule, os):
        filters, rest = rule(os)
        assert filters == {
            "PRODUCT": ["*"],
            "PRIORITY": ["Required", "Important", "Standard", "Optional", "Extra"],
        }
        assert rest == {"approveAfterDays": 0, "enableNonSecurity": False}

    def test_security_on_oracle_linux_is_as_aws_has_it(self, rule):
        assert rule("ORACLE_LINUX")[0]["SEVERITY"] == ["Critical", "Important", "Moderate"]

    def test_macos_gets_everything_since_its_classifications_are_package_managers(self, rule):
        filters, rest = rule("MACOS")
        assert filters == {"PRODUCT": ["*"], "CLASSIFICATION": ["*"]}
        assert rest["enableNonSecurity"] is False
        apple = PatchRule.matching({"CLASSIFICATION": ["softwareupdate"]})
        assert rule("MACOS", apple)[0] == {"CLASSIFICATION": ["softwareupdate"]}

    def test_all_on_windows_takes_microsoft_applications_too(self, baseline):
        made = baseline("WINDOWS", rules=[PatchRule.all(3, compliance="HIGH")])["PatchBaseline"]["base-baseline"]
        system, applications = made["approvalRules"]
        assert {item["key"] for item in system["patchFilters"]} == {"PRODUCT", "CLASSIFICATION", "MSRC_SEVERITY"}
        assert applications == {
            "approveAfterDays": 3,
            "complianceLevel": "HIGH",
            "enableNonSecurity": False,
            "patchFilters": [{"key": "PATCH_SET", "values": ["APPLICATION"]}, {"key": "PRODUCT", "values": ["*"]}],
        }

    def test_all_of_one_windows_product_is_one_rule(self, rule):
        filters, _ = rule("WINDOWS", PatchRule.all(filters={"PRODUCT": ["WindowsServer2022"]}))
        assert filters["PRODUCT"] == ["WindowsServer2022"]

    def test_applications_may_be_chosen(self, rule):
        filters, _ = rule("WINDOWS", PatchRule.applications(filters={"PRODUCT": ["Office 2016"]}))
        assert filters == {"PATCH_SET": ["APPLICATION"], "PRODUCT": ["Office 2016"]}

    def test_centos_without_advisories_gets_everything(self, rule):
        filters, rest = rule("CENTOS")
        assert filters == {"PRODUCT": ["*"], "CLASSIFICATION": ["*"], "SEVERITY": ["*"]}
        assert rest == {"approveAfterDays": 7, "enableNonSecurity": True}

    @pytest.mark.parametrize(("os", "takes"), [("SUSE", True), ("UBUNTU", True), ("MACOS", False)])
    def test_all_takes_what_is_not_about_security_where_there_is_such_a_thing(self, rule, os, takes):
        filters, rest = rule(os, PatchRule.all())
        assert set(map(tuple, filters.values())) == {("*",)}
        assert rest["enableNonSecurity"] is takes

    @pytest.mark.parametrize(
        ("os", "preset"),
        [
            *((os, PatchRule.security) for os in SYSTEMS if os not in {"CENTOS", "MACOS"}),
            *((os, PatchRule.all) for os in SYSTEMS if os != "WINDOWS"),
            ("WINDOWS", PatchRule.applications),
        ],
    )
    def test_every_preset_is_a_rule_that_the_model_knows(self, rule, os, preset):
        filters, _ = rule(os, preset())
        assert set(filters) <= set(MODEL.shape_for("PatchFilterKey").enum)

    def test_the_systems_are_those_of_the_model(self):
        assert set(get_args(OperatingSystem)) == set(SYSTEMS) == set(MODEL.shape_for("OperatingSystem").enum)


class TestRules:
    def test_wait_as_long_as_configured(self, rule):
        assert rule("SUSE", PatchRule.security(days=14))[1]["approveAfterDays"] == 14
        assert rule("SUSE", PatchRule.all(0))[1]["approveAfterDays"] == 0

    @pytest.mark.parametrize("until", ["2026-01-31", date(2026, 1, 31)])
    def test_take_a_last_release_date_in_place_of_days(self, rule, until):
        _, rest = rule("WINDOWS", PatchRule.security(until=until))
        assert rest["approveUntilDate"] == "2026-01-31"
        assert "approveAfterDays" not in rest

    def test_narrow_a_preset_by_other_values_of_a_property(self, rule):
        filters, _ = rule("WINDOWS", PatchRule.security(filters={"PRODUCT": ["WindowsServer2022"]}))
        assert filters["PRODUCT"] == ["WindowsServer2022"]
        assert filters["MSRC_SEVERITY"] == ["Critical", "Important"]

    def test_take_filters_alone(self, rule):
        filters, rest = rule("SUSE", PatchRule.matching({"CLASSIFICATION": ["Recommended"]}, non_security=True))
        assert filters == {"CLASSIFICATION": ["Recommended"]}
        assert rest["enableNonSecurity"] is True

    def test_have_the_compliance_level_of_the_baseline_unless_they_have_their_own(self, rule):
        assert rule("SUSE", compliance="HIGH")[1]["complianceLevel"] == "HIGH"
        own = PatchRule.security(compliance="CRITICAL")
        assert rule("SUSE", own, compliance="HIGH")[1]["complianceLevel"] == "CRITICAL"

    @pytest.mark.parametrize(
        ("os", "rule_of", "message"),
        [
            ("CENTOS", PatchRule.security, "rules.0.: rule: got 'security'.* have no advisories"),
            ("MACOS", PatchRule.security, "security'.*MACOS are its package managers: softwareupdate"),
            ("SUSE", PatchRule.applications, "got 'applications', allowed: a rule for WINDOWS"),
            ("SUSE", lambda: PatchRule.matching({"PRODUCT": ["All"]}), r"got 'All', allowed: '\*' for all values"),
            ("SUSE", lambda: PatchRule.matching({"SEVERITY": ["ALL"]}), r"got 'ALL', allowed: '\*' for all values"),
            (
                "WINDOWS",
                lambda: PatchRule.matching({"MSRC_SEVERITY": ["critical"]}),
                "allowed: 'Critical': AWS disting",
            ),
            (
                "WINDOWS",
                lambda: PatchRule.matching({"CLASSIFICATION": ["Security"]}),
                r"got 'Security', allowed: CriticalUpdates, .* or \* for WINDOWS",
            ),
            (
                "SUSE",
                lambda: PatchRule.matching({"CLASSIFICATION": ["Bugfix"]}),
                "got 'Bugfix', allowed: Security, Rec",
            ),
            ("UBUNTU", lambda: PatchRule.matching({"PRIORITY": ["Importent"]}), "do you mean 'Important'"),
            (
                "SUSE",
                lambda: PatchRule.matching({"PRODUCT": [7]}),
                r"\['PRODUCT'\]\[0\]: got 7, allowed: text, such as '7'",
            ),
            ("UBUNTU", lambda: PatchRule.security(days=7), "days: got 7, allowed: none: UBUNTU has no reliable"),
            ("DEBIAN", lambda: PatchRule.all(until="2026-01-31"), "until: got '2026-01-31', allowed: none: DEBIAN"),
            ("WINDOWS", lambda: PatchRule.matching({"SEVERITY": ["Critical"]}), "got 'SEVERITY', .*MSRC_SEVERITY"),
            ("WINDOWS", lambda: PatchRule.matching({"PRODUCT": ["*"]}, non_security=True), "non_security: got True"),
            ("SUSE", lambda: PatchRule.matching({}), "filters: got 0, allowed: 1 to 4 properties"),
            ("SUSE", lambda: PatchRule.matching({"PRODUCT": "*"}), r"\['PRODUCT'\]: got '.', allowed: a list of text"),
            ("SUSE", lambda: PatchRule.matching({"PRODUCT": ["x" * 65]}), "allowed: 1 to 64 characters"),
            ("SUSE", lambda: PatchRule.security(days=361), "days: got 361, allowed: 0 to 360"),
            ("SUSE", lambda: PatchRule.security(days=True), "days: got True"),
            ("SUSE", lambda: PatchRule.security(days=7, until="2026-01-31"), "allowed: none beside days"),
            ("SUSE", lambda: PatchRule.security(until="31.1.2026"), "until: got '31.1.2026', .*YYYY-MM-DD"),
        ],
    )
    def test_that_aws_would_refuse_or_ignore_are_refused(self, rule, os, rule_of, message):
        with pytest.raises(ArgumentError, match=message):
            rule(os, rule_of())

    @pytest.mark.parametrize(
        ("os", "product", "owner"),
        [
            ("AMAZON_LINUX_2", "WindowsServer2022", "WINDOWS"),
            ("AMAZON_LINUX_2", "AmazonLinux2023", "AMAZON_LINUX_2023"),
            ("AMAZON_LINUX_2023", "AmazonLinux2", "AMAZON_LINUX_2"),
            ("AMAZON_LINUX", "AmazonLinux2.0", "AMAZON_LINUX_2"),
            ("WINDOWS", "Ubuntu22.04", "UBUNTU"),
            ("DEBIAN", "Raspbian9", "RASPBIAN"),
            ("CENTOS", "RedhatEnterpriseLinux8.5", "REDHAT_ENTERPRISE_LINUX"),
            ("UBUNTU", "Debian11", "DEBIAN and RASPBIAN"),
            ("MACOS", "suse15.4", "SUSE"),
        ],
    )
    def test_for_a_product_of_another_system_are_refused(self, rule, os, product, owner):
        message = rf"PRODUCT.: got '{product}', allowed: products of {os}, or '\*'; this is one of {owner}$"
        with pytest.raises(ArgumentError, match=message):
            rule(os, PatchRule.matching({"PRODUCT": ["*", product]}))

    @pytest.mark.parametrize(
        ("os", "product"),
        [
            ("AMAZON_LINUX", "AmazonLinux2018.03"),
            ("AMAZON_LINUX_2", "AmazonLinux2"),
            ("AMAZON_LINUX_2", "AmazonLinux2.0"),
            ("AMAZON_LINUX_2023", "AmazonLinux2023.4"),
            ("RASPBIAN", "Debian10"),
            ("SUSE", "Suse12.5"),
            ("UBUNTU", "Ubuntu26.04"),
            ("WINDOWS", "WindowsServer2025"),
            ("WINDOWS", "MicrosoftDefenderAntivirus"),
            ("ROCKY_LINUX", "a product of the future"),
        ],
    )
    def test_for_a_product_of_their_system_are_taken_without_a_word(self, rule, warnings, os, product):
        assert rule(os, PatchRule.matching({"PRODUCT": [product]}))[0] == {"PRODUCT": [product]}
        assert not warnings

    @pytest.mark.parametrize("os", get_args(OperatingSystem))
    def test_take_every_value_that_aws_documents_for_the_system_without_a_word(self, rule, warnings, os):
        for key, values in SYSTEMS[os].values.items():
            for value in (*values, "*"):
                assert rule(os, PatchRule.matching({key: [value]}))[0] == {key: [value]}
        assert not warnings

    def test_for_an_application_without_its_patch_set_are_warned(self, rule, warnings):
        filters = {"PRODUCT": ["WindowsServer2022", "Office 2016"]}
        for made in (PatchRule.matching(filters), PatchRule.all(filters=filters)):
            rule("WINDOWS", made)
        assert len(warnings) == 2
        assert all("'Office 2016' is an application, and a rule without PATCH_SET" in warning for warning in warnings)
        rule("WINDOWS", PatchRule.matching(filters | {"PATCH_SET": ["APPLICATION", "OS"]}))
        assert len(warnings) == 2

    def test_for_applications_have_no_other_patch_set(self, rule):
        with pytest.raises(ArgumentError, match=r"PATCH_SET.: got .'OS'., allowed: APPLICATION in app"):
            rule("WINDOWS", PatchRule.applications(filters={"PATCH_SET": ["OS"]}))

    def test_a_value_that_aws_does_not_document_is_a_warning_since_the_documents_may_be_old(self, rule, warnings):
        assert rule("WINDOWS", PatchRule.matching({"CLASSIFICATION": ["Hotpatch"]}))[0] == {
            "CLASSIFICATION": ["Hotpatch"]
        }
        (warning,) = warnings
        assert "AWS does not document 'Hotpatch' for WINDOWS" in warning
        assert rule("SUSE", PatchRule.matching({"PRODUCT": ["SuseLinuxEnterpriseServer15.9"]}))
        assert len(warnings) == 1


class TestArguments:
    def test_global_filters_narrow_all_rules(self, baseline):
        made = baseline("SUSE", global_filters={"PRODUCT": ["SuseLinuxEnterpriseServer15.5"]})
        assert made["PatchBaseline"]["base-baseline"]["globalFilters"] == [
            {"key": "PRODUCT", "values": ["SuseLinuxEnterpriseServer15.5"]}
        ]

    def test_nodes_may_take_patches_from_another_repository(self, baseline):
        source = {"name": "mirror", "products": ["AmazonLinux2"], "configuration": "[amzn2-core]\nname=mirror"}
        made = baseline("AMAZON_LINUX_2", sources=[source])["PatchBaseline"]["base-baseline"]
        assert made["sources"] == [source]

    def test_windows_nodes_may_be_non_compliant_while_security_patches_wait_for_approval(self, baseline):
        made = baseline("WINDOWS", available_security_updates_compliance_status="NON_COMPLIANT")
        assert made["PatchBaseline"]["base-baseline"]["availableSecurityUpdatesComplianceStatus"] == "NON_COMPLIANT"

    def test_approved_patches_alone_need_no_rules(self, baseline):
        made = baseline(rules=[], approved=["curl*"])["PatchBaseline"]["base-baseline"]
        assert made["approvedPatches"] == ["curl*"]
        assert made["approvalRules"] == []

    def test_each_group_is_a_resource_of_its_own_named_after_it(self, baseline):
        groups = baseline(patch_groups=["web", "db"])["PatchGroup"]
        assert {name: it["patchGroup"] for name, it in groups.items()} == {
            "base-group-web": "web",
            "base-group-db": "db",
        }

    def test_no_default_is_touched_unless_asked(self, baseline):
        assert "DefaultPatchBaseline" not in baseline()
        default = baseline("SUSE", default_for_os=True)["DefaultPatchBaseline"]["base-default"]
        assert default["operatingSystem"] == "SUSE"

    def test_the_name_and_the_tags_say_where_it_is_declared(self, baseline):
        made = baseline(tags={"team": "ops"})["PatchBaseline"]["base-baseline"]
        assert made["name"] == "shop-dev-base"
        assert made["tags"] == {
            "project": "shop",
            "stack": "dev",
            "run": "base",
            "managed-by": "pulumi",
            "team": "ops",
        }

    @pytest.mark.parametrize(
        ("args", "message"),
        [
            ({"os": "BEOS"}, "PatchBaseline 'base': os: got 'BEOS', allowed: 'ALMA_LINUX', 'AMAZON_LINUX'"),
            ({"rules": []}, "rules: got .., allowed: one rule or more"),
            ({"rules": [PatchRule.security()] * 11}, "rules: got 11, allowed: at most 10"),
            ({"approved": ["x"] * 51}, "approved: got .* at most 50"),
            ({"rejected": "kernel"}, "rejected: got 'kernel', allowed: a list"),
            ({"approved": ["curl"], "rejected": ["curl"]}, "approved: got 'curl', .* not in `rejected` too"),
            ({"patch_groups": ["web", "web"]}, "patch_groups: got .* each group stands once"),
            ({"patch_groups": "web"}, "patch_groups: got 'web', allowed: a list"),
            ({"patch_groups": [""]}, "allowed: 1 to 256 characters"),
            ({"os": "WINDOWS", "approved_non_security": True}, "approved_non_security: got True"),
            (
                {"global_filters": {"MSRC_SEVERITY": ["Low"]}},
                "global_filters: filters: got 'MSRC_SEVERITY', allowed: PROD",
            ),
            ({"global_filters": {"PRODUCT": "x"}}, "global_filters.*got 'x', allowed: a list"),
            ({"os": "WINDOWS", "sources": [SOURCE]}, "sources: got 1, allowed: none on WINDOWS"),
            ({"sources": [SOURCE] * 21}, "sources: got 21, allowed: at most 20"),
            ({"sources": [SOURCE | {"name": "x y"}]}, r"sources.0.: name: got 'x y', allowed: 3 to 50 characters"),
            ({"sources": [SOURCE | {"products": []}]}, r"sources.0.: products: got .., allowed: a list of 1 to 20"),
            (
                {"sources": [SOURCE | {"products": ["Ubuntu22.04"]}]},
                r"sources.0.: products: got .Ubuntu22.04., .*UBUNTU",
            ),
            ({"global_filters": {"PRODUCT": ["Suse12.5"]}}, "global_filters: .*this is one of SUSE"),
            ({"sources": [SOURCE | {"configuration": "s" * 1025}]}, "configuration: got 1025, allowed: 1 to 1024 char"),
            (
                {"available_security_updates_compliance_status": "COMPLIANT"},
                "status: got 'COMPLIANT', allowed: none on AMAZON_LINUX_2023: WINDOWS only",
            ),
            (
                {"os": "WINDOWS", "rules": [PatchRule.all()] * 6},
                r"rules: got 12, allowed: at most 10, where all\(\) counts twice",
            ),
            ({"patch_group": ["web"]}, "there is no argument 'patch_group'; do you mean 'patch_groups'"),
        ],
    )
    def test_that_are_wrong_are_refused_while_the_program_runs(self, baseline, args, message):
        with pytest.raises(ArgumentError, match=message):
            baseline(**args)


def test_all_mistakes_of_a_baseline_are_reported_at_once(baseline):
    with pytest.raises(ArgumentError) as refused:
        baseline(
            rules=[PatchRule.security(filters={"PRODUCT": ["All"]})], sources=[SOURCE] * 21, patch_groups=["", "a"]
        )
    lines = str(refused.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == ["PatchBaseline 'base'"] * 3


class TestEngine:
    def test_the_example_comes_up_stays_changes_one_thing_and_leaves_nothing(self, local_aws, local_stack):
        ssm = local_aws.client("ssm")
        aws_owned = ssm.get_default_patch_baseline(OperatingSystem="AMAZON_LINUX_2023")["BaselineId"]
        stack = local_stack(EXAMPLE)
        stack.up()
        stack.expect_no_changes(refresh=True)

        linux = stack.outputs["linux"]
        assert ssm.get_default_patch_baseline(OperatingSystem="AMAZON_LINUX_2023")["BaselineId"] == linux
        held = ssm.get_patch_baseline(BaselineId=linux)
        assert sorted(held["PatchGroups"]) == ["web", "workers"]
        assert held["RejectedPatchesAction"] == "BLOCK"
        security, bugfix = held["ApprovalRules"]["PatchRules"]
        assert (security["ApproveAfterDays"], security["ComplianceLevel"]) == (7, "CRITICAL")
        assert bugfix["ApproveAfterDays"] == 14
        tags = ssm.list_tags_for_resource(ResourceType="PatchBaseline", ResourceId=linux)["TagList"]
        assert {"Key": "run", "Value": "linux"} in tags
        windows = ssm.get_patch_baseline_for_patch_group(PatchGroup="web", OperatingSystem="WINDOWS")["BaselineId"]
        assert stack.outputs["windows"].endswith(windows)

        stack.pulumi("config", "set", "days", "3", "--stack", stack.name)
        assert changed(stack.up()) == {"linux-baseline": {"update"}}
        stack.destroy()
        assert ssm.get_default_patch_baseline(OperatingSystem="AMAZON_LINUX_2023")["BaselineId"] == aws_owned
        assert not ssm.describe_patch_groups()["Mappings"]
        assert not ssm.describe_patch_baselines(Filters=[{"Key": "OWNER", "Values": ["Self"]}])["BaselineIdentities"]

    def test_a_change_touches_what_depends_on_it_only(self, local_aws, local_stack):
        def program(groups, os="SUSE"):
            def declare():
                made = PatchBaseline("base", os=os, patch_groups=groups)
                pulumi.export("id", made.baseline_id)

            return declare

        stack = local_stack(program(["web", "db"]))
        stack.up()
        first = stack.outputs["id"]
        stack.program = program(["mail", "db"])
        assert changed(stack.up()) == {"base-group-web": {"delete"}, "base-group-mail": {"create"}}
        assert stack.outputs["id"] == first
        stack.program = program(["mail", "db"], os="ALMA_LINUX")
        stack.up()
        ssm = local_aws.client("ssm")
        (own,) = ssm.describe_patch_baselines(Filters=[{"Key": "OWNER", "Values": ["Self"]}])["BaselineIdentities"]
        assert own["OperatingSystem"] == "ALMA_LINUX"
        stack.expect_no_changes()

    def test_two_stacks_of_one_project_live_side_by_side(self, local_stack):
        def program():
            PatchBaseline("base", os="SUSE", patch_groups=[f"web-{pulumi.get_stack()}"])

        for name in ("dev", "prod"):
            local_stack(program, name=name).up()


def changed(result):
    steps = {}
    for step in result.steps:
        if step.op not in {"same", "refresh"} and not step.type.startswith("pulumi:"):
            steps.setdefault(step.name, set()).add(step.op)
    return steps
