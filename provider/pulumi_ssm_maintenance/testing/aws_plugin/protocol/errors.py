"""The errors of requests to the plugin."""


class PluginError(Exception):
    """The request cannot be served, for the reason in the text."""


class UnknownTypeError(PluginError):
    """The resource type or function is unknown."""


class ConfigError(PluginError):
    """The provider's configuration is not supported."""


class PropertyError(PluginError):
    """A property is unknown to the `aws` plugin or to this stand-in."""


class GoneError(PluginError):
    """The object does not exist in AWS."""
