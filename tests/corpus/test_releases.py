"""From decided documents to a release: every document has one fate, and equal inputs give equal bytes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

import datasets
import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest

from corpus import fates, partitions
from corpus.cards.facts import Facts, Publisher
from corpus.cards.readme import card_of
from corpus.changes import Change
from corpus.checks import check_ids_once, refuse
from corpus.checksums import read_checksums
from corpus.documents import Document, Reason
from corpus.errors import SealError, StorageError
from corpus.fates import count_fates, select_documents
from corpus.packing import Packing, pack_source
from corpus.releases import Manifest, check_shards, check_unclaimed, next_version, patch_version, publish, stage
from corpus.selection import Judge, Ruling, Standing, cluster_documents, decide_documents, kept_signatures
from corpus.shards import shard_schema
from corpus.storage import FolderStorage

OPEN = Ruling("include", "open_licence", "open", "CC-BY-4.0", "open-licence")
TDM = Ruling("include", "tdm", "tdm", "LicenseRef-TDM-NoReservation", "tdm-no-reservation")
HELD = Ruling("hold", "none", "none", "", "signal-malformed")
EXCLUDED = Ruling("exclude", "none", "none", "", "signal-reserved:tdmrep")
AGREED = Ruling("include", "agreement", "agreed", "LicenseRef-Agreement-a", "agreement")
OUTSIDE = Ruling("exclude", "none", "none", "", "out-of-scope")
RULINGS = {"open": OPEN, "tdm": TDM, "held": HELD, "excluded": EXCLUDED, "agreed": AGREED}
RULINGS |= {
    rule: Ruling("exclude", "none", "none", "", rule) for rule in ("case-acted", "case-open", "agreement-embargo")
}
AS_OF = date(2026, 11, 24)

MakeDocument = Callable[..., Document]
WriteFile = Callable[[list[Document]], Path]


def equal_signatures(
    signatures: npt.NDArray[np.uint32], preference: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Clusters of equal signatures, each kept by its smallest rank."""
    best: dict[bytes, int] = {}
    keys = [row.tobytes() for row in signatures]
    for position in np.argsort(preference):
        best.setdefault(keys[position], int(position))
    sizes = Counter(keys)
    keeper = np.array([best[key] for key in keys], dtype=np.int64)
    return keeper, np.array([sizes[key] for key in keys], dtype=np.int64), np.ones(len(keys), dtype=np.float32)


def ruling(page: Standing) -> Ruling:
    """The ruling a test's word for a right names; what has left the scope is excluded."""
    return RULINGS[page.signals] if page.in_scope else OUTSIDE


def standing(file: Path, *, but: str = "") -> dict[str, Standing]:
    """The pages of a documents file as they stand: all of them, `but` the one of that name."""
    rows = pq.read_table(file, columns=["url", "site_name", "fetched"]).to_pylist()
    return {
        row["url"]: Standing(row["site_name"], row["fetched"], not row["url"].endswith("/outside"))
        for row in rows
        if not but or not row["url"].endswith(f"/{but}")
    }


def selected(folder: Path, files: list[Path], *, but: str = "") -> Path:
    """The selection made of documents files; the page named `but` stands no more."""
    decisions = [folder / f"decisions-{number}.parquet" for number in range(len(files))]
    for file, out in zip(files, decisions, strict=True):
        decide_documents(file, standing(file, but=but), Judge((), lambda _: None, lambda page, _: ruling(page)), out)
    pairs = zip(files, decisions, strict=True)
    signatures = np.concatenate([part for pair in pairs for part in kept_signatures(*pair, rows_max=2)])
    cluster_documents(decisions, partial(equal_signatures, signatures), folder / "clusters.parquet")
    select_documents(decisions, folder / "clusters.parquet", folder / "selection.parquet")
    return folder / "selection.parquet"


@pytest.fixture
def files(document: MakeDocument, documents_file: WriteFile) -> list[Path]:
    """Two sources: a text that both have, one on each right, and every reason not to release."""
    blog = [
        document("blog", "copy", "den samme tekst", right="tdm"),
        document("blog", "own", "en anden tekst", right="tdm"),
        document("blog", "held", "en tredje tekst", right="held"),
        document("blog", "gone", "en fjerde tekst", right="excluded"),
        document("blog", "short", "kort", reason=Reason.TOO_SHORT),
        document("blog", "hang", "", reason=Reason.EXTRACTION_TIMEOUT),
    ]
    library = [
        document("library", "original", "den samme tekst", right="open"),
        document("library", "page", "en femte tekst æøå", right="open"),
    ]
    return [documents_file(blog), documents_file(library)]


def manifest_of(folder: Path, files: list[Path], storage: FolderStorage) -> Manifest:
    """A first release of everything selected."""
    selection = selected(folder, files)
    shards = [
        shard
        for source, file in zip(("blog", "library"), files, strict=True)
        for shard in pack_source(selection, Packing(source, f"holder of {source}"), [file], storage).shards
    ]
    holders = {"blog": "holder of blog", "library": "holder of library"}
    return Manifest("0.1.0", AS_OF, {"policy": "p"}, tuple(shards), {}, holders)


def test_every_document_has_one_fate(tmp_path: Path, files: list[Path]) -> None:
    """What goes in comes out once, with its reason; of two copies the one with the clearer right is kept."""
    fates = count_fates(selected(tmp_path, files))
    assert fates == {
        "blog": Counter(
            {
                ("duplicate", "duplicate"): 1,
                ("released", ""): 1,
                ("held", "signal-malformed"): 1,
                ("excluded", "signal-reserved:tdmrep"): 1,
                ("marked", "too_short"): 1,
                ("failed", "extraction_timeout"): 1,
            }
        ),
        "library": Counter({("released", ""): 2}),
    }


def test_fates_do_not_hang_on_how_much_is_in_memory(
    tmp_path: Path, document: MakeDocument, documents_file: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dealt to parts of a few rows or to one, in files of any order, the selection is the same, sorted, and whole."""
    random = Random(7)
    rights = ["open", "tdm", "held", "excluded", "agreed", "case-acted"]
    files = [
        documents_file(
            [
                document(source, f"{n}", f"tekst {random.randrange(60)}", right=random.choice(rights),
                         reason=random.choice([None, None, None, Reason.TOO_SHORT]))
                for n in range(size)
            ]
        )
        for source, size in (("a", 3), ("b", 90), ("c", 2), ("d", 1), ("e", 0), ("f", 30))
    ]  # fmt: skip
    whole = pq.read_table(selected(tmp_path, files))
    monkeypatch.setattr(fates, "PART_ROWS", 8)
    assert pq.read_table(selected(tmp_path, files)).equals(whole)
    monkeypatch.setattr(partitions, "PENDING_BYTES_MAX", 1000)
    assert pq.read_table(selected(tmp_path, files[::-1])).equals(whole)
    rows = whole.to_pylist()
    assert [(row["source"], row["id"]) for row in rows] == sorted((row["source"], row["id"]) for row in rows)
    for row in rows:
        copies = [(each["source"], each["url"]) for each in rows if each["keeper"] and each["keeper"] == row["keeper"]]
        copies.remove((row["source"], row["url"])) if row["keeper"] else None
        there = sorted(copies)[: fates.ELSEWHERE_MAX] if row["keeper"] == row["id"] else []
        assert [(each["source"], each["url"]) for each in row["elsewhere"]] == there
    assert sum(map(len, fates.fates_of_source(tmp_path / "selection.parquet", "b", ["id"]))) == 90


def test_a_source_without_documents_is_no_trouble(tmp_path: Path, files: list[Path], documents_file: WriteFile) -> None:
    """A crawl that captured nothing leaves an empty file, which changes no other source's fates."""
    assert count_fates(selected(tmp_path, [*files, documents_file([])])).keys() == {"blog", "library"}


def test_a_copy_of_what_is_held_is_not_its_keeper(
    tmp_path: Path, document: MakeDocument, documents_file: WriteFile
) -> None:
    """A held copy steps aside for one that may be used, whatever their ids."""
    copies = [document("blog", name, "tekst", right=name) for name in ("held", "tdm", "open")]
    fates = count_fates(selected(tmp_path, [documents_file(copies)]))["blog"]
    assert fates == {("released", ""): 1, ("duplicate", "duplicate"): 1, ("held", "signal-malformed"): 1}


def test_rights_follow_the_text(tmp_path: Path, document: MakeDocument, documents_file: WriteFile) -> None:
    """What was reserved on one page is held where it is copied, open licence or not; an agreement still holds."""
    names = ("excluded", "tdm", "open")
    copies = [document("blog", name, "tekst", right=name) for name in names]
    reserved = ("excluded", "signal-reserved:tdmrep")
    fates = count_fates(selected(tmp_path, [documents_file(copies)]))["blog"]
    assert fates == {reserved: 1, ("held", "copy-of-reserved"): 2}
    copies.append(document("avis", "own", "tekst", right="agreed"))
    fates = count_fates(selected(tmp_path, [documents_file(copies)]))
    assert fates["avis"] == {("released", ""): 1}
    assert fates["blog"] == {reserved: 1, ("held", "copy-of-reserved"): 2}
    for rule in ("case-acted", "case-open", "agreement-embargo"):
        files = [documents_file([document("blog", name, "tekst", right=name) for name in (rule, "open")])]
        assert ("held", "copy-of-reserved") in count_fates(selected(tmp_path, files))["blog"], rule


def test_an_agreement_comes_before_a_licence_a_page_gives_itself(
    tmp_path: Path, document: MakeDocument, documents_file: WriteFile
) -> None:
    """Of a newspaper's article and its copy on an openly licensed page, the newspaper's is kept, and is owed for."""
    files = [
        documents_file([document("avis", "own", "tekst", right="agreed")]),
        documents_file([document("blog", "copy", "tekst", right="open")]),
    ]
    fates = count_fates(selected(tmp_path, files))
    assert fates == {"avis": {("released", ""): 1}, "blog": {("duplicate", "duplicate"): 1}}


def test_what_stands_no_more_has_no_fate(tmp_path: Path, files: list[Path]) -> None:
    """A page that a later crawl found changed or gone leaves the selection, and its copy takes its place."""
    before, after = count_fates(selected(tmp_path, files)), count_fates(selected(tmp_path, files, but="original"))
    assert after["library"] == Counter({("released", ""): 1})
    assert before["blog"]["duplicate", "duplicate"] == 1
    assert after["blog"]["released", ""] == before["blog"]["released", ""] + 1
    without_short = count_fates(selected(tmp_path, files, but="short"))["blog"]
    assert without_short.total() == before["blog"].total() - 1


def test_what_has_left_the_scope_is_excluded(tmp_path: Path, document: MakeDocument, documents_file: WriteFile) -> None:
    """Each document is asked about with its own URL, though pages of equal signals are decided once."""
    pair = [document("blog", name, f"tekst om {name}", right="open") for name in ("inside", "outside")]
    fates = count_fates(selected(tmp_path, [documents_file(pair)]))["blog"]
    assert fates == {("released", ""): 1, ("excluded", "out-of-scope"): 1}


def test_the_order_of_files_and_documents_changes_no_byte(
    tmp_path: Path, files: list[Path], document: MakeDocument, documents_file: WriteFile
) -> None:
    """Packing from files in another order, and split otherwise, gives the same shards and the same manifest."""
    one = manifest_of(tmp_path, files, FolderStorage(tmp_path / "one"))
    again = [
        document("library", "page", "en femte tekst æøå", right="open"),
        document("library", "original", "den samme tekst", right="open"),
    ]
    (tmp_path / "b").mkdir()
    two = manifest_of(tmp_path / "b", [files[0], documents_file(again)], FolderStorage(tmp_path / "two"))
    assert one.to_json() == two.to_json()
    for shard in one.shards:
        assert (tmp_path / "one" / shard.path).read_bytes() == (tmp_path / "two" / shard.path).read_bytes()


def test_a_shard_holds_one_source_on_one_right(tmp_path: Path, files: list[Path]) -> None:
    """Shards are named by their digest, and every row says source, licence, basis and rights holder."""
    storage = FolderStorage(tmp_path / "data")
    for shard in manifest_of(tmp_path, files, storage).shards:
        table = pq.read_table(storage.local(shard.path))
        assert table.schema.equals(shard_schema(), check_metadata=True)
        assert table.num_rows == shard.rows
        for name in ("source", "licence", "basis", "tier"):
            assert set(table[name].to_pylist()) == {getattr(shard, name)}
        assert set(table["rights_holder"].to_pylist()) == {f"holder of {shard.source}"}
        assert table["id"].to_pylist() == sorted(table["id"].to_pylist())


def test_a_published_release_loads(tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """`load_dataset` reads the release folder, whole and by source; DuckDB reads what the manifest lists."""
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    storage = FolderStorage(tmp_path / "data")
    manifest = manifest_of(tmp_path, files, storage)
    card = card_of(Facts(manifest, Publisher(), {}))
    publish(stage(manifest, storage, {"README.md": card}), storage)
    folder, cache = str(tmp_path / "data" / "releases" / "0.1.0"), str(tmp_path / "cache")
    assert len(datasets.load_dataset(folder, split="train", cache_dir=cache)) == 3
    assert set(datasets.load_dataset(folder, "library", split="train", cache_dir=cache)["url"]) == {
        "http://library.test/original",
        "http://library.test/page",
    }
    listed = [str(tmp_path / "data" / shard.path) for shard in manifest.shards]
    assert duckdb.read_parquet(listed).aggregate("sum(words)").fetchall() == [(10,)]


def test_versions_tell_what_a_release_does_to_who_uses_it(tmp_path: Path, files: list[Path]) -> None:
    """Columns lost are a major version, documents that only went out a patch, all else a minor one."""
    manifest = replace(manifest_of(tmp_path, files, FolderStorage(tmp_path / "data")), columns={"id": "string"})
    out = Change("blog", "out", "gone", "CC0-1.0", "open_licence", "open", 1, 2)
    assert next_version(None, manifest, []) == "0.1.0"
    assert next_version(manifest, manifest, []) == "0.2.0"
    assert next_version(manifest, manifest, [out]) == "0.1.1"
    assert next_version(manifest, manifest, [out, replace(out, side="in", reason="new")]) == "0.2.0"
    assert next_version(manifest, replace(manifest, columns={"id": "string", "new": "int64"}), [out]) == "0.2.0"
    assert next_version(manifest, replace(manifest, columns={"id": "int64"}), []) == "1.0.0"
    assert next_version(replace(manifest, version="3.9.9", columns={}), manifest, []) == "3.10.0"
    assert manifest.content_digest == replace(manifest, as_of=date(2027, 1, 1)).content_digest
    with pytest.raises(SealError, match="not a version"):
        patch_version("newest")


def test_what_does_not_add_up_is_found(tmp_path: Path, files: list[Path]) -> None:
    """A shard that is missing or listed twice is found, and what is found stops the seal, all of it at once."""
    storage = FolderStorage(tmp_path / "data")
    manifest = manifest_of(tmp_path, files, storage)
    counts = count_fates(tmp_path / "selection.parquet")
    assert not check_shards(manifest, counts)
    assert not check_ids_once(manifest.shards, storage)
    (missing,) = check_shards(replace(manifest, shards=manifest.shards[1:]), counts)
    assert missing.what == "1 documents were selected and 0 packed"
    (twice,) = check_ids_once((*manifest.shards, manifest.shards[-1]), storage)
    assert "2 documents stand in two shards" in twice.what
    refuse([])
    with pytest.raises(SealError, match=r"(?s)blog: 1 documents were selected.*library: 2 documents stand in two"):
        refuse([missing, twice])


def test_a_version_is_never_another_release(tmp_path: Path, files: list[Path]) -> None:
    """Publishing twice changes nothing; publishing something else under the version is refused."""
    storage = FolderStorage(tmp_path / "data")
    manifest = manifest_of(tmp_path, files, storage)
    publish(stage(manifest, storage), storage)
    assert publish(stage(manifest, storage), storage) == manifest
    other = replace(manifest, shards=manifest.shards[1:])
    with pytest.raises(StorageError, match="never overwritten"):
        publish(stage(other, storage), storage)


def test_a_release_of_another_ledger_is_not_sealed_over(tmp_path: Path, files: list[Path]) -> None:
    """A version the storage shows otherwise is refused before anything is recorded, and the remedy is told."""
    storage = FolderStorage(tmp_path / "data")
    manifest = manifest_of(tmp_path, files, storage)
    check_unclaimed(manifest, storage)
    publish(stage(manifest, storage), storage)
    check_unclaimed(manifest, storage)
    with pytest.raises(SealError, match="FODAFTRYK_LEDGER__URL"):
        check_unclaimed(replace(manifest, shards=manifest.shards[1:]), storage)


def test_what_lies_beside_is_shown_as_it_was_staged(tmp_path: Path, files: list[Path]) -> None:
    """Files beside the manifest, in folders too, are shown with it and their checksums, and never before."""
    storage = FolderStorage(tmp_path / "data")
    manifest = manifest_of(tmp_path, files, storage)
    digest = stage(manifest, storage, {"README.md": b"card", "datasheets/blog.md": b"sheet"})
    assert not list(storage.keys("releases/"))
    publish(digest, storage)
    shown = {key: storage.local(key).read_bytes() for key in storage.keys("releases/0.1.0/")}
    assert shown.pop("releases/0.1.0/manifest.json") == manifest.to_json()
    stated, wrong = read_checksums(shown.pop("releases/0.1.0/SHA256SUMS"))
    assert (sorted(stated), wrong) == (["README.md", "datasheets/blog.md"], [])
    assert shown == {"releases/0.1.0/README.md": b"card", "releases/0.1.0/datasheets/blog.md": b"sheet"}
    assert publish(digest, storage) == manifest
