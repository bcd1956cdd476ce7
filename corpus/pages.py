"""One captured page to one document: read, redact, identify, judge, sign.

Pure, and run in an isolated worker (`corpus.workers`). Personal data goes before anything is measured, so that the
measures are those of the text that is kept.
"""

from dataclasses import dataclass, fields, replace

from corpus.captured import Page, Refined, Sign
from corpus.captures import Withdrawn, digest_of
from corpus.documents import Document, Reason, document_id
from corpus.extract import Extracted
from corpus.finders.findings import Counts
from corpus.formats import Said, read_capture
from corpus.language import DA_SHARE_MIN, UNKNOWN, Identified, identify, load_model
from corpus.measures import Measures
from corpus.personal import redact
from corpus.prefilter import may_be_danish
from corpus.profiles import Profile, load_profile
from corpus.rules import judge

_RANK = {reason: rank for rank, reason in enumerate(Reason)}
_NOTHING_REPLACED = Counts()
_KINDS = tuple(kind.name for kind in fields(Counts))
_NOT_IDENTIFIED = Identified(UNKNOWN, 0.0, 0.0)
_NOT_MEASURED = Measures()


@dataclass(frozen=True, slots=True)
class Result:
    """What refinement found out about one page; the text is redacted."""

    reason: Reason | None
    detail: str = ""
    charset: str = ""
    text: str = ""
    counts: Counts = _NOTHING_REPLACED
    identified: Identified = _NOT_IDENTIFIED
    measures: Measures = _NOT_MEASURED


def prepare(sign: Sign) -> None:
    """Load once what all workers share."""
    load_model()
    sign([""])  # draws its permutations


def refine_and_sign(sign: Sign, page: Page) -> Refined:
    """Refine one page and sign its text while it is warm; pure, and run in a worker."""
    document = refine_page(page)
    return document, sign([document.text])[0].tobytes() if document.text else b""


def refine_page(page: Page) -> Document:
    """Refine one page; pure."""
    if isinstance(page.capture, Withdrawn):
        return lost(page, Reason.WITHDRAWN)
    said = read_capture(page.capture, may_be_danish if page.prefilter else None)
    extracted = said.extracted
    if not extracted.text:
        return _document(page, extracted, Result(_nothing(said), said.trouble, said.charset))
    redacted = redact(extracted.text)
    found = assess(redacted.text, load_profile(page.profile))
    return _document(page, extracted, replace(found, charset=said.charset, counts=redacted.counts))


def assess(text: str, profile: Profile) -> Result:
    """Identify the language of a redacted text and judge it; the first reason by the order of `Reason` counts."""
    identified, judged = identify(text), judge(text, profile)
    reason, detail = min(
        ((judged.reason, judged.detail), _language_reason(identified)),
        key=lambda pair: _RANK[pair[0]] if pair[0] else len(_RANK),
    )
    return Result(reason, detail, text=text, identified=identified, measures=judged.measures)


def lost(page: Page, reason: Reason, detail: str = "") -> Document:
    """The document of a page that could not be read, or was withdrawn: everything but what is in it."""
    return _document(page, Extracted(""), Result(reason, detail))


def _nothing(said: Said) -> Reason:
    """Why there is no text."""
    if said.passed_over:
        return Reason.PREFILTERED
    return Reason.PAGE_TOO_LARGE if said.too_large else Reason.EXTRACTION_EMPTY


def _language_reason(identified: Identified) -> tuple[Reason | None, str]:
    if identified.label == UNKNOWN:
        return Reason.LANGUAGE_UNKNOWN, ""
    if identified.da_share < DA_SHARE_MIN:
        return Reason.NOT_DANISH, f"{identified.label}, Danish share {identified.da_share:.2f}"
    return None, ""


def _document(page: Page, extracted: Extracted, result: Result) -> Document:
    capture = page.capture
    fetched = capture.fetched_at.date()
    digest = capture.payload_digest
    return Document(
        id=document_id(page.source, capture.url, digest, fetched),
        source=page.source,
        crawl=page.crawl,
        url=capture.url,
        title=redact(extracted.title).text,
        author=redact(extracted.author).text,
        published=extracted.published,
        site_name=redact(extracted.site_name).text,
        declared_language=extracted.declared_language,
        fetched=fetched,
        fetched_at=capture.fetched_at,
        payload_digest=digest,
        content_type=capture.header("content-type"),
        charset=result.charset,
        extractor=extracted.extractor,
        text=result.text,
        text_digest=digest_of(result.text.encode()),
        chars=len(result.text),
        language=result.identified.label,
        language_score=result.identified.score,
        da_share=result.identified.da_share,
        profile=page.profile,
        measures=result.measures,
        **{kind: getattr(result.counts, kind) for kind in _KINDS},
        reason=result.reason,
        detail=result.detail,
        warc=page.warc,
        warc_offset=capture.place if page.warc else None,
    )
