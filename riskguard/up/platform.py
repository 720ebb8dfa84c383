"""The make-believe platform as a process: `python -m riskguard.up.platform PORT ACCOUNT_FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from riskguard.demo.platform import serve_platform
from riskguard.process import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    port, account_file = sys.argv[1:]
    serve_platform(int(port), json.loads(Path(account_file).read_text("utf-8"))["webhook_secret"])
