"""The tables of the portal: people, what they may, how they sign in, what they claim, offer and share.

None of it stands in the journal: it is about people, who can be forgotten. What comes of it for rights and money is
entered where it always is, by the case, the agreement or the delivery. Secrets a browser or a program holds lie here as
digests only; what must be read again (the key of a one-time password) is sealed. Rules for editing are those of
`tables`. An instant is text, empty where it has not happened.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from ledger.schema import Whole, metadata

person = Table(
    "portal_person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("closed_at", Text, nullable=False),
)

identity = Table(
    "portal_identity",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("person", Text, ForeignKey("portal_person.id"), nullable=False, index=True),
    Column("made_at", Text, nullable=False),
)

holder = Table(
    "portal_holder",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    CheckConstraint("kind IN ('holder', 'collective')", name="kind"),
)

grant = Table(
    "portal_grant",
    metadata,
    Column("person", Text, ForeignKey("portal_person.id"), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("holder", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    CheckConstraint("role IN ('holder', 'collective', 'staff', 'auditor')", name="role"),
    CheckConstraint("(holder = '') = (role IN ('staff', 'auditor'))", name="house_or_holder"),
)

mandate = Table(
    "portal_mandate",
    metadata,
    Column("collective", Text, ForeignKey("portal_holder.id"), primary_key=True),
    Column("holder", Text, ForeignKey("portal_holder.id"), primary_key=True),
    Column("claim", Text, nullable=False),
    Column("made_at", Text, nullable=False),
)

sign_in = Table(
    "portal_sign_in",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("back_to", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    CheckConstraint("kind IN ('code', 'oidc')", name="kind"),
)

session = Table(
    "portal_session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, ForeignKey("portal_person.id"), nullable=False, index=True),
    Column("how", Text, nullable=False),
    Column("browser", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("second_at", Text, nullable=False),
    Column("challenge", Text, nullable=False),
)

factor = Table(
    "portal_factor",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, ForeignKey("portal_person.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("confirmed_at", Text, nullable=False),
    CheckConstraint("kind IN ('totp', 'passkey')", name="kind"),
)

recovery = Table(
    "portal_recovery",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, ForeignKey("portal_person.id"), nullable=False, index=True),
    Column("made_at", Text, nullable=False),
)

token = Table(
    "portal_token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("person", Text, ForeignKey("portal_person.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("used_at", Text, nullable=False),
)

allowance = Table(
    "portal_allowance",
    metadata,
    Column("id", Text, primary_key=True),
    Column("since", Text, nullable=False),
    Column("spent", Integer, nullable=False),
)

event = Table(
    "portal_event",
    metadata,
    Column("number", Whole, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("person", Text, nullable=False, index=True),
    Column("holder", Text, nullable=False, index=True),
    Column("what", Text, nullable=False),
)

claim = Table(
    "portal_claim",
    metadata,
    Column("id", Text, primary_key=True),
    Column("holder", Text, ForeignKey("portal_holder.id"), nullable=False, index=True),
    Column("person", Text, ForeignKey("portal_person.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False, index=True),
    Column("secret", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("case", Text, ForeignKey("rights_case.id")),
    Column("made_at", Text, nullable=False),
    Column("checked_at", Text, nullable=False),
    Column("failing_at", Text, nullable=False),
    CheckConstraint("kind IN ('domain', 'repertoire')", name="kind"),
    CheckConstraint("state IN ('waiting', 'proved', 'lost', 'rejected', 'withdrawn')", name="state"),
)

request = Table(
    "portal_request",
    metadata,
    Column("case", Text, ForeignKey("rights_case.id"), primary_key=True),
    Column("person", Text, ForeignKey("portal_person.id"), nullable=False, index=True),
    Column("holder", Text, nullable=False, index=True),
    Column("uses", Text, nullable=False),
    Column("made_at", Text, nullable=False),
)

offer = Table(
    "portal_offer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("holder", Text, ForeignKey("portal_holder.id"), nullable=False, index=True),
    Column("person", Text, ForeignKey("portal_person.id"), nullable=False),
    Column("about", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("rate_per", Text, nullable=False),
    Column("rate_amount_micro", BigInteger),
    Column("rate_currency", Text, nullable=False),
    Column("uses", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("agreement", Text, ForeignKey("agreement.id")),
    Column("made_at", Text, nullable=False),
    CheckConstraint("state IN ('made', 'accepted', 'declined', 'withdrawn')", name="state"),
)

share = Table(
    "portal_share",
    metadata,
    Column("id", Text, primary_key=True),
    Column("holder", Text, ForeignKey("portal_holder.id"), nullable=False, index=True),
    Column("person", Text, ForeignKey("portal_person.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("agreement", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("files", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Index(None, "digest"),
    CheckConstraint("state IN ('kept', 'delivered', 'refused', 'withdrawn')", name="state"),
)

TABLES = (
    *(person, identity, holder, grant, mandate, sign_in, session, factor, recovery, token, allowance, event),
    *(claim, request, offer, share),
)
"""All of them, in the order in which they can be made."""
