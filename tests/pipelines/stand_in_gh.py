"""A stand-in for `gh api`, which keeps the comments of a pull request in a file: `stand_in_gh.py FILE api …`."""

import argparse
import json
import sys
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("command", choices=["api"])
parser.add_argument("address")
parser.add_argument("--silent", action="store_true")
parser.add_argument("--method", default="GET")
parser.add_argument("--field", default="")
options = parser.parse_args(sys.argv[2:])
path, (_, _, file) = Path(sys.argv[1]), options.field.partition("body=@")
comments = json.loads(path.read_text()) if path.exists() else []
if options.method == "POST" and options.address.endswith("/issues/7/comments"):
    login = {"login": "github-actions[bot]"}
    comments.append({"id": len(comments) + 1, "user": login, "body": Path(file).read_text()})
elif options.method == "PATCH":
    (changed,) = (it for it in comments if options.address.endswith(f"/issues/comments/{it['id']}"))
    changed["body"] = Path(file).read_text()
elif options.method == "GET" and options.address.endswith("/issues/7/comments?per_page=100"):
    print(json.dumps(comments))  # noqa: T201 - the answer
else:
    sys.exit(f"unknown: {sys.argv}")
path.write_text(json.dumps(comments))
