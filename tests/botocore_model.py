"""The `ssm` service model as botocore itself reads it, to hold against what this package reads."""

from functools import cache

from botocore.loaders import Loader
from botocore.model import ServiceModel


@cache
def service_model():
    return ServiceModel(Loader().load_service_model("ssm", "service-2"))
