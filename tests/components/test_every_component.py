"""What holds for every component: its arguments, its outputs, its page, its exports."""

import ast
import inspect
import itertools
import re
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest
from tests.components.minimal import MINIMAL

import pulumi_ssm_maintenance_components as components
from pulumi_ssm_maintenance import Provider, errors, schedules
from pulumi_ssm_maintenance_components import ArgumentError
from pulumi_ssm_maintenance_components.foundation.component import Component

EXAMPLES = Path(__file__).parents[2] / "examples"
PAGES = Path(__file__).parents[2] / "docs" / "components"
SOURCES = [
    *Path(components.__file__).parent.rglob("*.py"),
    *Path(schedules.__file__).parent.rglob("*.py"),
    Path(errors.__file__),
]
KINDS = pytest.mark.parametrize("kind", MINIMAL, ids=lambda kind: kind.__name__)


def arguments(kind):
    """The names of a component's arguments."""
    return getattr(components, f"{kind.__name__}Args").__annotations__.keys()


def outputs(kind):
    """The names of the attributes that a component and its bases declare."""
    bases = [base for base in kind.__mro__ if base.__module__.startswith(components.__name__) and base is not Component]
    return [name for base in bases for name in inspect.get_annotations(base) if not name.startswith("_")]


def test_every_component_is_looked_at():
    exported = [getattr(components, name) for name in components.__all__]
    found = {it for it in exported if inspect.isclass(it) and issubclass(it, pulumi.ComponentResource)}
    assert found == set(MINIMAL)


@KINDS
def test_none_is_as_not_given(kind, resources):
    args = MINIMAL[kind]
    nothing = {name: None for name in arguments(kind) if name not in args}
    assert resources(lambda: kind("web", **args, **nothing)) == resources(lambda: kind("web", **args))


@KINDS
def test_a_required_argument_that_is_none_counts_as_missing(kind, registered):
    required = getattr(components, f"{kind.__name__}Args").__required_keys__
    for name in required:
        with pytest.raises(ArgumentError, match=f"{name} is required"):
            registered(lambda name=name: kind("web", **MINIMAL[kind] | {name: None}))


@KINDS
def test_all_it_makes_hangs_below_it_and_bears_its_name(kind, registered):
    found = registered(lambda: kind("web", **MINIMAL[kind]))
    assert [it.name for it in found if it.parent is None] == ["web"]
    assert all(it.name == "web" or it.name.startswith("web-") for it in found)


@KINDS
def test_two_of_it_and_two_stacks_share_no_name_at_aws(kind, registered):
    def names(stack, *names):
        found = registered(lambda: [kind(name, **MINIMAL[kind]) for name in names], stack=stack)
        return [(it.type, it.inputs["name"]) for it in found if "name" in it.inputs]

    everything = names("dev", "web", "db") + names("prod", "web", "db")
    assert sorted(everything) == sorted(set(everything))


@KINDS
def test_an_example_shows_it(kind):
    assert [path for path in EXAMPLES.glob("*/__main__.py") if f"{kind.__name__}(" in path.read_text()]


@KINDS
def test_tags_go_to_everything_that_takes_them(kind, registered):
    found = registered(lambda: kind("web", **MINIMAL[kind], tags={"team": "operations"}))
    for it in (it for it in found if "tags" in it.inputs):
        assert it.inputs["tags"]["team"] == "operations", it.name
        assert {"project", "stack", "run", "managed-by"} <= it.inputs["tags"].keys(), it.name


@KINDS
def test_an_aws_provider_alone_is_refused(kind, registered):
    def program(*both):
        given = [aws.Provider("theirs", region="eu-west-1"), *(make() for make in both)]
        kind("web", **MINIMAL[kind], opts=pulumi.ResourceOptions(providers=given))

    with pytest.raises(ArgumentError, match=r"add pulumi_ssm_maintenance\.Provider with the same settings"):
        registered(program)
    assert registered(lambda: program(lambda: Provider("ours", region="eu-west-1")))


@KINDS
def test_a_provider_under_a_key_that_pulumi_does_not_look_up_is_refused(kind, registered):
    def program(of_aws, of_tasks):
        given = {of_aws: aws.Provider("theirs", region="eu-west-1"), of_tasks: Provider("ours", region="eu-west-1")}
        kind("web", **MINIMAL[kind], opts=pulumi.ResourceOptions(providers=given))

    for keys in (("amazon", "pulumi-python"), ("aws", "pulumi_ssm_maintenance")):
        with pytest.raises(
            ArgumentError, match=r"nothing would use it; allowed: a list of providers, or '(aws|pulumi-p)"
        ):
            registered(lambda keys=keys: program(*keys))
    assert registered(lambda: program("aws", "pulumi-python"))


def test_a_program_may_keep_providers_under_keys_of_its_own_beside_those_that_pulumi_looks_up(registered):
    def program():
        given = {
            "aws": aws.Provider("theirs", region="eu-west-1"),
            "pulumi-python": Provider("ours", region="eu-west-1"),
            "aws-of-backups": aws.Provider("backups", region="eu-central-1"),
        }
        components.MaintenanceWindow("web", schedule="rate(1 day)", opts=pulumi.ResourceOptions(providers=given))

    assert registered(program)


@KINDS
def test_its_outputs_are_those_that_it_declares(kind, registered):
    kept = []
    registered(lambda: kept.append(kind("web", **MINIMAL[kind])))
    assert [name for name in outputs(kind) if not hasattr(kept[0], name)] == []


@KINDS
def test_its_page_has_a_picture_and_lists_every_argument_and_output(kind):
    page = (PAGES / f"{re.sub('(?<!^)(?=[A-Z])', '-', kind.__name__).lower()}.md").read_text()
    assert "```mermaid\n" in page
    assert [name for name in arguments(kind) if f"`{name}`" not in page] == []
    assert [name for name in outputs(kind) if f"`{name}`" not in page] == []


@KINDS
def test_its_docstrings_describe_every_argument_and_output(kind):
    described = {*docstrings_below(kind.__name__), *docstrings_below(f"{kind.__name__}Args")}
    assert [name for name in (*arguments(kind), *outputs(kind)) if name not in described] == []


@KINDS
def test_its_constructor_has_a_docstring_of_its_own(kind):
    assert f"`{kind.__name__}Args`" in kind.__init__.__doc__
    assert "`opts`" in kind.__init__.__doc__


@pytest.mark.parametrize("name", sorted(name for name in components.__all__ if name.endswith(("Args", "Config"))))
def test_every_key_of_every_public_mapping_has_a_docstring(name):
    described = docstrings_below(name)
    assert [key for key in getattr(components, name).__annotations__ if key not in described] == []


def docstrings_below(name):
    """The fields of a class and its bases that a docstring follows."""
    found = [node for tree in map(ast.parse, map(Path.read_text, SOURCES)) for node in tree.body]
    classes = {node.name: node for node in found if isinstance(node, ast.ClassDef)}
    if name not in classes:
        return []
    own = [
        field.target.id
        for field, text in itertools.pairwise(classes[name].body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    ]
    return [*own, *(it for base in classes[name].bases for it in docstrings_below(getattr(base, "id", "")))]


def test_what_a_public_signature_names_can_be_imported():
    trees = [ast.parse(path.read_text()) for path in SOURCES]
    defined = {name: node for tree in trees for node in tree.body for name in names_of(node)}
    used = {
        (name.id, public)
        for public in components.__all__
        for annotation in annotations_of(defined[public])
        for name in ast.walk(annotation)
        if isinstance(name, ast.Name)
    }
    hidden = {(name, public) for name, public in used if name in defined and name not in components.__all__}
    assert hidden == set()


def names_of(node):
    """The names that a statement at the top of a module defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.AnnAssign):
        return [node.target.id]
    return (
        [target.id for target in node.targets if isinstance(target, ast.Name)] if isinstance(node, ast.Assign) else []
    )


def annotations_of(node):
    """What a definition says about types: fields, parameters and results of what is public; or an alias."""
    if isinstance(node, ast.ClassDef):
        return [annotation for it in node.body if is_public(it) for annotation in annotations_of(it)]
    if isinstance(node, ast.FunctionDef):
        arguments = [*node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        return [it for it in (node.returns, *(arg.annotation for arg in arguments if arg)) if it]
    if isinstance(node, ast.AnnAssign):
        is_alias = isinstance(node.annotation, ast.Name) and node.annotation.id == "TypeAlias"
        return [node.value if is_alias else node.annotation]
    return [node.value] if isinstance(node, ast.Assign) else []


def is_public(member):
    """Whether users see a member of a class."""
    names = names_of(member)
    return names == ["__init__"] or not any(name.startswith("_") for name in names)
