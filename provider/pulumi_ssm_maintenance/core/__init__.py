"""The facts and rules about a task, without Pulumi and without a call to AWS."""
