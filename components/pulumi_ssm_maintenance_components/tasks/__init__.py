"""Components for tasks of a maintenance window that run a command, a Lambda function or a state machine."""
