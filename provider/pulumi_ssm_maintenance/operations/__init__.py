"""Work on maintenance windows that exist: functions that take a boto3 session and return frozen dataclasses."""
