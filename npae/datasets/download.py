"""Fetching one gzipped file from several mirrors."""

import gzip
import hashlib
import io
import sys
import time
import zlib
from collections.abc import Sequence
from http.client import HTTPException
from urllib.request import urlopen

_CHUNK = 2**16
_MAX_BYTES = 2**26  # of a body, and of its content unzipped


def download(
    name: str, sha256: str, mirrors: Sequence[str], *, timeout: float = 20.0, rounds: int = 3, delay: float = 1.0
) -> bytes:
    """Return the gzip file mirror + name from the first mirror that delivers it intact.

    sha256 is that of the unzipped content (mirrors may compress differently). All mirrors are asked, in up to `rounds` rounds,
    with a pause of `delay` seconds, twice as long each time, between them. timeout is for each wait for the network, in seconds.
    Raises OSError, telling the last failure of each mirror, when none delivers.
    """
    failures = {}
    for i in range(rounds):
        if i > 0:
            time.sleep(delay * 2 ** (i - 1))
        for mirror in mirrors:
            try:
                return _fetch(mirror + name, sha256, timeout)
            except (OSError, HTTPException, EOFError, zlib.error) as error:
                failures[mirror] = str(error)
    told = "; ".join(f"{mirror}: {failure}" for mirror, failure in failures.items())
    raise OSError(f"could not download {name} ({told})")


def _fetch(url: str, sha256: str, timeout: float) -> bytes:
    with urlopen(url, timeout=timeout) as response:
        body = _read_body(response, url.rpartition("/")[2])
    found = _checksum(body)
    if found != sha256:
        raise OSError(f"wrong SHA-256 of the unzipped content: found {found}, expected {sha256}")
    return body


def _checksum(body: bytes) -> str:
    """Return the SHA-256 of the content; of one that is too long only the beginning is looked at, and has another checksum."""
    unzipped, checksum, left = gzip.GzipFile(fileobj=io.BytesIO(body)), hashlib.sha256(), _MAX_BYTES
    while left > 0 and (chunk := unzipped.read(_CHUNK)):
        checksum.update(chunk)
        left -= len(chunk)
    return checksum.hexdigest()


def _read_body(response, name: str) -> bytes:
    """Return the body, with a progress line on a terminal."""
    total = f"{response.length / 1e6:.1f}" if response.length else "?"
    show = sys.stderr is not None and sys.stderr.isatty()
    body = bytearray()
    while chunk := response.read(_CHUNK):
        body += chunk
        if len(body) > _MAX_BYTES:
            raise OSError(f"more than {_MAX_BYTES} bytes sent")
        if show:
            print(f"\r{name}: {len(body) / 1e6:.1f} of {total} MB", end="", file=sys.stderr, flush=True)
    if show:
        print(file=sys.stderr)
    return bytes(body)
