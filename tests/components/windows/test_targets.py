"""Targets: what a window target names, within AWS's limits."""

import pulumi
import pytest

from pulumi_ssm_maintenance_components import ArgumentError, Targets
from pulumi_ssm_maintenance_components.windows.targets import split_window_targets


@pytest.mark.parametrize(
    ("targets", "resource_type", "sent"),
    [
        (Targets.by_tags({"Role": "web"}), "INSTANCE", [("tag:Role", ["web"])]),
        (
            Targets.by_tags({"Role": ["web", "proxy"], "Stage": "prod"}),
            "INSTANCE",
            [("tag:Role", ["web", "proxy"]), ("tag:Stage", ["prod"])],
        ),
        (
            Targets.by_ids(["i-0123456789abcdef0", "mi-0123456789abcdef0"]),
            "INSTANCE",
            [("InstanceIds", ["i-0123456789abcdef0", "mi-0123456789abcdef0"])],
        ),
        (Targets.by_tag_keys("Monitored", "Backup"), "INSTANCE", [("tag-key", ["Monitored", "Backup"])]),
        (Targets.by_patch_group("web"), "INSTANCE", [("tag:Patch Group", ["web"])]),
        (Targets.by_patch_group("web", "db", key="PatchGroup"), "INSTANCE", [("tag:PatchGroup", ["web", "db"])]),
        (Targets.by_resource_group("web"), "RESOURCE_GROUP", [("resource-groups:Name", ["web"])]),
        (Targets.by_resource_group("g" * 300), "RESOURCE_GROUP", [("resource-groups:Name", ["g" * 300])]),
        (
            Targets.by_resource_group("web", ["AWS::EC2::INSTANCE"]),
            "RESOURCE_GROUP",
            [("resource-groups:Name", ["web"]), ("resource-groups:ResourceTypeFilters", ["AWS::EC2::INSTANCE"])],
        ),
    ],
)
def test_targets_are_registered_as_the_api_names_them(resources, targets, resource_type, sent):
    def program():
        targets.register("web", "mw-0123456789abcdef0", owner_information="dev/web", opts=pulumi.ResourceOptions())

    found = resources(program)["MaintenanceWindowTarget"]["web"]
    assert found == {
        "windowId": "mw-0123456789abcdef0",
        "resourceType": resource_type,
        "targets": [{"key": key, "values": values} for key, values in sent],
        "name": "shop-dev-web",
        "ownerInformation": "dev/web",
    }


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Targets.by_tags({}), "got 0 entries, allowed are 1 to 5"),
        (lambda: Targets.by_tags({f"key{n}": "x" for n in range(6)}), "got 6 entries, allowed are 1 to 5"),
        (lambda: Targets.by_tags({"Role": []}), "tag:Role: got 0 values"),
        (lambda: Targets.by_tags({"Role": ["web", ""]}), "tag:Role: a value is empty"),
        (lambda: Targets.by_tags({"": "web"}), "a tag's key is empty"),
        (lambda: Targets.by_tags({"Role": [str(n) for n in range(51)]}), "got 51 values, allowed are 1 to 50"),
        (
            lambda: Targets.by_tags({"Wave": 1}),
            r"by_tags: tags\['Wave'\]: got 1, allowed: text or a list of text, such as '1'",
        ),
        (
            lambda: Targets.by_tags({"Wave": ["a", 2.5]}),
            r"by_tags: tags\['Wave'\]\[1\]: got 2.5, allowed: text, such as '2.5'",
        ),
        (
            lambda: Targets.by_tags({"Wave": True}),
            r"tags\['Wave'\]: got True, allowed: text or a list of text, such as 'True'",
        ),
        (
            lambda: Targets.by_tags({"Wave": None}),
            r"tags\['Wave'\]: got None, allowed: text or a list of text, or leave it out",
        ),
        (
            lambda: Targets.by_tags({"Wave": ["a", None]}),
            r"tags\['Wave'\]\[1\]: got None, allowed: text, or leave it out",
        ),
        (
            lambda: Targets.by_tags({"Wave": {"a": "b"}}),
            r"tags\['Wave'\]: got {'a': 'b'}, allowed: text or a list of text",
        ),
        (lambda: Targets.by_tags({1: "a"}), "tags: the key 1: got 1, allowed: text"),
        (Targets.by_tag_keys, "tag-key: got 0 values"),
        (lambda: Targets.by_tag_keys(""), "a tag's key is empty"),
        (lambda: Targets.by_tag_keys(7), "by_tag_keys: keys: got 7, allowed: text"),
        (lambda: Targets.by_patch_group(None), "by_patch_group: groups: got None, allowed: text"),
        (lambda: Targets.by_resource_group(None), "by_resource_group: name: got None, allowed: text"),
        (lambda: Targets.by_ids(["web-1"]), "got 'web-1', allowed is the id of a node.* for names use tags"),
        (lambda: Targets.by_ids([None]), r"by_ids: ids\[0\]: got None, allowed: text"),
        (lambda: Targets.by_ids(["i-123"]), "got 'i-123', allowed is the id of a node"),
        (lambda: Targets.by_ids([]), "InstanceIds: got 0 values"),
        (
            lambda: Targets.by_ids("i-0123456789abcdef0"),
            "by_ids: ids: got 'i-0123456789abcdef0', allowed: a list of text",
        ),
        (Targets.by_patch_group, "got 0 values"),
        (
            lambda: Targets.by_patch_group("web", key="Patchgroup"),
            "by_patch_group: key: got 'Patchgroup', allowed: 'Patch Group' or 'PatchGroup'",
        ),
        (lambda: Targets.by_resource_group(""), "resource-groups:Name: a value is empty"),
    ],
)
def test_what_aws_would_refuse_is_refused_when_it_is_made(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_more_values_of_a_tag_than_users_got_through_are_a_warning(warnings):
    Targets.by_tags({"Role": [str(n) for n in range(5)]})
    assert not warnings
    Targets.by_tags({"Role": [str(n) for n in range(6)]})
    (warning,) = warnings
    assert warning.startswith("targets, tag:Role: got 6 values. AWS documents 50, but users report a limit of 5")


def test_a_tag_may_have_a_value_that_is_not_known_yet(resources):
    def program():
        Targets.by_tags({"Vpc": pulumi.Output.from_input("vpc-1")}).register(
            "web", "mw-0123456789abcdef0", owner_information="web", opts=pulumi.ResourceOptions()
        )

    (entry,) = resources(program)["MaintenanceWindowTarget"]["web"]["targets"]
    assert entry == {"key": "tag:Vpc", "values": ["vpc-1"]}


def test_ids_may_be_outputs_of_new_instances(resources):
    def program():
        ids = [pulumi.Output.from_input("i-0123456789abcdef0")]
        Targets.by_ids(ids).register(
            "web", "mw-0123456789abcdef0", owner_information="web", opts=pulumi.ResourceOptions()
        )

    (entry,) = resources(program)["MaintenanceWindowTarget"]["web"]["targets"]
    assert entry == {"key": "InstanceIds", "values": ["i-0123456789abcdef0"]}


@pytest.mark.parametrize(("count", "split"), [(1, [1]), (10, [10]), (11, [10, 1]), (25, [10, 10, 5])])
def test_more_window_targets_than_a_task_takes_are_split_in_their_order(count, split):
    ids = [f"target-{n}" for n in range(count)]
    chunks = split_window_targets(ids)
    assert [len(chunk) for chunk in chunks] == split
    assert [it for chunk in chunks for it in chunk] == ids


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Targets.by_tags({"Role": later(None)}), "targets, tag:Role: got an output of None, allowed: text"),
        (lambda: Targets.by_tags({"Role": ["a", later(1)]}), "targets, tag:Role: got an output of a number"),
        (lambda: Targets.by_tags({"Role": later(["a"])}), "targets, tag:Role: got an output of a list, allowed: text"),
        (lambda: Targets.by_tags({"Role": later("")}), "targets, tag:Role: a value is empty"),
        (lambda: Targets.by_ids([later(2.5)]), "targets, InstanceIds: got an output of a number"),
        (lambda: Targets.by_resource_group(later({})), "targets, resource-groups:Name: got an output of a dict"),
    ],
)
def test_a_value_that_turns_out_to_be_no_text_is_refused_before_it_goes_to_aws(registered, make, message):
    def program():
        make().register("web", "mw-0123456789abcdef0", owner_information="web", opts=pulumi.ResourceOptions())

    with pytest.raises(ValueError, match=message):
        registered(program)


def later(value):
    return pulumi.Output.from_input(value)
