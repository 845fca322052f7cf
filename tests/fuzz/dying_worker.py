"""Answers as `fuzz.worker` does, ends itself at number 3, stalls at number 5 and raises at number 6."""

import json
import os
import sys
import time

_, _seed, start, count = sys.argv
for number in range(int(start), int(start) + int(count)):
    if number == 3:
        os.abort()
    if number == 5:
        time.sleep(60)
    outcome = "UNCODED KeyError" if number == 6 else "READ"
    ms = 6000 if number == 7 else 1
    line = {"number": number, "kind": "cut", "outcome": outcome, "ms": ms, "peak_mib": 90}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
