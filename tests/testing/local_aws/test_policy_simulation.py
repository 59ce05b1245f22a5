"""The local AWS answers who may do what, from the policies of its users, groups and roles."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

PATCHING = "arn:aws:iam::123456789012:role/patching"
OTHER = "arn:aws:iam::123456789012:role/other"
FOR_SSM = [
    {
        "ContextKeyName": "iam:PassedToService",
        "ContextKeyType": "string",
        "ContextKeyValues": ["ssm.amazonaws.com"],
    }
]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(**elements):
    return {"Effect": "Allow", "Action": "iam:PassRole", "Resource": PATCHING} | elements


@pytest.fixture
def iam(aws):
    return aws.client("iam")


@pytest.fixture
def deployer(iam):
    """A user with the policy that a test gives it, or none."""
    arn = iam.create_user(UserName="deployer")["User"]["Arn"]

    def with_policy(*statements):
        if statements:
            iam.put_user_policy(UserName="deployer", PolicyName="passes", PolicyDocument=policy(*statements))
        return arn

    return with_policy


@pytest.fixture
def decide(iam):
    """The decision about passing a role."""

    def ask(source, resource=PATCHING, **asked):
        (result,) = iam.simulate_principal_policy(
            PolicySourceArn=source, ActionNames=["iam:PassRole"], ResourceArns=[resource], **asked
        )["EvaluationResults"]
        assert (result["EvalActionName"], result["EvalResourceName"]) == ("iam:PassRole", resource)
        return result["EvalDecision"]

    return ask


@pytest.mark.parametrize(
    ("statements", "decision"),
    [
        ([allow()], "allowed"),
        ([allow(Action=["iam:Pass*"], Resource="arn:aws:iam::*:role/p?tching")], "allowed"),
        ([allow(Action="IAM:passrole")], "allowed"),
        ([allow(Resource=OTHER)], "implicitDeny"),
        ([allow(), allow(Effect="Deny", Resource="*")], "explicitDeny"),
        ([{"Effect": "Allow", "NotAction": "s3:*", "NotResource": OTHER}], "allowed"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "implicitDeny"),
        ([], "implicitDeny"),
    ],
)
def test_a_denial_wins_and_what_nothing_allows_is_denied(deployer, decide, statements, decision):
    assert decide(deployer(*statements)) == decision


@pytest.mark.parametrize(
    ("condition", "decision"),
    [
        ({"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}, "allowed"),
        ({"StringLike": {"iam:passedtoservice": ["ec2.*", "ssm.*"]}}, "allowed"),
        ({"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, "implicitDeny"),
        ({"StringNotEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}, "implicitDeny"),
        ({"StringEqualsIfExists": {"aws:RequestedRegion": "us-east-1"}}, "allowed"),
        ({"Null": {"aws:MultiFactorAuthAge": "true"}}, "allowed"),
    ],
)
def test_conditions_count(deployer, decide, condition, decision):
    assert decide(deployer(allow(Condition=condition)), ContextEntries=FOR_SSM) == decision


def test_a_context_value_that_is_missing_is_named(deployer, iam):
    source = deployer(allow(Condition={"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}))
    (result,) = iam.simulate_principal_policy(
        PolicySourceArn=source, ActionNames=["iam:PassRole"], ResourceArns=[PATCHING]
    )["EvaluationResults"]
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("implicitDeny", ["iam:PassedToService"])


def test_several_resources_have_a_result_each(deployer, iam):
    (result,) = iam.simulate_principal_policy(
        PolicySourceArn=deployer(allow()), ActionNames=["iam:PassRole"], ResourceArns=[PATCHING, OTHER]
    )["EvaluationResults"]
    found = {one["EvalResourceName"]: one["EvalResourceDecision"] for one in result["ResourceSpecificResults"]}
    assert found == {PATCHING: "allowed", OTHER: "implicitDeny"}


def test_policies_of_groups_and_managed_policies_count(iam, decide):
    arn = iam.create_user(UserName="member")["User"]["Arn"]
    iam.create_group(GroupName="deployers")
    iam.add_user_to_group(GroupName="deployers", UserName="member")
    managed = iam.create_policy(PolicyName="passing", PolicyDocument=policy(allow()))["Policy"]["Arn"]
    assert decide(arn) == "implicitDeny"
    iam.attach_group_policy(GroupName="deployers", PolicyArn=managed)
    assert decide(arn) == "allowed"


def test_a_role_has_the_policies_of_the_role(iam, decide):
    arn = iam.create_role(RoleName="pipeline", AssumeRolePolicyDocument=policy())["Role"]["Arn"]
    iam.attach_role_policy(RoleName="pipeline", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    assert decide(arn) == "allowed"
    iam.put_role_policy(RoleName="pipeline", PolicyName="never", PolicyDocument=policy(allow(Effect="Deny")))
    assert decide(arn) == "explicitDeny"


def test_the_caller_of_the_local_aws_may_do_everything(aws, decide):
    assert decide(aws.client("sts").get_caller_identity()["Arn"]) == "allowed"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("arn:aws:iam::123456789012:user/nobody", "NoSuchEntity"),
        ("arn:aws:iam::123456789012:role/elsewhere/pipeline", "NoSuchEntity"),
        ("arn:aws:sts::123456789012:assumed-role/pipeline/session", "InvalidInput"),
        ("arn:aws:iam::123456789012:policy/passing", "InvalidInput"),
    ],
)
def test_what_is_no_principal_is_refused(decide, source, code):
    assert refusal(decide, source) == code


@pytest.mark.parametrize("asked", [{"PolicyInputList": [policy(allow())]}, {"CallerArn": PATCHING}])
def test_what_is_not_simulated_is_refused(deployer, decide, asked):
    assert refusal(decide, deployer(), **asked) == "NotImplemented"


def test_an_operator_that_is_not_known_is_refused(deployer, decide):
    condition = {"DateGreaterThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}
    assert refusal(decide, deployer(allow(Condition=condition))) == "NotImplemented"


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    response: Any = caught.value.response
    return response["Error"]["Code"]
