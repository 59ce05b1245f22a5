"""What all components share: their type tokens, their children's options, and both providers or none."""

import inspect
from typing import Any

import pulumi

from .auto_names import Named, demand_auto_name
from .errors import ComponentError

PACKAGE = "pulumi-ssm-maintenance"


class Component(pulumi.ComponentResource):
    """A bundle of resources. Its children are named after it, and use its providers."""

    where: str
    """How messages name this component: its class and its logical name."""

    def __init__(self, kind: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
        super().__init__(f"{PACKAGE}:index:{kind}", name, None, opts)
        self._logical_name = name
        self.where = f"{kind} {name!r}"
        _demand_both_providers(kind, name, self._providers)

    def child(self, **options: Any) -> pulumi.ResourceOptions:
        """Give the options of a child."""
        return pulumi.ResourceOptions(parent=self, **options)

    def auto_named(self, kind: Named, name: str) -> str:
        """Give the logical name of a child, once AWS takes what its provider makes up of it.

        Raises:
            ArgumentError: AWS does not.
        """
        demand_auto_name(self.where, self._logical_name, kind, name)
        return name

    def declared_outputs(self) -> dict[str, Any]:
        """Return the public attributes that the class and its bases declare with an annotation."""
        classes = [cls for cls in type(self).__mro__ if issubclass(cls, Component) and cls is not Component]
        names = dict.fromkeys(name for cls in reversed(classes) for name in inspect.get_annotations(cls))
        return {name: getattr(self, name) for name in names if not name.startswith("_")}

    def lookup(self) -> pulumi.InvokeOptions:
        """Give the options of a lookup, so that it asks the account and region of the children."""
        return pulumi.InvokeOptions(parent=self)


def _demand_both_providers(kind: str, name: str, providers: Any) -> None:
    # Children without a provider of their package take the default one in silence: the window would be in one
    # region, and its task would be registered in another.
    if "aws" in providers and "pulumi-python" not in providers:
        message = (
            f"{kind} {name!r} is given an aws provider without one for its tasks, which would be registered with the"
            " default account and region: add pulumi_ssm_maintenance.Provider with the same settings to"
            " opts=ResourceOptions(providers=[…])"
        )
        raise ComponentError(message)
