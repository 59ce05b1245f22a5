#!/bin/sh
# Find a Python that can make the environment, and run the set-up with it.
cd -- "$(dirname -- "$0")/.." || exit 1
for python in python3 python3.14 python3.13 python3.12 python3.11; do
  if "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    exec "$python" -E -m tools.setup
  fi
done
echo "Set-up needs Python 3.11 or newer with its venv module, and found none on PATH." >&2
echo "Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python) and run this again." >&2
exit 1
