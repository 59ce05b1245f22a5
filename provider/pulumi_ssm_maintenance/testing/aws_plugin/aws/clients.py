"""The AWS clients of a provider configuration, per region."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .shapes import Names, properties, request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.exceptions import ClientError

    from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props

    from .config import AssumedRole, Config

# From botocore's data.
_DNS_SUFFIXES = {"aws": "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-us-gov": "amazonaws.com"}


class Aws:
    """The clients of one region, each made once."""

    def __init__(self, config: Config, session: Any, region: str) -> None:
        self.region = region
        self.default_tags = config.default_tags
        self._config = config
        self._session = session
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """Return the client of a service. Sessions are not thread-safe, hence the lock; clients are."""
        with self._lock:
            if service not in self._clients:
                endpoint = self._config.endpoints.get(service)
                self._clients[service] = self._session.client(service, region_name=self.region, endpoint_url=endpoint)
            return self._clients[service]

    def call(self, service: str, method: str, props: Props, names: Names | None = None, **fixed: Any) -> Any:
        """Call a method with those properties that its request has members for, and with the members in `fixed`."""
        client = self.client(service)
        return getattr(client, method)(**(request(client, method, props, names) | fixed))

    def ask(self, service: str, method: str, names: Names | None = None, **arguments: Any) -> Props:
        """Call a method and return its answer as properties."""
        client = self.client(service)
        operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
        answer = getattr(client, method)(**arguments)
        return dict(properties(operation.output_shape, answer, names))

    @cached_property
    def identity(self) -> Mapping[str, str]:
        """The answer of STS GetCallerIdentity."""
        return dict(self.client("sts").get_caller_identity())

    @property
    def account(self) -> str:
        """The account's twelve digits."""
        return self.identity["Account"]

    @property
    def partition(self) -> str:
        """The partition of the region, such as `aws` or `aws-cn`."""
        return str(self._session.get_partition_for_region(self.region))

    @property
    def dns_suffix(self) -> str:
        """The partition's domain."""
        return _DNS_SUFFIXES.get(self.partition, "amazonaws.com")

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """Compose an ARN of this account."""
        region = self.region if regional else ""
        return f"arn:{self.partition}:{service}:{region}:{self.account}:{resource}"


def error_code(error: ClientError) -> str:
    """The code that AWS gave an error."""
    return error.response.get("Error", {}).get("Code", "")


class Connection:
    """One provider configuration; regions are connected on first use."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._regions: dict[str, Aws] = {}
        self._lock = threading.Lock()

    def region(self, name: str | None) -> Aws:
        """Return the clients of a region, by default that of the provider."""
        region = name or self.config.required_region
        with self._lock:
            if region not in self._regions:
                self._regions[region] = Aws(self.config, self._session(region), region)
                self._check_account(self._regions[region])
            return self._regions[region]

    def _session(self, region: str) -> Any:
        import boto3  # noqa: PLC0415 - 0.2 s that the engine's first calls to the plugin need not wait for

        settings: dict[str, Any] = dict(self.config.session)
        session = boto3.Session(region_name=region, **settings)
        for role in self.config.assume_roles:
            session = _assume(session, self.config, region, role)
        return session

    def _check_account(self, aws: Aws) -> None:
        if self.config.allowed_accounts or self.config.forbidden_accounts:
            self.config.check_account(aws.account)


def _assume(session: Any, config: Config, region: str, role: AssumedRole) -> Any:
    import boto3  # noqa: PLC0415 - as above

    client = session.client("sts", region_name=region, endpoint_url=config.endpoints.get("sts"))
    granted = client.assume_role(**role.request)["Credentials"]
    return boto3.Session(
        aws_access_key_id=granted["AccessKeyId"],
        aws_secret_access_key=granted["SecretAccessKey"],
        aws_session_token=granted["SessionToken"],
        region_name=region,
    )
