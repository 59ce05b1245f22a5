"""Accounts and regions: explicit providers, components, the stack's configuration."""

import pulumi
import pytest

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider
from pulumi_ssm_maintenance.testing import EngineError

OTHER_ACCOUNT = "222222222222"
DEPLOYER = f"arn:aws:iam::{OTHER_ACCOUNT}:role/deployer"


class Patching(pulumi.ComponentResource):
    """A component that knows nothing of accounts and regions."""

    def __init__(self, name, task, opts=None):
        super().__init__("test:index:Patching", name, {}, opts)
        MaintenanceWindowTask(f"{name}-task", **task, opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


def test_two_regions_and_two_accounts_in_one_program(stack, apply, held, new_window, automation):
    here, abroad, elsewhere = new_window(), new_window("eu-west-1"), new_window(account=OTHER_ACCOUNT)
    farther = new_window("eu-north-1")
    region, window_abroad = "eu-west-1", abroad

    def program():
        europe = Provider("europe", region=region)
        other = Provider("other", region="us-east-1", assume_roles=[{"role_arn": DEPLOYER}])
        made = {
            "here": MaintenanceWindowTask("here", **automation | {"window_id": here}),
            "abroad": MaintenanceWindowTask(
                "abroad", **automation | {"window_id": window_abroad}, opts=pulumi.ResourceOptions(provider=europe)
            ),
            "elsewhere": MaintenanceWindowTask(
                "elsewhere", **automation | {"window_id": elsewhere}, opts=pulumi.ResourceOptions(provider=other)
            ),
        }
        in_component = automation | {"window_id": elsewhere, "priority": 2}
        Patching("patching", in_component, pulumi.ResourceOptions(providers=[other]))
        for name, task in made.items():
            pulumi.export(name, task.arn)

    def holdings():
        read = ((here, None, None), (abroad, "eu-west-1", None), (farther, "eu-north-1", None))
        return [len(held(*place)) for place in (*read, (elsewhere, None, OTHER_ACCOUNT))]

    made = stack(program)
    apply(made)
    assert holdings() == [1, 1, 0, 2]
    places = {name: arn.split(":")[3:5] for name, arn in made.outputs.items()}
    assert places == {
        "here": ["us-east-1", "123456789012"],
        "abroad": ["eu-west-1", "123456789012"],
        "elsewhere": ["us-east-1", OTHER_ACCOUNT],
    }
    assert made.refresh().changed == {}

    # Another region of a provider is another place for its tasks, and for no others.
    region = "eu-north-1"
    assert made.preview().changed == {"update": 1, "replace": 1}
    window_abroad = farther
    result = apply(made)
    assert "create-replacement" in result.ops("abroad")
    assert result.ops("here") == result.ops("elsewhere") == ["same"]
    assert holdings() == [1, 0, 1, 2]

    made.destroy()
    assert holdings() == [0, 0, 0, 0]


def test_the_configuration_of_the_stack_chooses_account_and_region(stack, apply, held, new_window, automation):
    window = new_window("eu-west-1", OTHER_ACCOUNT)
    config = {
        "aws:region": "eu-west-1",
        "aws:assumeRoles": [{"roleArn": DEPLOYER}],
        "aws:allowedAccountIds": [OTHER_ACCOUNT],
    }
    made = stack({"task": {**automation, "window_id": window}}, config=config)
    apply(made)
    assert len(held(window, "eu-west-1", OTHER_ACCOUNT)) == 1
    assert made.refresh().changed == {}


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"aws:profile": "nobody"}, "The config profile (nobody) could not be found"),
        ({"aws:region": "Ireland", "aws:assumeRole": {"roleArn": DEPLOYER}}, "aws:region: got 'Ireland'"),
    ],
    ids=["profile", "region"],
)
def test_a_wrong_configuration_is_one_line_at_preview(stack, local_aws, automation, config, text):
    made = stack({"task": automation}, config=config)
    local_aws.clear_requests()
    with pytest.raises(EngineError) as failed:
        made.preview()
    (line,) = [line for line in failed.value.result.messages("error") if "'task'" in line]
    assert text in line
    assert "\n" not in line
    assert "Traceback" not in failed.value.result.output
    assert local_aws.requests() == []


def test_an_account_that_is_not_allowed_gets_no_task(stack, held, window, automation):
    made = stack({"task": automation}, config={"aws:allowedAccountIds": [OTHER_ACCOUNT]})
    with pytest.raises(EngineError, match=f"account 123456789012, but only {OTHER_ACCOUNT} are allowed"):
        made.up()
    assert held(window) == {}
