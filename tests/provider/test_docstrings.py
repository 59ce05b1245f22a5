"""What an editor shows: words of ours below every argument, below every output, and on every constructor."""

import ast
import inspect

import pytest

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider, args, outputs, provider, task


def classes(module):
    return [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ClassDef)]


def undocumented(node):
    """The attributes of a class that have no docstring below them."""
    pairs = zip(node.body, [*node.body[1:], None], strict=True)
    return [
        statement.target.id
        for statement, below in pairs
        if isinstance(statement, ast.AnnAssign)
        and not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and below.value.value.strip())
    ]


@pytest.mark.parametrize("module", [args, outputs, provider, task], ids=lambda module: module.__name__)
def test_every_argument_and_every_output_has_a_docstring(module):
    assert {node.name: undocumented(node) for node in classes(module)} == {node.name: [] for node in classes(module)}


@pytest.mark.parametrize("resource", [MaintenanceWindowTask, Provider], ids=lambda resource: resource.__name__)
def test_a_constructor_shows_our_words_and_not_the_sdks(resource):
    assert f"`{resource.__name__}Args`" in resource.__init__.__doc__
    assert f"Arguments: see `{resource.__name__}Args`." in resource.__doc__
