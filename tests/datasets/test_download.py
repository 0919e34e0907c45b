"""Downloading, against servers on this machine."""

import gzip
import hashlib
import io
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

import npae.datasets.mnist
from npae.datasets import load_mnist
from npae.datasets.download import download

CONTENT = np.random.default_rng(0).bytes(200_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
BODY = gzip.compress(CONTENT)


@pytest.fixture
def serve(monkeypatch):
    """A function that starts a server; behave(handler, number of the request) answers. Returns its URL and the paths asked."""
    monkeypatch.setenv("no_proxy", "*")
    servers = []

    def start(behave):
        paths = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                paths.append(self.path)
                behave(self, len(paths))

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/", paths

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler, body, announced=None):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body) if announced is None else announced))
    handler.end_headers()
    handler.wfile.write(body)


def good(handler, request):
    send(handler, BODY)


def missing(handler, request):
    handler.send_error(404)


def get(mirrors, **options):
    return download("file.gz", SHA256, mirrors, **{"delay": 0.0, **options})


def test_the_body_arrives_unchanged(serve):
    url, paths = serve(good)
    assert get([url]) == BODY
    assert paths == ["/file.gz"]


def test_a_flaky_server_is_asked_again(serve):
    def flaky(handler, request):
        send(handler, BODY) if request == 3 else handler.send_error(503)

    url, paths = serve(flaky)
    assert get([url]) == BODY
    assert len(paths) == 3


def test_a_server_that_hangs_up_is_asked_again(serve):
    def rude(handler, request):
        send(handler, BODY) if request == 2 else None  # no answer at all

    assert get([serve(rude)[0]]) == BODY


def test_the_second_mirror_helps(serve):
    (first, first_paths), (second, second_paths) = serve(missing), serve(good)
    assert get([first, second]) == BODY
    assert len(first_paths) == len(second_paths) == 1


def test_the_number_of_rounds_is_kept(serve):
    url, paths = serve(missing)
    with pytest.raises(OSError, match=f"could not download file.gz.*{url}.*404"):
        get([url], rounds=2)
    assert len(paths) == 2


def test_an_answer_that_is_not_http_is_refused(serve):
    url, _ = serve(lambda handler, request: handler.wfile.write(b"hello\r\n\r\n"))
    with pytest.raises(OSError, match="hello"):
        get([url], rounds=1)


@pytest.mark.parametrize(
    "body, announced, message",
    [
        (BODY[:-50_000], len(BODY), "ended before the end-of-stream marker"),
        (BODY[:-50_000], None, "ended before the end-of-stream marker"),
        (b"", None, "wrong SHA-256"),
        (b"<html>please log in</html>", None, "[Nn]ot a gzipped file"),
        (gzip.compress(CONTENT[:-1] + b"x"), None, f"wrong SHA-256.*expected {SHA256}"),
        (gzip.compress(CONTENT + b"x"), None, "wrong SHA-256"),
    ],
)
def test_a_bad_body_is_refused(serve, body, announced, message):
    url, _ = serve(lambda handler, request: send(handler, body, announced))
    with pytest.raises(OSError, match=message):
        get([url], rounds=1)


def test_an_endless_body_is_refused(serve, monkeypatch):
    monkeypatch.setattr("npae.datasets.download._MAX_BYTES", 100_000)
    with pytest.raises(OSError, match="more than 100000 bytes sent"):
        get([serve(good)[0]], rounds=1)


def test_a_silent_server_times_out(serve):
    done = threading.Event()
    url, _ = serve(lambda handler, request: done.wait(5))
    with pytest.raises(OSError, match="timed out"):
        get([url], timeout=0.05, rounds=1)
    done.set()


def test_pauses_grow(serve, monkeypatch):
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    with pytest.raises(OSError):
        get([serve(missing)[0]], delay=0.5, rounds=4)
    assert pauses == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("terminal", [False, True])
def test_progress_is_for_terminals(serve, monkeypatch, terminal):
    stderr = io.StringIO()
    stderr.isatty = lambda: terminal
    monkeypatch.setattr("sys.stderr", stderr)
    get([serve(good)[0]])
    assert ("\rfile.gz: 0.2 of 0.2 MB\n" in stderr.getvalue()) == terminal
    assert bool(stderr.getvalue()) == terminal


@pytest.fixture
def mnist_server(serve, idx_bytes, mnist_arrays, monkeypatch, tmp_path):
    """A small MNIST on a server, its checksums known to the loader. Returns the bodies, the paths asked, the cache folder."""
    contents = {name: idx_bytes(array) for name, array in mnist_arrays.items()}
    bodies = {f"/{name}.gz": gzip.compress(content) for name, content in contents.items()}
    checksums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    url, paths = serve(lambda handler, request: send(handler, bodies[handler.path]))
    monkeypatch.setattr(npae.datasets.mnist, "_SHA256", checksums)
    monkeypatch.setattr(npae.datasets.mnist, "_MIRRORS", (url,))
    monkeypatch.setenv("NPAE_DATA", str(tmp_path / "new" / "cache"))
    return bodies, paths, tmp_path / "new" / "cache"


def test_mnist_is_downloaded_once(mnist_server, mnist_arrays):
    bodies, paths, folder = mnist_server
    first, second = load_mnist(), load_mnist()
    np.testing.assert_array_equal(first.y_train, mnist_arrays["train-labels-idx1-ubyte"])
    np.testing.assert_array_equal(first.X_test, second.X_test)
    assert sorted(paths) == sorted(bodies)
    assert sorted(os.listdir(folder)) == sorted(path[1:] for path in bodies)


def test_only_missing_files_are_downloaded(mnist_server):
    bodies, paths, folder = mnist_server
    folder.mkdir(parents=True)
    for path in list(bodies)[:3]:
        (folder / path[1:]).write_bytes(bodies[path])
    load_mnist()
    assert paths == [list(bodies)[3]]


def test_without_a_network_the_error_says_what_to_do(mnist_server):
    bodies, _, folder = mnist_server
    for path in bodies:
        bodies[path] = b""
    with pytest.raises(OSError) as caught:
        npae.datasets.mnist._download_missing(folder, npae.datasets.mnist._MIRRORS, rounds=1)
    for word in (str(folder), "load_mnist(", *(path[1:] for path in bodies)):
        assert word in str(caught.value)
    assert os.listdir(folder) == []  # nothing unverified stays


def test_the_real_checksums_and_mirrors_are_set():
    assert [len(checksum) for checksum in npae.datasets.mnist._SHA256.values()] == [64] * 4
    assert len(npae.datasets.mnist._MIRRORS) == 2
    assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in npae.datasets.mnist._MIRRORS)
