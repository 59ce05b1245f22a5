"""The argument maps of the pages about moving: complete, and right on both sides."""

import re

import pulumi_aws
import pytest
from botocore import xform_name
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from pulumi._types import output_type_types
from tests.docs.pages import ROOT

from pulumi_ssm_maintenance.core.model import task_shape
from pulumi_ssm_maintenance.lifecycle.properties import COMPUTED, OWN_ARGUMENTS

OUTER = "the task"
SAME = {"the same": str, "in snake_case": xform_name}


def rows(page):
    """The rows of the map: the structure, the names in it, and our names for them."""
    section = (ROOT / "docs" / page).read_text().partition("## Arguments\n")[2].partition("\n## ")[0]
    within = ""
    for line in [line for line in section.splitlines() if line.startswith("| ")][2:]:
        structure, theirs, ours = (cell.strip() for cell in line.strip("|").split("|"))
        within = structure.strip("`") or within
        names = re.findall(r"`(\w+)`", theirs)
        assert names, line
        yield within, names, [SAME[ours](name) for name in names] if ours in SAME else re.findall(r"`(\w+)`", ours)


def pulumi_aws_arguments():
    """The structures of the installed pulumi_aws, with the names that they have in Python."""
    found = {OUTER: {*pulumi_aws.ssm.MaintenanceWindowTask._internal_init.__annotations__} - {"resource_name", "opts"}}
    prefix = "MaintenanceWindowTask"
    for name, kind in vars(pulumi_aws.ssm.outputs).items():
        if name.startswith(prefix) and hasattr(kind, "_pulumi_output_type"):
            own = {python for python, member in vars(kind).items() if isinstance(member, property)}
            assert len(own) == len(output_type_types(kind))
            found[name] = own
    return found


def with_names_of_arguments(structures):
    """Call each structure by the argument that holds it."""
    arguments = {name for names in structures.values() for name in names}
    by_class = {"".join(part.capitalize() for part in name.split("_")): name for name in arguments}
    by_class["Target"] = "targets"

    def called(name):
        fitting = [suffix for suffix in by_class if name.endswith(suffix)]
        return by_class[max(fitting, key=len)]

    named = {OUTER: structures[OUTER]}
    for name, names in structures.items():
        if name != OUTER and not name.endswith("ParametersParameter"):  # name and values: a pair, not a structure
            named[called(name)] = names
    return named


def terraform_arguments():
    """Terraform's names, from which the bridge makes those of pulumi_aws: it makes plurals of repeated blocks."""
    structures = with_names_of_arguments(pulumi_aws_arguments())
    return {name: {"parameter" if one == "parameters" else one for one in names} for name, names in structures.items()}


def cloudformation_arguments():
    """The structures of CloudFormation's own schema."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::SSM::MaintenanceWindowTask").schema
    definitions = {name: {*kind["properties"]} for name, kind in schema["definitions"].items() if "properties" in kind}
    definitions["Targets"] = definitions.pop("Target")
    return {OUTER: {*schema["properties"]}, **definitions}


PAGES = {
    "move-from-pulumi-aws.md": lambda: with_names_of_arguments(pulumi_aws_arguments()),
    "move-from-terraform.md": terraform_arguments,
    "move-from-cloudformation.md": cloudformation_arguments,
}


@pytest.mark.parametrize("page", PAGES)
def test_the_map_has_every_argument_once(page):
    shown = {}
    for structure, theirs, _ in rows(page):
        shown.setdefault(structure, []).extend(theirs)
    assert {name: sorted(names) for name, names in shown.items()} == {
        name: sorted(names) for name, names in PAGES[page]().items()
    }


@pytest.mark.parametrize("page", PAGES)
def test_every_argument_that_the_map_leads_to_exists(page):
    shapes = {OUTER: task_shape()}
    for structure, theirs, ours in rows(page):
        for old, new in zip(theirs, ours, strict=True):
            if structure == OUTER and new in {*OWN_ARGUMENTS, *COMPUTED}:
                continue
            inner = shapes[structure].members[new].shape
            shapes[old] = inner.item if inner.kind == "list" and inner.item else inner
