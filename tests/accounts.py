"""Somebody in another account than the one whose credentials `LocalAws.env` holds."""


def environment_of(local_aws, account):
    """Give the environment of somebody in an account, by AssumeRole."""
    role = {"RoleArn": f"arn:aws:iam::{account}:role/stranger", "RoleSessionName": "stranger"}
    credentials = local_aws.client("sts").assume_role(**role)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
