#!/usr/bin/env python3
"""What of a folder of captures is read: entries by breachwalk against entries by Python's json.

    cargo build --release
    tests/bench/corpora.py FOLDER_OF_HARS [--binary target/release/breachwalk]

Prints one line a file that differs, and the totals. Prints no content.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile


def entries(path):
    """Objects in log.entries as Python reads them; None where the file is no JSON to it."""
    with open(path, "rb") as file:
        text = file.read().decode("utf-8-sig", "replace")
    if "(" in text[:80] and text.rstrip().rstrip(";").endswith(")"):
        text = text[text.index("(") + 1 : text.rstrip().rstrip(";").rindex(")")]
    try:
        document = json.loads(text)
    except ValueError:
        return None
    found = document.get("log", {}).get("entries") if isinstance(document, dict) and isinstance(document.get("log"), dict) else None
    return sum(isinstance(entry, dict) for entry in found) if isinstance(found, list) else 0


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    arguments.add_argument("folder")
    arguments.add_argument("--binary", default="target/release/breachwalk")
    arguments = arguments.parse_args()
    case = os.path.join(tempfile.mkdtemp(), "case")
    subprocess.run([arguments.binary, "ingest", "-q", "--case", case, arguments.folder], stdout=subprocess.DEVNULL, check=False)
    with open(os.path.join(case, "manifest.json"), encoding="utf-8") as file:
        ours = {e["path"]: e for e in json.load(file)["evidence"]}
    theirs_total = ours_total = files = no_json = 0
    for name in sorted(os.listdir(arguments.folder)):
        path = os.path.abspath(os.path.join(arguments.folder, name))
        theirs, own = entries(path), ours.get(path)
        if own is None:
            print(f"{name}: the same bytes as another file")
            continue
        files += 1
        no_json += theirs is None
        theirs_total += theirs or 0
        ours_total += own["exchanges"]
        if own["exchanges"] < (theirs or 0) or (own["exchanges"] == 0 and not theirs):
            print(f"{name}: {own['exchanges']} exchanges, {own['rejects']} rejects, Python: {theirs}")
    print(f"{files} files, {no_json} of them no JSON to Python; entries: Python {theirs_total}, breachwalk {ours_total}")
    return 0 if ours_total >= theirs_total else 1


if __name__ == "__main__":
    sys.exit(main())
