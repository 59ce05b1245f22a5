"""S3 buckets and the objects that configure them."""

from typing import Any

from botocore.exceptions import ClientError

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws, error_code
from pulumi_ssm_maintenance.testing.aws_plugin.aws.shapes import Names, properties, structure
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagApi, Tags
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import AutoName, Fields, ResourceType

_FIRST_REGION = "us-east-1"  # buckets there have no location constraint
_RULE: Names = {"id": "ID", "sseAlgorithm": "SSEAlgorithm", "kmsMasterKeyId": "KMSMasterKeyID"}


def _create_bucket(aws: Aws, inputs: Props) -> str:
    location = {} if aws.region == _FIRST_REGION else {"LocationConstraint": aws.region}
    aws.client("s3").create_bucket(
        Bucket=inputs["bucket"],
        ObjectLockEnabledForBucket=bool(inputs.get("objectLockEnabled")),
        **({"CreateBucketConfiguration": location} if location else {}),
    )
    return str(inputs["bucket"])


def _read_bucket(aws: Aws, identity: str, _: Props) -> Props:
    aws.client("s3").head_bucket(Bucket=identity)
    return {
        "bucket": identity,
        "arn": f"arn:{aws.partition}:s3:::{identity}",
        "bucketDomainName": f"{identity}.s3.{aws.dns_suffix}",
        "bucketRegionalDomainName": f"{identity}.s3.{aws.region}.{aws.dns_suffix}",
        "bucketRegion": aws.region,
    }


def _delete_bucket(aws: Aws, identity: str, state: Props) -> None:
    if state.get("forceDestroy"):
        _empty(aws.client("s3"), identity)
    aws.client("s3").delete_bucket(Bucket=identity)


def _empty(client: Any, bucket: str) -> None:
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for item in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
            client.delete_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])


def _read_tags(aws: Aws, identity: str, _: Props) -> Tags:
    try:
        held = aws.client("s3").get_bucket_tagging(Bucket=identity)["TagSet"]
    except ClientError as error:
        if error_code(error) == "NoSuchTagSet":
            return {}
        raise
    return {item["Key"]: item["Value"] for item in held}


def _change_tags(aws: Aws, identity: str, _: Props, old: Tags, new: Tags) -> None:
    if new:
        tags = [{"Key": name, "Value": value} for name, value in new.items()]
        aws.client("s3").put_bucket_tagging(Bucket=identity, Tagging={"TagSet": tags})
    elif old:
        aws.client("s3").delete_bucket_tagging(Bucket=identity)


def _put_block(aws: Aws, inputs: Props) -> str:
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    wanted = {name[0].upper() + name[1:]: bool(inputs.get(name)) for name in flags}
    aws.client("s3").put_public_access_block(Bucket=inputs["bucket"], PublicAccessBlockConfiguration=wanted)
    return str(inputs["bucket"])


def _read_block(aws: Aws, identity: str, _: Props) -> Props:
    answer = aws.ask("s3", "get_public_access_block", Bucket=identity)
    return {"bucket": identity} | dict(answer["publicAccessBlockConfiguration"])


def _delete_block(aws: Aws, identity: str, state: Props) -> None:
    if not state.get("skipDestroy"):
        aws.client("s3").delete_public_access_block(Bucket=identity)


def _put_ownership(aws: Aws, inputs: Props) -> str:
    rules = [{"ObjectOwnership": inputs["rule"]["objectOwnership"]}]
    aws.client("s3").put_bucket_ownership_controls(Bucket=inputs["bucket"], OwnershipControls={"Rules": rules})
    return str(inputs["bucket"])


def _read_ownership(aws: Aws, identity: str, _: Props) -> Props:
    answer = aws.ask("s3", "get_bucket_ownership_controls", Bucket=identity)
    return {"bucket": identity, "rule": answer["ownershipControls"]["rules"][0]}


def _delete_ownership(aws: Aws, identity: str, _: Props) -> None:
    aws.client("s3").delete_bucket_ownership_controls(Bucket=identity)


def _put_lifecycle(aws: Aws, inputs: Props) -> str:
    client = aws.client("s3")
    rules = [structure(client, "LifecycleRule", _rule_request(rule), _RULE) for rule in inputs["rules"]]
    client.put_bucket_lifecycle_configuration(Bucket=inputs["bucket"], LifecycleConfiguration={"Rules": rules})
    return str(inputs["bucket"])


def _rule_request(rule: Props) -> Props:
    """Convert the filter of a rule, which AWS requires, and its tags."""
    found: Props = dict(rule.get("filter") or {"prefix": ""})
    if tags := (found.get("and") or {}).get("tags"):
        pairs = [{"key": name, "value": value} for name, value in tags.items()]
        found["and"] = found["and"] | {"tags": pairs}
    return rule | {"filter": found}


def _read_lifecycle(aws: Aws, identity: str, _: Props) -> Props:
    client = aws.client("s3")
    held = client.get_bucket_lifecycle_configuration(Bucket=identity)["Rules"]
    shape = client.meta.service_model.shape_for("LifecycleRule")
    return {"bucket": identity, "rules": [_rule_properties(properties(shape, item, _RULE)) for item in held]}


def _rule_properties(rule: Props) -> Props:
    found = rule.get("filter") or {}
    if "and" in found:
        tags = {item["key"]: item["value"] for item in found["and"].get("tags") or ()}
        found = {"and": found["and"] | {"tags": tags}}
    return rule | {"filter": {name: value for name, value in found.items() if value != ""}}


def _delete_lifecycle(aws: Aws, identity: str, _: Props) -> None:
    aws.client("s3").delete_bucket_lifecycle(Bucket=identity)


def _put_policy(aws: Aws, inputs: Props) -> str:
    aws.client("s3").put_bucket_policy(Bucket=inputs["bucket"], Policy=inputs["policy"])
    return str(inputs["bucket"])


def _read_policy(aws: Aws, identity: str, _: Props) -> Props:
    return {"bucket": identity, "policy": aws.client("s3").get_bucket_policy(Bucket=identity)["Policy"]}


def _delete_policy(aws: Aws, identity: str, _: Props) -> None:
    aws.client("s3").delete_bucket_policy(Bucket=identity)


def _put_encryption(aws: Aws, inputs: Props) -> str:
    client = aws.client("s3")
    rules = [structure(client, "ServerSideEncryptionRule", rule, _RULE) for rule in inputs["rules"]]
    client.put_bucket_encryption(Bucket=inputs["bucket"], ServerSideEncryptionConfiguration={"Rules": rules})
    return str(inputs["bucket"])


def _read_encryption(aws: Aws, identity: str, _: Props) -> Props:
    answer = aws.ask("s3", "get_bucket_encryption", _RULE, Bucket=identity)
    return {"bucket": identity, "rules": answer["serverSideEncryptionConfiguration"]["rules"]}


def _delete_encryption(aws: Aws, identity: str, _: Props) -> None:
    aws.client("s3").delete_bucket_encryption(Bucket=identity)


def _put_versioning(aws: Aws, inputs: Props) -> str:
    status = inputs["versioningConfiguration"]["status"]
    if status != "Disabled":  # it means "never enabled", which AWS does not accept
        aws.client("s3").put_bucket_versioning(Bucket=inputs["bucket"], VersioningConfiguration={"Status": status})
    return str(inputs["bucket"])


def _read_versioning(aws: Aws, identity: str, _: Props) -> Props:
    status = aws.client("s3").get_bucket_versioning(Bucket=identity).get("Status", "Disabled")
    return {"bucket": identity, "versioningConfiguration": {"status": status}}


def _delete_versioning(aws: Aws, identity: str, state: Props) -> None:
    """Suspend it: a bucket cannot lose its versioning."""
    if state["versioningConfiguration"]["status"] == "Enabled":
        aws.client("s3").put_bucket_versioning(Bucket=identity, VersioningConfiguration={"Status": "Suspended"})


def _bucket_setting(name: str, fields: str, put: Any, read: Any, delete: Any) -> ResourceType:
    """Describe a resource type that is one setting of a bucket."""
    return ResourceType(
        name=name,
        fields=Fields.parse(f"bucket! {fields}"),
        auto_name=None,
        create=put,
        read=read,
        update=lambda aws, _identity, _state, new: put(aws, new) and None,
        delete=delete,
    )


S3 = (
    ResourceType(
        name="aws:s3/bucket:Bucket",
        fields=Fields.parse("bucket!? bucketPrefix!^ objectLockEnabled!^ forceDestroy^"),
        defaults={"forceDestroy": False},
        auto_name=AutoName("bucket", max_length=63, lower=True),
        tags=TagApi(_read_tags, _change_tags),
        create=_create_bucket,
        read=_read_bucket,
        delete=_delete_bucket,
    ),
    _bucket_setting(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "blockPublicAcls blockPublicPolicy ignorePublicAcls restrictPublicBuckets skipDestroy^",
        _put_block,
        _read_block,
        _delete_block,
    ),
    _bucket_setting(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "rule",
        _put_ownership,
        _read_ownership,
        _delete_ownership,
    ),
    _bucket_setting(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "rules",
        _put_lifecycle,
        _read_lifecycle,
        _delete_lifecycle,
    ),
    _bucket_setting("aws:s3/bucketPolicy:BucketPolicy", "policy", _put_policy, _read_policy, _delete_policy),
    _bucket_setting(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "rules",
        _put_encryption,
        _read_encryption,
        _delete_encryption,
    ),
    _bucket_setting(
        "aws:s3/bucketVersioning:BucketVersioning",
        "versioningConfiguration",
        _put_versioning,
        _read_versioning,
        _delete_versioning,
    ),
)
