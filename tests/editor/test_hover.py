"""What an editor shows of the package: a real language server is asked, as it is when the mouse rests on a name."""

import ast
import inspect
from typing import is_typeddict

import pulumi
import pytest
from tests.editor.language_server import LanguageServer

import pulumi_ssm_maintenance
import pulumi_ssm_maintenance_components

PACKAGES = (pulumi_ssm_maintenance, pulumi_ssm_maintenance_components)
PUBLIC = {name: (package, getattr(package, name)) for package in PACKAGES for name in package.__all__}
RESOURCES = [
    name for name, (_, value) in PUBLIC.items() if inspect.isclass(value) and issubclass(value, pulumi.Resource)
]
ARGUMENTS = {name: value for name, (_, value) in PUBLIC.items() if is_typeddict(value)}


def keys_of(arguments):
    """All keys of a TypedDict."""
    return set(arguments.__annotations__)


def declared_keys_of(arguments):
    """The keys that a TypedDict declares itself. In a literal, the server shows no help for an inherited key."""
    (definition,) = ast.parse(inspect.getsource(arguments)).body
    return {statement.target.id for statement in definition.body if isinstance(statement, ast.AnnAssign)}


class Program:
    """A program that is open in the editor, one statement a line."""

    def __init__(self, server, imports):
        self._server = server
        self._lines = [f"from {PUBLIC[name][0].__name__} import {name}" for name in imports]

    def add(self, line):
        """Add a line and return its number."""
        self._lines.append(line)
        return len(self._lines) - 1

    def open(self):
        """Open the program in the editor."""
        self._server.open("program.py", "\n".join(self._lines))

    def hover(self, line, text):
        """Return what the editor shows on the first occurrence of a text in a line."""
        return self._server.hover("program.py", line, self._lines[line].index(text))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = LanguageServer(tmp_path_factory.mktemp("programs"))
    yield server
    server.close()


def test_a_constructor_shows_our_words_and_not_those_of_the_sdk(server):
    program = Program(server, RESOURCES)
    lines = {name: program.add(f'{name}("web")') for name in RESOURCES}
    program.open()
    shown = {name: program.hover(line, f"{name}(") for name, line in lines.items()}
    assert [name for name, text in shown.items() if ":param" in text] == []
    own = {name: inspect.cleandoc(vars(PUBLIC[name][1])["__init__"].__doc__ or "no words") for name in RESOURCES}
    assert [name for name, text in shown.items() if own[name].splitlines()[0] not in text] == []


@pytest.mark.parametrize(
    ("form", "mark", "keys"),
    [("{name}({key}=...)", "{key}=", keys_of), ('{name}_: {name} = {{"{key}": ...}}', '{key}"', declared_keys_of)],
    ids=["keyword", "literal"],
)
def test_a_key_shows_its_help(server, form, mark, keys):
    program = Program(server, ARGUMENTS)
    names = [(name, key) for name, arguments in ARGUMENTS.items() for key in sorted(keys(arguments))]
    lines = [program.add(form.format(name=name, key=key)) for name, key in names]
    program.open()
    shown = [program.hover(line, mark.format(key=key)) for line, (_, key) in zip(lines, names, strict=True)]
    assert len(shown) > 200
    without = [f"{name}.{key}" for (name, key), text in zip(names, shown, strict=True) if not help_in(text)]
    assert without == []


@pytest.mark.parametrize("name", RESOURCES)
def test_an_output_shows_its_help(server, name):
    program = Program(server, RESOURCES)
    outputs = [output for output in inspect.get_annotations(PUBLIC[name][1]) if not output.startswith("_")]
    lines = {output: program.add(f'{name}("web").{output}') for output in outputs}
    program.open()
    shown = {output: program.hover(line, output) for output, line in lines.items()}
    assert [output for output, text in shown.items() if not help_in(text)] == []


def help_in(text):
    """The lines below the name and the type."""
    return text.partition("\n\n")[2].strip()
