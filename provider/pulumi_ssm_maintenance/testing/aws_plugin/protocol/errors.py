"""What can be wrong with a request to the plugin."""


class PluginError(Exception):
    """The request cannot be served; the text says why."""


class UnknownTypeError(PluginError):
    """There is no such resource type or function."""


class ConfigError(PluginError):
    """The provider's configuration cannot be honoured."""


class PropertyError(PluginError):
    """A property is unknown to the `aws` plugin or to this stand-in."""


class GoneError(PluginError):
    """AWS does not have the object any more."""
