"""What every notebook here needs: a case, its frames, and the questions that only breachwalk answers."""

import atexit
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import polars as pl

ROOT = Path(__file__).resolve().parent.parent
DATASET = ROOT / "datasets" / "qr-walk"

# An identifier or a sighting belongs to the exchange that begins at the same byte of the same evidence.
KEY = ["evidence_id", "offset"]


def binary() -> str:
    """The breachwalk to run: `BREACHWALK`, else the build of this checkout, else the one on `PATH`."""
    named = os.environ.get("BREACHWALK")
    built = Path(os.environ.get("CARGO_TARGET_DIR", "target"), "debug", "breachwalk")
    found = shutil.which(named) if named else shutil.which(ROOT / built) or shutil.which("breachwalk")
    if found is None:
        raise FileNotFoundError(f"no program {named or 'breachwalk'}: run `cargo build`, or set BREACHWALK")
    return str(Path(found).resolve())


def run(*arguments: str | Path) -> str:
    """What breachwalk prints. What it complains about is raised."""
    done = subprocess.run([binary(), *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"breachwalk {arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def bundled() -> Path:
    """A case with the bundled evidence, in a temporary folder that goes with this process."""
    folder = tempfile.mkdtemp(prefix="breachwalk-notebook-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    case = Path(folder, "case")
    run("ingest", "--quiet", "--case", case, DATASET / "evidence")
    return case


def truth() -> dict:
    """What really happened in the bundled evidence, counted by its generator."""
    return json.loads((DATASET / "truth.json").read_text())


def frame(case: Path, table: str) -> pl.LazyFrame:
    """One of the case's frames: `exchanges`, `identifiers`, `sightings`, `fields`, `rejects`, `signals`."""
    return pl.scan_parquet(case / table / "*.parquet")


def query(case: Path, sql: str) -> pl.DataFrame:
    """The answer of `breachwalk query`. Needed for what is worked out when it is asked for and stands in
    no Parquet file: `exposure`, `findings`, `actors`, `endpoints`. Columns `…_us` become times, in UTC."""
    answer = json.loads(run("query", "-f", "json", sql, case))
    rows = pl.DataFrame(answer["sections"]["rows"]["rows"], infer_schema_length=None)
    times = [name for name in rows.columns if name in ("first_us", "last_us")]
    as_times = [pl.from_epoch(name, "us").dt.replace_time_zone("UTC").alias(name[:-3]) for name in times]
    return rows.with_columns(as_times).drop(times)


def section(case: Path, name: str, *arguments: str) -> pl.DataFrame:
    """One section of `breachwalk report`, all its rows."""
    answer = json.loads(run("report", "-f", "json", "--top", "0", "--section", name, *arguments, case))
    return pl.DataFrame(answer["sections"][name]["rows"], infer_schema_length=None)
