"""What kind of thing an answer says it is: Content-Types, and which of them are worth having."""

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
UNSAID_TYPES = frozenset({"", "application/octet-stream", "unknown/unknown", "application/unknown"})
"""Content types that say nothing: then the first bytes do."""

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

TEXT_TYPES = frozenset({"text/plain", "text/markdown", "text/x-wiki", "application/pdf", DOCX_TYPE})
"""Content types beside HTML's that hold text; what their headers say of rights is heard as HTML's are."""


def media_type(content_type: str) -> str:
    """The type of a Content-Type header, lower case, without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def may_be_text(content_type: str) -> bool:
    """Whether a body with this Content-Type is worth having: it is text, or may turn out to be HTML."""
    return media_type(content_type) in HTML_TYPES | UNSAID_TYPES | TEXT_TYPES
