"""The resource types that the plugin serves, a module for each kind of AWS service."""
