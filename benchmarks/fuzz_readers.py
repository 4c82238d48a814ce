"""Damaged files for every reader: `python -m benchmarks.fuzz_readers --minutes 10`.

Each input is a file as some program writes it, changed in a few places; it must be read or refused with a ReadError,
within five seconds of processor time and bounded memory. What breaks that is kept in a folder, and told.
"""

import argparse
import gzip
import io
import lzma
import random
import resource
import signal
import sys
import time
import traceback
import zipfile
from collections import Counter
from pathlib import Path

from store.errors import ReadError
from store.readers import read_papers
from store.records import unfit

CASES = Path(__file__).parent.parent / "tests" / "readers" / "cases"
SECONDS, MEGABYTES = 5.0, 600
PIECES = [
    b"{", b"}", b"[", b"]", b'"', b"'", b"\\", b"$", b"@article{", b"@string{a = ", b"@string{b = b # b}\n", b" # b",
    b"<", b">", b"</record>",
    b"<entry>", b"&", b"&#x110000;", b"&amp;", b"\0", b"\xff", b"\xed\xa0\x80", b"\n", b"\r", b"\n\n", b",",
    b"\t", b"#", b"%", b"TY  - ", b"ER  - ", b"PMID- ", b"%0 ", b"\\frac{", b"\\begin{a}", b"$$", b"\\(",
    b"1e999", b"9" * 5000, b"null", b'{"title":', b'"data":[', b"<!ENTITY a 'b'>", b"<![CDATA[", b" and ",
    b"{\\", b"-\n", "ﬁ".encode(), "李".encode(), b"obj", b"endobj", b"stream", b"/Kids", b"0 R",
]  # fmt: skip


class TooSlow(BaseException):
    """An input took more than the processor time it may."""


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The bytes with a few of them changed, cut, doubled or mixed with what formats are made of."""
    for _ in range(rng.choice([1, 1, 2, 3, 8, 30])):
        a = rng.randrange(len(data) + 1)
        b = min(len(data), a + rng.choice([0, 1, 1, 5, 50, 500]))
        piece = rng.choice(PIECES) * rng.choice([1, 1, 1, 2, 100, 5_000])
        data = rng.choice([
            lambda a=a, b=b, piece=piece, data=data: data[:a] + piece + data[b:],
            lambda a=a, b=b, data=data: data[:a] + data[b:],
            lambda a=a, b=b, data=data: data[:b] + data[a:b] * rng.choice([2, 50]) + data[b:],
            lambda a=a, data=data: data[:a],
            lambda a=a, data=data: data[:a] + bytes([rng.randrange(256)]) + data[a + 1 :],
        ])()  # fmt: skip
    return data[: 1 << 21]


def packed(data: bytes, rng: random.Random) -> bytes:
    """The bytes as they are, or packed in one of the ways that are read."""
    kind = rng.choice(["", "", "", "", "", "gz", "xz", "zip", "utf-16"])
    if kind == "zip":
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("a", data)
            file.writestr("b.bib", data)
        return damaged(whole.getvalue(), rng) if rng.random() < 0.5 else whole.getvalue()
    if kind == "utf-16":
        return data.decode("utf-8", "replace").encode("utf-16")
    pack = {"gz": gzip.compress, "xz": lzma.compress}.get(kind, bytes)
    return damaged(pack(data), rng) if kind and rng.random() < 0.5 else pack(data)


def read(path: Path) -> str:
    """What became of an input: read, refused; raises for anything else."""
    try:
        reading = read_papers(path)
        for paper in reading.papers:
            assert paper.title and not unfit(paper), paper
            str(paper).encode()  # no lone surrogates
        assert all(item.where and "\n" not in item.reason for item in reading.skipped)
        return "read"
    except ReadError as error:
        assert "\n" not in str(error) and len(str(error)) < 2_000, error
        return "refused"


def main() -> int:
    """Fuzz for as long as asked; 1 where something broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="other files to begin from, such as PDFs")
    parser.add_argument(
        "--folder", type=Path, default=Path("fuzzed"), help="where inputs that break something are kept"
    )
    args = parser.parse_args()
    signal.signal(signal.SIGPROF, _too_slow)
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    seeds = [path for path in [*CASES.rglob("*"), *args.more] if path.is_file()]
    args.folder.mkdir(parents=True, exist_ok=True)
    rng, end, counts, slowest = random.Random(args.seed), time.monotonic() + 60 * args.minutes, Counter[str](), 0.0
    path = args.folder / "input"
    while time.monotonic() < end:
        seed = rng.choice(seeds)
        path.write_bytes(packed(damaged(seed.read_bytes(), rng), rng))
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            counts[read(path)] += 1
        except (Exception, TooSlow) as error:
            signal.setitimer(signal.ITIMER_PROF, 0)
            counts["broken"] += 1
            kept = path.rename(args.folder / f"broken-{counts['broken']}-{seed.suffix.strip('.')}")
            print(f"{kept}: {type(error).__name__}: {str(error)[:300]}\n{traceback.format_exc(limit=-4)}", flush=True)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        slowest = max(slowest, time.process_time() - begun)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 10 if sys.platform != "darwin" else 1 << 20)
    print(f"{dict(counts)}, slowest {slowest:.1f} s, peak memory {peak:.0f} MB")
    return 1 if counts["broken"] or peak > MEGABYTES else 0


def _too_slow(*_: object) -> None:
    raise TooSlow(f"more than {SECONDS} s of processor time")


if __name__ == "__main__":
    sys.exit(main())
