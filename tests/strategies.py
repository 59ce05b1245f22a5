"""Tasks as users may write them, drawn from the botocore model, so that a new field is drawn too.

Nothing drawn here is empty or None: those are left out. `sloppily` puts them back in.
"""

import base64
import json
from functools import cache

from hypothesis import strategies as st

from pulumi_ssm_maintenance.core.model import task_shape

BLOCKS = {
    "RUN_COMMAND": "run_command",
    "AUTOMATION": "automation",
    "LAMBDA": "lambda_",
    "STEP_FUNCTIONS": "step_functions",
}
_TASK_ARNS = {
    "RUN_COMMAND": ("AWS-RunPatchBaseline", "arn:aws:ssm:eu-west-1:111122223333:document/Patch"),
    "AUTOMATION": ("AWS-StopEC2Instance", "arn:aws:ssm:eu-west-1:111122223333:automation-definition/Stop:$DEFAULT"),
    "LAMBDA": ("clean-up", "arn:aws-cn:lambda:cn-north-1:111122223333:function:clean-up:live"),
    "STEP_FUNCTIONS": ("arn:aws-us-gov:states:us-gov-west-1:111122223333:stateMachine:Drain",),
}
_COUPLED = {"window_id", "task_type", "task_arn", "targets", "max_concurrency", "max_errors"}
_BLOCK_FIELD = "task_invocation_parameters"

# Text that every wire can carry: all of Unicode but halves of surrogate pairs.
_letters = st.characters(exclude_categories=["Cs"])
_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(_letters, max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(_letters, max_size=9), inner, max_size=3),
    max_leaves=5,
)
_json_texts = st.builds(json.dumps, _json_values, ensure_ascii=st.booleans()).filter(lambda text: len(text) < 1000)
_base64_texts = _json_texts.map(lambda text: base64.b64encode(text.encode()).decode())
_roles = st.from_regex(r"arn:aws(-cn)?:iam::[0-9]{12}:role/[a-z/]{1,9}", fullmatch=True)
_topics = st.from_regex(r"arn:aws(-cn)?:sns:eu-west-1:[0-9]{12}:[a-z]{1,9}", fullmatch=True)
_instance_ids = st.from_regex(r"i-([0-9a-f]{8}|[0-9a-f]{17})", fullmatch=True)
_window_target_ids = st.uuids().map(str)


def _of_key(key, ids):
    return st.fixed_dictionaries({"key": st.just(key), "values": st.lists(ids, min_size=1, max_size=2)})


_targets = st.lists(
    _of_key("InstanceIds", _instance_ids) | _of_key("WindowTargetIds", _window_target_ids), min_size=1, max_size=5
)

# Where AWS takes less than its model says, and our rules say so.
NARROWER = {
    "targets": _targets,
    "service_role_arn": _roles,
    f"{_BLOCK_FIELD}.run_command.service_role_arn": _roles,
    f"{_BLOCK_FIELD}.run_command.notification_config.notification_arn": _topics,
    f"{_BLOCK_FIELD}.lambda_.payload": _json_texts,
    f"{_BLOCK_FIELD}.lambda_.client_context": _base64_texts,
    f"{_BLOCK_FIELD}.step_functions.input": _json_texts,
}


def values(shape, path=""):
    """Values of one shape, as a user may write them; `path` is where in the task it stands."""
    if path in NARROWER:
        return NARROWER[path]
    match shape.kind:
        case "structure":
            members = {name: values(inner.shape, _join(path, name)) for name, inner in shape.members.items()}
            required = {name: members.pop(name) for name in shape.required}
            return st.fixed_dictionaries(required, optional=members).filter(bool)
        case "list":
            sizes = {"min_size": max(1, shape.minimum or 0), "max_size": min(3, shape.maximum or 3)}
            return st.lists(values(shape.item, f"{path}[]"), **sizes)
        case "map":
            return st.dictionaries(values(shape.key), values(shape.item, f"{path}{{}}"), min_size=1, max_size=3)
    return _scalars(shape)


def _scalars(shape):
    if shape.kind == "boolean":
        return st.booleans()
    if shape.kind == "integer":
        return st.integers(shape.minimum, shape.maximum or 2**31 - 1)
    if shape.enum:
        return st.sampled_from(shape.enum)
    least, most = max(1, shape.minimum or 0), shape.maximum or 40
    if shape.pattern:
        return st.from_regex(shape.pattern, fullmatch=True).filter(lambda text: least <= len(text) <= most)
    short = st.text(_letters, min_size=least, max_size=min(most, least + 9))
    return short | st.just("x" * most)


def _join(path, name):
    return f"{path}.{name}" if path else name


@cache
def field(name):
    """Values of one field of the task."""
    return values(task_shape().members[name].shape, name)


@st.composite
def tasks(draw):
    """Whole tasks without a mistake in them, of every type, with and without targets."""
    shape = task_shape()
    task_type = draw(st.sampled_from(sorted(BLOCKS)))
    free = sorted(shape.members.keys() - _COUPLED - {_BLOCK_FIELD})
    task = {
        "window_id": draw(field("window_id")),
        "task_type": task_type,
        "task_arn": draw(st.sampled_from(_TASK_ARNS[task_type])),
        **draw(st.fixed_dictionaries({}, optional={name: field(name) for name in free})),
    }
    if task_type == "RUN_COMMAND" or draw(st.booleans()):
        task |= {name: draw(field(name)) for name in ("targets", "max_concurrency", "max_errors")}
    if draw(st.booleans()):
        task[_BLOCK_FIELD] = draw(_block(task_type))
    return task


@cache
def _block(task_type):
    name = BLOCKS[task_type]
    shape = task_shape().members[_BLOCK_FIELD].shape.members[name].shape
    return st.fixed_dictionaries({name: values(shape, _join(_BLOCK_FIELD, name))})


@st.composite
def sloppily(draw, task):
    """Write a task again with None or something empty in places where nothing is given."""

    def again(shape, value):
        if shape.kind != "structure":
            return value
        written = {name: again(shape.members[name].shape, part) for name, part in value.items()}
        for name in sorted(shape.members.keys() - value.keys()):
            if draw(st.booleans()):
                written[name] = draw(_nothing(shape.members[name].shape))
        return written

    return again(task_shape(), task)


def _nothing(shape):
    empty = {"structure": {}, "list": [], "map": {}}.get(shape.kind)
    return st.none() if empty is None or shape.minimum else st.sampled_from([None, empty])


def as_the_engine_sends(value):
    """Turn whole numbers into floats, as they arrive in the provider."""
    if isinstance(value, dict):
        return {key: as_the_engine_sends(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_the_engine_sends(part) for part in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def places(value, path=()):
    """Every place inside a value, as the keys and indices that lead to it."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in parts:
        yield (*path, step)
        yield from places(part, (*path, step))


def replaced(value, place, new):
    """Copy a value with something else in one place."""
    if not place:
        return new
    step, *rest = place
    copy = value.copy()
    copy[step] = replaced(value[step], rest, new)
    return copy


# Anything that can arrive from a program by way of the engine.
junk = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers(-(10**18), 10**18)
    | st.text(_letters, max_size=20)
    | st.sampled_from(["", "1", "{{TARGET_ID}}", "AWS-X", "arn:aws:iam::1:role/x", "9" * 5000, "[" * 5000, "{\n}"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(_letters, max_size=9), inner, max_size=4),
    max_leaves=12,
)
