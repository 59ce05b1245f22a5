"""The source text that is written: it means what was asked for, and is laid out as ruff does it."""

import ast
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pulumi_ssm_maintenance.operations.adopt.source import Call, Commented, Expression, statement, string

RUFF = Path(sys.executable).with_name("ruff")
texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=200) | st.sampled_from(
    ['say "x"', "it's", 'both "x" and it\'s', "word " * 30, "x" * 120, "line\n" * 9, "a\\b\t\r\n\x00\u2028"]
)
values = st.recursive(
    texts | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(texts)
def test_a_string_survives_the_round_trip(text):
    assert ast.literal_eval(string(text)) == text


@given(values)
def test_a_value_survives_the_round_trip(value):
    source = statement(value, assign_to="found")
    assert ast.literal_eval(source.removeprefix("found = ")) == value


def test_the_layout_is_that_of_ruff():
    arguments = {
        "short": "text",
        "description": "word " * 40,
        "no_blank": "x" * 120,
        "quotes": "if [ -f /x ]; then echo \"it is there, and it is 'quoted'\"; fi; " * 3,
        "script": {"commands": ["#!/bin/sh\nset -e\n" * 9, "date"], "empty": [], "none": {}},
        "nested": {"a": [{"key": "tag:Patch Group", "values": ["a" * 30, "b" * 30]}], "n": 5, "yes": True},
        "edge": "e" * 73,
        "edges": ["e" * 76, "e" * 77, "e" * 78, "e" * 79, "e" * 80],
        "target": {"values": [Expression("web.id"), Commented("1234", "not in this program")]},
        "opts": Commented(Call("pulumi.ResourceOptions", keywords={"protect": True}), "why\nover two lines"),
    }
    calls = [statement(Call("resource", ["name"], {name: value}), assign_to="x") for name, value in arguments.items()]
    inside = statement(Call("resource", ["name"], arguments), depth=1)
    source = "\n".join([*calls, statement(Call("resource", ["name"], arguments))]) + f"\n\n\ndef f():\n{inside}\n"
    formatted = subprocess.run(
        [RUFF, "format", "--isolated", "-"], input=source, capture_output=True, text=True, check=True
    ).stdout
    assert formatted == source
