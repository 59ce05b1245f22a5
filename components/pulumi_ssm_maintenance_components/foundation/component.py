"""The base class of all components: type token, options of children, outputs, and a check of the providers."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import pulumi

from pulumi_ssm_maintenance._calls import legible_constructor
from pulumi_ssm_maintenance._options import demand_name_and_options
from pulumi_ssm_maintenance.errors import ArgumentError

from .auto_names import AutoNames, NamedResource
from .shown import shown

T = TypeVar("T")

PACKAGE = "pulumi-ssm-maintenance"


class Component(pulumi.ComponentResource):
    """A component whose children are named after it and use its providers."""

    logical_name: str
    """The name that the program gave the component."""
    where: str
    """How messages name this component: its class and its logical name."""

    def __init__(self, kind: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
        demand_name_and_options(kind, name, opts, shown)
        super().__init__(f"{PACKAGE}:index:{kind}", name, None, opts)
        self.logical_name = name
        self._shared: dict[str, Any] = {}
        self.where = f"{kind} {name!r}"
        maker = _component_that_makes_this(opts)
        self._names: AutoNames = AutoNames(self.where, name) if maker is None else maker._names  # noqa: SLF001 - its own
        self._reports_names = maker is None
        _demand_both_providers(kind, name, self._providers)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):
            legible_constructor(cls)

    def child(self, **options: Any) -> pulumi.ResourceOptions:
        """Return the options of a child."""
        return pulumi.ResourceOptions(parent=self, **options)

    def auto_named(self, kind: NamedResource, name: str) -> str:
        """Return the logical name of a child, and check the name that its provider generates from it.

        A preview reports all mistakes in names together, when the component is complete. An update without a preview
        stops at the first one, so that it creates nothing under another name.

        Raises:
            ArgumentError: AWS does not accept the generated name.
        """
        logical_name = self._names.add(kind, name)
        if self._names.are_complete or not pulumi.runtime.is_dry_run():
            self._names.raise_all()
        return logical_name

    def register_outputs(self, outputs: pulumi.Inputs) -> None:
        """Complete the component. The outermost one reports the mistakes in all generated names, its parts' too.

        Raises:
            ArgumentError: AWS does not accept generated names.
        """
        if self._reports_names:
            self._names.are_complete = True
            self._names.raise_all()
        super().register_outputs(outputs)

    def declared_outputs(self) -> dict[str, Any]:
        """Return the public attributes that the class and its bases declare with an annotation."""
        classes = [cls for cls in type(self).__mro__ if issubclass(cls, Component) and cls is not Component]
        names = dict.fromkeys(name for cls in reversed(classes) for name in inspect.get_annotations(cls))
        return {name: getattr(self, name) for name in names if not name.startswith("_")}

    def once(self, key: str, create: Callable[[], T]) -> T:
        """Return what several parts of the component share. Create it the first time."""
        if key not in self._shared:
            self._shared[key] = create()
        shared: T = self._shared[key]
        return shared

    def lookup(self) -> pulumi.InvokeOptions:
        """Return the options of a lookup in the account and region of the children."""
        return pulumi.InvokeOptions(parent=self)


def _component_that_makes_this(opts: pulumi.ResourceOptions | None) -> Component | None:
    """Return the component whose constructor makes this one, if any."""
    parent = opts.parent if opts else None
    return parent if isinstance(parent, Component) and not parent._names.are_complete else None  # noqa: SLF001 - its own


def _demand_both_providers(kind: str, name: str, providers: Any) -> None:
    where = f"{kind} {name!r}"
    for key, provider in providers.items():
        # Beside the right key, another one is harmless: a program may keep providers for itself under keys of its own.
        if provider.package in {"aws", "pulumi-python"} and provider.package not in providers:
            message = (
                f"{where}: opts: providers: got {shown(key)} for a provider of the package {provider.package!r}, so"
                f" nothing would use it; allowed: a list of providers, or {provider.package!r} as its key"
            )
            raise ArgumentError(message)
    # A child without an explicit provider of its package uses the default one without a warning: the window would be in
    # one region, and its task in another.
    if "aws" in providers and "pulumi-python" not in providers:
        message = (
            f"{where} is given an aws provider without one for its tasks, which would be registered with the"
            " default account and region: add pulumi_ssm_maintenance.Provider with the same settings to"
            " opts=ResourceOptions(providers=[…])"
        )
        raise ArgumentError(message)
