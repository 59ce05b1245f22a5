"""Log groups and buckets for the output of commands, and the policy that lets nodes write to them."""
