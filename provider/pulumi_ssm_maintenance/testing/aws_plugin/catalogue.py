"""All resource types of the plugin, by type token."""

from collections.abc import Mapping
from types import MappingProxyType

from .resource_type import ResourceType
from .resources.cloudwatch import CLOUDWATCH
from .resources.compute import COMPUTE
from .resources.eventbridge import EVENTBRIDGE
from .resources.iam import IAM
from .resources.identity_providers import IDENTITY_PROVIDERS
from .resources.kms import KMS
from .resources.messaging import MESSAGING
from .resources.resource_groups import RESOURCE_GROUPS
from .resources.s3 import S3
from .resources.ssm_documents import DOCUMENTS
from .resources.ssm_patching import PATCHING
from .resources.ssm_windows import WINDOWS

_ALL = (
    *CLOUDWATCH,
    *COMPUTE,
    *DOCUMENTS,
    *EVENTBRIDGE,
    *IAM,
    *IDENTITY_PROVIDERS,
    *KMS,
    *MESSAGING,
    *PATCHING,
    *RESOURCE_GROUPS,
    *S3,
    *WINDOWS,
)

CATALOGUE: Mapping[str, ResourceType] = MappingProxyType({kind.name: kind for kind in _ALL})
