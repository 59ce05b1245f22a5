"""Writes what commands of a rehearsal have printed to the buckets and log groups of moto, as Run Command does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .ssm.service import partition_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def write_outputs(account: str, region: str, outputs: Sequence[Mapping[str, Any]]) -> None:
    """Write texts. What goes to a bucket that does not exist is lost; a log group is made."""
    from moto.logs.models import logs_backends  # noqa: PLC0415  # loading moto takes 0.5 s
    from moto.s3.models import s3_backends  # noqa: PLC0415  # as above

    s3: Any = s3_backends[account][partition_of(region)]
    logs: Any = logs_backends[account][region]
    for output in outputs:
        text = output["text"]
        if "bucket" in output:
            if output["bucket"] in s3.buckets:
                s3.put_object(output["bucket"], output["key"], text.encode())
            continue
        group, stream = output["group"], output["stream"]
        if group not in logs.groups:
            logs.create_log_group(group, {})
        if stream not in logs.groups[group].streams:
            logs.create_log_stream(group, stream)
        event = {"timestamp": int(output["time"] * 1000), "message": text}
        logs.groups[group].streams[stream].put_log_events([event])
