"""What an import of the schedules brings along."""

import json
import subprocess
import sys

IMPORTED = "import json, sys, pulumi_ssm_maintenance.schedules; print(json.dumps([*sys.modules]))"


def test_schedules_bring_neither_the_aws_package_of_pulumi_nor_an_aws_client():
    done = subprocess.run([sys.executable, "-c", IMPORTED], check=True, capture_output=True, text=True)
    packages = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert not packages & {"pulumi_aws", "boto3", "botocore", "pulumi_ssm_maintenance_components"}
    assert "pulumi_ssm_maintenance" in packages
