#!/usr/bin/env python3
"""Measures breachwalk and its peers on the same input, in the same run, in turns.

Absolute CPU seconds drift between runs on a shared machine; ratios within one run do not. So every
repetition runs each route once, A B C A B C, and a ratio is the median of the pairs.

    cargo build --release && cargo build --release --example generate-evidence
    pip install duckdb polars pyarrow orjson        # apt-get install lnav goaccess
    tests/bench/peers.py --bytes 500M --repeat 3 --json result.json

A peer that is not installed is reported as missing. A route that did not do the job (another number
of rows than the generator wrote) is reported as wrong and its figures are not printed.
"""

import argparse
import importlib.util
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

# What is measured. {case} is a folder that does not exist yet, {input} the evidence.
BREACHWALK = ["{binary}", "ingest", "--case", "{case}", "--quiet", "{input}"]

SHAPES = {"combined": "log", "json": "jsonl", "json-bodies": "jsonl", "har": "har"}

# nginx's combined line as a CSV reader sees it: blanks between, quotes around. `[time +zone]` makes two.
CSV_COLUMNS = ["address", "ident", "user", "stamp", "zone", "request", "status", "bytes", "referer", "agent"]
COMBINED_REGEX = (
    r'^(\S+) (\S+) (\S+) \[([^\]]+)\] "(\S+) (\S+) ([^"]*)" (\d{3}) (\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"'
)
JSON_COLUMNS = {
    "time_iso8601": "TIMESTAMPTZ",
    "remote_addr": "VARCHAR",
    "request_method": "VARCHAR",
    "request_uri": "VARCHAR",
    "status": "SMALLINT",
    "body_bytes_sent": "BIGINT",
    "request_time": "DOUBLE",
    "http_user_agent": "VARCHAR",
    "http_referer": "VARCHAR",
    "host": "VARCHAR",
    "request_id": "VARCHAR",
    "upstream_addr": "VARCHAR",
    "upstream_response_time": "DOUBLE",
    "http_x_forwarded_for": "VARCHAR",
}
BODY_COLUMNS = {"request_body": "VARCHAR", "response_body": "VARCHAR"}


# ---- the routes that are Python: each runs in a process of its own -------------------------------


def duckdb_copy(select, output):
    """One SELECT into one Parquet file, zstd 1 like breachwalk's, order kept (not keeping it saves a tenth)."""
    import duckdb

    duckdb.sql("SET enable_progress_bar = false")
    duckdb.sql(f"COPY ({select}) TO '{output}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")


def duckdb_combined_csv(source, output):
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in CSV_COLUMNS)
    duckdb_copy(
        f"""SELECT address, "user",
                   strptime(stamp || zone, '[%d/%b/%Y:%H:%M:%S%z]') AS time,
                   split_part(request, ' ', 1) AS method,
                   split_part(split_part(request, ' ', 2), '?', 1) AS path,
                   split_part(split_part(request, ' ', 2), '?', 2) AS query,
                   split_part(request, ' ', 3) AS version,
                   status::SMALLINT AS status, try_cast(bytes AS BIGINT) AS bytes, referer, agent
            FROM read_csv('{source}', delim=' ', quote='"', escape='\\', header=false,
                          auto_detect=false, columns={{{columns}}})""",
        output,
    )


def duckdb_combined_split(source, output):
    """One column, cut at the quotes by string functions."""
    duckdb_copy(
        f"""WITH cut AS (SELECT string_split(line, '"') AS part
                         FROM read_csv('{source}', delim='\x01', quote='', escape='', header=false,
                                       auto_detect=false, columns={{'line': 'VARCHAR'}})),
                 named AS (SELECT string_split(part[1], ' ') AS head, string_split(part[2], ' ') AS request,
                                  string_split(part[3], ' ') AS size, part[4] AS referer, part[6] AS agent
                           FROM cut)
            SELECT head[1] AS address, head[3] AS "user",
                   strptime(head[4] || head[5], '[%d/%b/%Y:%H:%M:%S%z]') AS time, request[1] AS method,
                   split_part(request[2], '?', 1) AS path, split_part(request[2], '?', 2) AS query,
                   request[3] AS version, size[2]::SMALLINT AS status, try_cast(size[3] AS BIGINT) AS bytes,
                   referer, agent
            FROM named""",
        output,
    )


def duckdb_combined_regex(source, output):
    names = "['address','ident','user','time','method','uri','version','status','bytes','referer','agent']"
    pattern = COMBINED_REGEX.replace("'", "''")
    duckdb_copy(
        f"""WITH cut AS (SELECT regexp_extract(line, '{pattern}', {names}) AS f
                         FROM read_csv('{source}', delim='\x01', quote='', escape='', header=false,
                                       auto_detect=false, columns={{'line': 'VARCHAR'}}))
            SELECT f.address, f."user", strptime(f.time, '%d/%b/%Y:%H:%M:%S %z') AS time, f.method,
                   split_part(f.uri, '?', 1) AS path, split_part(f.uri, '?', 2) AS query, f.version,
                   f.status::SMALLINT AS status, try_cast(f.bytes AS BIGINT) AS bytes, f.referer, f.agent
            FROM cut""",
        output,
    )


def duckdb_json(source, output, extra=None):
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in {**JSON_COLUMNS, **(extra or {})}.items())
    duckdb_copy(
        f"""SELECT * EXCLUDE request_uri, split_part(request_uri, '?', 1) AS path,
                   split_part(request_uri, '?', 2) AS query
            FROM read_json('{source}', format='newline_delimited', ignore_errors=true,
                           columns={{{columns}}})""",
        output,
    )


def duckdb_json_bodies(source, output):
    duckdb_json(source, output, BODY_COLUMNS)


def polars_sink(frame, output):
    frame.sink_parquet(output, compression="zstd", compression_level=1)


def polars_time(column, layout):
    import polars as pl

    return pl.col(column).str.to_datetime(layout, time_unit="us")


def polars_uri(column):
    import polars as pl

    cut = pl.col(column).str.splitn("?", 2)
    return [cut.struct.field("field_0").alias("path"), cut.struct.field("field_1").alias("query")]


def polars_combined_csv(source, output):
    import polars as pl

    frame = pl.scan_csv(
        source, separator=" ", quote_char='"', has_header=False, new_columns=CSV_COLUMNS, infer_schema=False
    )
    request = pl.col("request").str.splitn(" ", 3)
    frame = frame.with_columns(
        (pl.col("stamp") + pl.col("zone")).alias("time"),
        request.struct.field("field_0").alias("method"),
        request.struct.field("field_1").alias("uri"),
        request.struct.field("field_2").alias("version"),
    )
    frame = frame.with_columns(
        polars_time("time", "[%d/%b/%Y:%H:%M:%S%z]"),
        pl.col("status").cast(pl.Int16),
        pl.col("bytes").cast(pl.Int64, strict=False),
        *polars_uri("uri"),
    ).drop("stamp", "zone", "request", "uri", "ident")
    polars_sink(frame, output)


def polars_combined_regex(source, output):
    import polars as pl

    names = ["address", "ident", "user", "time", "method", "uri", "version", "status", "bytes", "referer", "agent"]
    pattern = COMBINED_REGEX
    for name in names:  # extract_groups takes the names from the pattern
        pattern = pattern.replace("(\\S+)", f"(?P<{name}>\\S+)", 1) if name in ("address", "ident", "user", "method", "uri") else pattern
    pattern = pattern.replace("([^\\]]+)", "(?P<time>[^\\]]+)").replace('([^"]*)', '(?P<version>[^"]*)')
    pattern = pattern.replace("(\\d{3})", "(?P<status>\\d{3})").replace("(\\d+|-)", "(?P<bytes>\\d+|-)")
    quoted = '((?:[^"\\\\]|\\\\.)*)'
    for name in ("referer", "agent"):
        pattern = pattern.replace(quoted, "(?P<" + name + ">" + quoted[1:], 1)
    frame = pl.scan_csv(
        source, separator="\x01", quote_char=None, has_header=False, new_columns=["line"], infer_schema=False
    )
    frame = frame.select(pl.col("line").str.extract_groups(pattern)).unnest("line")
    frame = frame.with_columns(
        polars_time("time", "%d/%b/%Y:%H:%M:%S %z"),
        pl.col("status").cast(pl.Int16),
        pl.col("bytes").cast(pl.Int64, strict=False),
        *polars_uri("uri"),
    ).drop("uri", "ident")
    polars_sink(frame, output)


def polars_json(source, output, extra=None):
    import polars as pl

    # polars' NDJSON reader knows no 16-bit numbers: it panics on them.
    kinds = {"TIMESTAMPTZ": pl.String, "VARCHAR": pl.String, "SMALLINT": pl.Int64, "BIGINT": pl.Int64, "DOUBLE": pl.Float64}
    schema = {name: kinds[kind] for name, kind in {**JSON_COLUMNS, **(extra or {})}.items()}
    # Even so polars gives up on a line that is no JSON at all ("Syntax at character 0"): with
    # --damage this route is reported as wrong.
    frame = pl.scan_ndjson(source, schema=schema, ignore_errors=True)
    frame = frame.with_columns(
        polars_time("time_iso8601", "%Y-%m-%dT%H:%M:%S%z"),
        pl.col("status").cast(pl.Int16),
        *polars_uri("request_uri"),
    )
    polars_sink(frame.drop("request_uri"), output)


def polars_json_bodies(source, output):
    polars_json(source, output, BODY_COLUMNS)


def orjson_lines(source, _output):
    """Parsing only: nothing is kept."""
    import orjson

    rows = 0
    with open(source, "rb") as lines:
        for line in lines:
            try:
                orjson.loads(line)
            except orjson.JSONDecodeError:
                pass
            rows += 1
    print(rows)


def orjson_har(source, _output):
    import orjson

    with open(source, "rb") as file:
        print(len(orjson.loads(file.read())["log"]["entries"]))


def stdlib_har(source, _output):
    with open(source, "rb") as file:
        print(len(json.loads(file.read())["log"]["entries"]))


PYTHON_ROUTES = {
    "DuckDB, CSV reader trick": (duckdb_combined_csv, ["duckdb"], ["combined"], "parquet"),
    "DuckDB, split at quotes": (duckdb_combined_split, ["duckdb"], ["combined"], "parquet"),
    "DuckDB, regexp": (duckdb_combined_regex, ["duckdb"], ["combined"], "parquet"),
    "DuckDB, read_json": (duckdb_json, ["duckdb"], ["json"], "parquet"),
    "DuckDB, read_json with bodies": (duckdb_json_bodies, ["duckdb"], ["json-bodies"], "parquet"),
    "polars, CSV reader trick": (polars_combined_csv, ["polars"], ["combined"], "parquet"),
    "polars, regex": (polars_combined_regex, ["polars"], ["combined"], "parquet"),
    "polars, scan_ndjson": (polars_json, ["polars"], ["json"], "parquet"),
    "polars, scan_ndjson with bodies": (polars_json_bodies, ["polars"], ["json-bodies"], "parquet"),
    "orjson, parse only": (orjson_lines, ["orjson"], ["json", "json-bodies"], "stdout"),
    "orjson, load": (orjson_har, ["orjson"], ["har"], "stdout"),
    "Python json, load": (stdlib_har, [], ["har"], "stdout"),
}


# ---- counting what a route wrote: never part of the measured time --------------------------------


def parquet_rows(path):
    """Rows of a Parquet file, with whichever reader is there; None when there is none."""
    code = {
        "pyarrow": "import pyarrow.parquet as q,sys; print(q.ParquetFile(sys.argv[1]).metadata.num_rows)",
        "duckdb": "import duckdb,sys; print(duckdb.execute('SELECT count(*) FROM read_parquet(?)', [sys.argv[1]]).fetchone()[0])",
        "polars": "import polars as p,sys; print(p.scan_parquet(sys.argv[1]).select(p.len()).collect().item())",
    }
    for package, text in code.items():
        if importlib.util.find_spec(package):
            return int(subprocess.check_output([sys.executable, "-c", text, path]))
    return None


def case_rows(folder):
    """Exchanges and rejects, as the manifest counts them; what is ignorable is no row of a peer."""
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        evidence = json.load(file)["evidence"]
    return sum(entry["exchanges"] + entry["rejects"] for entry in evidence)


def last_number(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        words = file.read().split()
    return int(words[-1]) if words and words[-1].isdigit() else -1


# ---- routes ---------------------------------------------------------------------------------------


class Route:
    """One way to do the work: a command, and how to see that it did it."""

    def __init__(self, name, command, rows, missing=None):
        self.name, self.command, self.rows, self.missing = name, command, rows, missing
        self.runs, self.wrong, self.unchecked = [], None, False


def routes(shape, binary):
    found = []
    ours = [part.replace("{binary}", binary) for part in BREACHWALK]
    gone = None if os.access(binary, os.X_OK) else f"no release binary at {binary}"
    found.append(Route("breachwalk ingest", ours, lambda run: case_rows(run["case"]), gone))
    for name, (_, needs, shapes, kind) in PYTHON_ROUTES.items():
        if shape in shapes:
            lacking = [package for package in needs if not importlib.util.find_spec(package)]
            rows = (lambda run: parquet_rows(run["output"])) if kind == "parquet" else (lambda run: last_number(run["stdout"]))
            command = [sys.executable, os.path.abspath(__file__), "--route", name, "{input}", "{output}"]
            found.append(Route(name, command, rows, f"pip install {' '.join(lacking)}" if lacking else None))
    if shape == "combined":
        tool = shutil.which("lnav")
        query = ";SELECT count(*) AS n FROM access_log"
        # :write-csv-to gives the bare number; what lnav prints of itself is a table with borders.
        command = [tool or "lnav", "-n", "-c", query, "-c", ":write-csv-to {output}", "{input}"]
        found.append(Route("lnav, SQL count", command, lambda run: last_number(run["output"]), None if tool else "apt-get install lnav"))
        tool = shutil.which("goaccess")
        command = [tool or "goaccess", "{input}", "--log-format=COMBINED", "--no-progress", "-o", "{output}.json"]
        found.append(Route("GoAccess report", command, goaccess_rows, None if tool else "apt-get install goaccess"))
    if shape != "har":
        found.append(Route("floor: wc -l", ["wc", "-l", "{input}"], lambda run: int(open(run["stdout"]).read().split()[0])))
    return found


def goaccess_rows(run):
    with open(run["output"] + ".json", encoding="utf-8") as file:
        return json.load(file)["general"]["total_requests"]


# ---- measuring ------------------------------------------------------------------------------------


def measure(command, stdout):
    """CPU seconds, wall seconds, peak MiB and the exit code of one child and its children.

    The peak can't be below this script's own (about 16 MiB): the kernel counts the moment between
    fork and exec.
    """
    begin = time.monotonic()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE)
    complaint = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return {
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "wall_s": time.monotonic() - begin,
        "peak_mib": usage.ru_maxrss / 1024,
    }, child.returncode, complaint.decode(errors="replace").strip()


def run_once(route, source, least, most):
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        run = {"case": os.path.join(folder, "case"), "output": os.path.join(folder, "out"), "stdout": os.path.join(folder, "stdout")}
        command = [
            part.replace("{input}", source).replace("{case}", run["case"]).replace("{output}", run["output"])
            for part in route.command
        ]
        with open(run["stdout"], "wb") as stdout:
            figures, code, complaint = measure(command, stdout)
        if code != 0:
            route.wrong = f"exit {code}: {complaint[-300:]}"
            return
        rows = route.rows(run)
        if rows is None:
            route.unchecked = True
        elif not least <= rows <= most:
            route.wrong = f"{rows} rows where {least}" + (f" to {most}" if most != least else "") + " were written"
            return
        route.runs.append(figures)


def summary(shape, route, ours, size):
    row = {"shape": shape, "route": route.name}
    if route.missing or route.wrong:
        return {**row, "missing": route.missing, "wrong": route.wrong}
    for key in ("cpu_s", "wall_s", "peak_mib"):
        row[key] = round(statistics.median(run[key] for run in route.runs), 3)
    row["cpu_s_per_gb"] = round(row["cpu_s"] / (size / 1e9), 2)
    row["runs"] = len(route.runs)
    row["checked"] = not route.unchecked
    if ours.runs and len(ours.runs) == len(route.runs) and route is not ours:
        pairs = [mine["cpu_s"] / max(theirs["cpu_s"], 0.001) for mine, theirs in zip(ours.runs, route.runs)]
        row["ratio"] = round(statistics.median(pairs), 3)
    return row


def table(rows):
    lines = [
        "| shape | route | CPU-s per GB | CPU s | wall s | peak MiB | breachwalk ÷ this (median of pairs) |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        if row.get("missing"):
            lines.append(f"| {row['shape']} | {row['route']} | missing: {row['missing']} | | | | |")
        elif row.get("wrong"):
            lines.append(f"| {row['shape']} | {row['route']} | WRONG: {row['wrong']} | | | | |".replace("\n", " "))
        else:
            ratio = f"{row['ratio']:.2f}" if "ratio" in row else ""
            note = "" if row["checked"] else " (rows not checked)"
            lines.append(
                f"| {row['shape']} | {row['route']}{note} | {row['cpu_s_per_gb']:.1f} | {row['cpu_s']:.2f} "
                f"| {row['wall_s']:.2f} | {row['peak_mib']:.0f} | {ratio} |"
            )
    return "\n".join(lines)


def generate(generator, shape, arguments, folder):
    path = os.path.join(folder, f"{shape}.{SHAPES[shape]}")
    command = [generator, shape, "--bytes", arguments.bytes, "--seed", str(arguments.seed), "-o", path]
    if shape.startswith("json"):
        command += ["--damage", str(arguments.damage)] + (["--shuffle-keys"] if arguments.shuffle_keys else [])
    done = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True)
    return path, json.loads(done.stderr.strip().splitlines()[-1])


def parse_arguments():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    release = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(root, "target")), "release")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", default="200M", help="size of each input, with k, M or G (default %(default)s)")
    parser.add_argument("--shape", action="append", choices=list(SHAPES), help="only this shape; may be repeated")
    parser.add_argument("--only", action="append", metavar="WORD", help="only routes whose name holds WORD; breachwalk stays")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each route (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--damage", type=int, default=0, metavar="PER_MILLE", help="spoil this share of the JSON lines")
    parser.add_argument("--shuffle-keys", action="store_true", help="JSON lines with their keys in changing order")
    parser.add_argument("--binary", default=os.path.join(release, "breachwalk"))
    parser.add_argument("--generator", default=os.path.join(release, "examples", "generate-evidence"))
    parser.add_argument("--folder", help="where the inputs are written and kept; default: a temporary folder")
    parser.add_argument("--json", metavar="FILE", help="write all figures there too")
    parser.add_argument("--route", nargs=3, metavar=("NAME", "INPUT", "OUTPUT"), help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.route:
        name, source, output = arguments.route
        PYTHON_ROUTES[name][0](source, output)
        return 0
    if not os.access(arguments.generator, os.X_OK):
        print(f"no generator at {arguments.generator}: cargo build --release --example generate-evidence", file=sys.stderr)
        return 2
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-input-") as scratch:
        folder = arguments.folder or scratch
        os.makedirs(folder, exist_ok=True)
        for shape in arguments.shape or SHAPES:
            source, written = generate(arguments.generator, shape, arguments, folder)
            every = routes(shape, arguments.binary)
            chosen = [r for r in every if not arguments.only or r is every[0] or any(w.lower() in r.name.lower() for w in arguments.only)]
            for turn in range(arguments.repeat):
                for route in chosen:
                    if not (route.missing or route.wrong):
                        print(f"{shape} {turn + 1}/{arguments.repeat} {route.name}", file=sys.stderr)
                        # A damaged line may be a row of nulls, a reject, or skipped.
                        run_once(route, source, written["records"] - written["damaged"], written["records"])
            rows += [summary(shape, route, every[0], written["bytes"]) for route in chosen]
            if not arguments.folder:
                os.remove(source)
    print(table(rows))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            machine = {"machine": platform.platform(), "cpus": os.cpu_count(), "python": platform.python_version()}
            json.dump({**machine, "bytes": arguments.bytes, "repeat": arguments.repeat, "rows": rows}, file, indent=1)
    return 1 if any(row.get("wrong") for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
