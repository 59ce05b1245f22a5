"""Checks of execution names: a new name for each execution, which Step Functions accepts once AWS has filled it in."""

import re

from pulumi_ssm_maintenance_components.foundation.arguments import wrong

# https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
_LONGEST = 80
_PLAIN = re.compile(r"[A-Za-z0-9_-]*")

# The length of each pseudo parameter's value. An ARN does not fit into a name.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-window-tasks-pseudo-parameters.html
_UUID, _WINDOW, _NODE = 36, 20, 20
_LENGTHS = {
    "INVOCATION_ID": _UUID,
    "TASK_EXECUTION_ID": _UUID,
    "WINDOW_EXECUTION_ID": _UUID,
    "WINDOW_TARGET_ID": _UUID,
    "WINDOW_TASK_ID": _UUID,
    "WINDOW_ID": _WINDOW,
    "RESOURCE_ID": _NODE,
}
_PSEUDO = re.compile(r"{{\s*([A-Z_]+)\s*}}")

_NEW_EACH_TIME = ("INVOCATION_ID",)
_NEW_EACH_WINDOW = (*_NEW_EACH_TIME, "TASK_EXECUTION_ID", "WINDOW_EXECUTION_ID")
_OF_A_TARGET = ("RESOURCE_ID", "WINDOW_TARGET_ID")


def check_execution_name(where: str, name: str, *, has_targets: bool) -> None:
    """Check the name of executions.

    Raises:
        ArgumentError: the name repeats, is too long, or contains characters or pseudo parameters that it cannot.
    """
    found = _PSEUDO.findall(name)
    plain = _PSEUDO.sub("", name)
    if not _PLAIN.fullmatch(plain) or any(item not in _LENGTHS for item in found):
        allowed = f"letters, digits, _ and -, and of the pseudo parameters {', '.join(_LENGTHS)}"
        raise wrong(where, "execution_name", name, allowed)
    if not has_targets and (lost := [item for item in found if item in _OF_A_TARGET]):
        raise wrong(where, "execution_name", lost[0], "none of a target without targets")
    fresh = _NEW_EACH_TIME if has_targets else _NEW_EACH_WINDOW
    if not set(found) & set(fresh):
        allowed = f"a name with {' or '.join(f'{{{{{item}}}}}' for item in fresh)}: the same name fails for 90 days"
        raise wrong(where, "execution_name", name, allowed)
    length = len(plain) + sum(_LENGTHS[item] for item in found)
    if length > _LONGEST:
        raise wrong(where, "execution_name", name, f"at most {_LONGEST} characters; filled in it has about {length}")
