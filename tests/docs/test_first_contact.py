"""The page about first contact lists every question, and every permission that a run needs."""

import json
import re

from tests.docs.pages import ROOT
from tools.first_contact.operations import OPERATIONS
from tools.first_contact.questions.table import QUESTIONS

PAGE = (ROOT / "docs" / "first-contact.md").read_text()


def test_the_page_lists_each_question_with_what_is_assumed():
    rows = [tuple(row.split(" | ")) for row in re.findall(r"^\| (`.*) \|$", PAGE, re.MULTILINE)]
    assert rows == [(f"`{it.name}`", it.text, it.assumed) for it in QUESTIONS]


def test_the_policy_allows_every_operation_of_a_run():
    policy = json.loads(PAGE.partition("```json\n")[2].partition("```")[0])
    called = {f"{it.service}:{name}" for name, it in OPERATIONS.items()} - {"sts:GetCallerIdentity"}
    assert called <= set(policy["Statement"][0]["Action"])
