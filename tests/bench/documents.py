"""What a document of the size of a plan costs: seconds, pages, and the memory of the process that writes it.

Run it: `make bench`.
"""

import io
import os
import pickle
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pypdf

from app.documents.document import Document
from app.documents.writing import Kind
from tests.documents.samples import make_empty, make_plan_sized

KINDS: tuple[Kind, ...] = ("docx", "pdf", "html", "xlsx")
MOST_SECONDS, MOST_MEGABYTES, LEAST_PAGES = 10, 300, 40


@dataclass(frozen=True)
class Cost:
    """What writing took, by the clock and of a processor, and what came of it."""

    kind: Kind
    waited: float
    seconds: float
    megabytes: float
    data: bytes


def measure(document: Document, kind: Kind) -> Cost:
    """Write a document once, in the process that writes, and look at the most memory that it had."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answered:
        pickle.dump((document, kind, None), asked)
        asked.seek(0)
        process = subprocess.Popen([sys.executable, "-m", "app.documents.writing"], stdin=asked, stdout=answered)
        most = 0
        while True:
            most = max(most, peak_of(process.pid))
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            time.sleep(0.005)
        process.returncode = os.waitstatus_to_exitcode(status)
        waited = time.perf_counter() - start
        assert process.returncode == 0, "it was written"
        answered.seek(0)
        return Cost(kind, waited, usage.ru_utime + usage.ru_stime, most / 1024, answered.read())


def peak_of(process: int) -> int:
    """The most kilobytes that a process had so far; what the system says of ended ones counts those who began them."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def growth(document: Document, kind: Kind) -> Cost:
    """The same, less the memory of a process that writes next to nothing."""
    least, whole = measure(make_empty(), "json"), measure(document, kind)
    return Cost(kind, whole.waited, whole.seconds, whole.megabytes - least.megabytes, whole.data)


def main() -> int:
    """Print what each format costs; 1 when one of them costs more than was promised."""
    document = make_plan_sized()
    costs = [growth(document, kind) for kind in KINDS]
    pages = len(pypdf.PdfReader(io.BytesIO(next(cost.data for cost in costs if cost.kind == "pdf"))).pages)
    lines = [f"A document of 24 sheets, 12 figures and {len(document.tables)} tables, {pages} pages"]
    lines += [
        f"  {cost.kind:5} {cost.seconds:6.1f} s of a processor ({MOST_SECONDS} at most), {cost.waited:6.1f} s waited, "
        f"{cost.megabytes:6.0f} MB more "
        f"({MOST_MEGABYTES} at most), {len(cost.data) / 1024:7.0f} KB"
        for cost in costs
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    is_kept = all(cost.seconds <= MOST_SECONDS and cost.megabytes <= MOST_MEGABYTES for cost in costs)
    return int(not is_kept or pages < LEAST_PAGES)


if __name__ == "__main__":
    sys.exit(main())
