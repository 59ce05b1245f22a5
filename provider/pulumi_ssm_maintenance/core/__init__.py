"""What a task is, without AWS and without Pulumi: shapes, rules, differences, identity, secrets."""
