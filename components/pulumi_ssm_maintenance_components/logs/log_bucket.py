"""A bucket for the output of commands: no public access, no ACLs, TLS only, a life cycle, and a key if you want."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.keys import key_of
from pulumi_ssm_maintenance_components.foundation.roles import policy

_DAYS_TO_INFREQUENT_ACCESS = 90
_DAYS_TO_EXPIRY = 730
_DAYS_OF_UNFINISHED_UPLOADS = 7


def log_bucket(component: Component, name: str, *, tags: Mapping[str, pulumi.Input[str]]) -> "aws.s3.Bucket":
    """Create a bucket for logs. It cannot be destroyed before it is empty."""
    bucket = aws.s3.Bucket(component.auto_named("bucket", name), tags=tags, opts=component.child())
    block = aws.s3.BucketPublicAccessBlock(
        name,
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=component.child(),
    )
    # S3 refuses to change two of these at once (observed by users, for example
    # https://github.com/hashicorp/terraform-provider-aws/issues/7628), so one depends on the other.
    owner = aws.s3.BucketOwnershipControls(
        name,
        bucket=bucket.id,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=component.child(depends_on=[block]),
    )
    aws.s3.BucketPolicy(name, bucket=bucket.id, policy=_tls_only(bucket), opts=component.child(depends_on=[owner]))
    aws.s3.BucketLifecycleConfiguration(
        name,
        bucket=bucket.id,
        rules=[
            {
                "id": "logs",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "transitions": [{"days": _DAYS_TO_INFREQUENT_ACCESS, "storage_class": "STANDARD_IA"}],
                "expiration": {"days": _DAYS_TO_EXPIRY},
                "abort_incomplete_multipart_upload": {"days_after_initiation": _DAYS_OF_UNFINISHED_UPLOADS},
            }
        ],
        opts=component.child(),
    )
    if (key := key_of(component)) is not None:
        # With a bucket key, S3 calls KMS for each bucket and not for each object.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
        aws.s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.id,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key},
                    "bucket_key_enabled": True,
                }
            ],
            opts=component.child(),
        )
    return bucket


def _tls_only(bucket: "aws.s3.Bucket") -> pulumi.Output[str]:
    return policy(
        [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket.arn, pulumi.Output.format("{0}/*", bucket.arn)],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
    )
