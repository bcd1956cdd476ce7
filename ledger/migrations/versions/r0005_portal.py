"""The portal: people, what they may, how they sign in, what they claim, ask for, offer and share.

Going down forgets all of it. What came of it for rights and money stays: cases, agreements, deliveries, the journal.
"""

import sqlalchemy as sa
from alembic import op

from ledger.schema import metadata

revision = "0005"
down_revision: str | None = "0004"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
frozen = sa.MetaData(naming_convention=metadata.naming_convention)
"""The tables as this revision makes them, whatever they become later."""

for name in ("rights_case", "agreement"):
    sa.Table(name, frozen, sa.Column("id", sa.Text(), primary_key=True))

person = sa.Table(
    "portal_person",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("email", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("closed_at", sa.Text, nullable=False),
)

identity = sa.Table(
    "portal_identity",
    frozen,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, sa.ForeignKey("portal_person.id"), nullable=False, index=True),
    sa.Column("made_at", sa.Text, nullable=False),
)

holder = sa.Table(
    "portal_holder",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.CheckConstraint("kind IN ('holder', 'collective')", name="kind"),
)

grant = sa.Table(
    "portal_grant",
    frozen,
    sa.Column("person", sa.Text, sa.ForeignKey("portal_person.id"), primary_key=True),
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.CheckConstraint("role IN ('holder', 'collective', 'staff', 'auditor')", name="role"),
    sa.CheckConstraint("(holder = '') = (role IN ('staff', 'auditor'))", name="house_or_holder"),
)

mandate = sa.Table(
    "portal_mandate",
    frozen,
    sa.Column("collective", sa.Text, sa.ForeignKey("portal_holder.id"), primary_key=True),
    sa.Column("holder", sa.Text, sa.ForeignKey("portal_holder.id"), primary_key=True),
    sa.Column("claim", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
)

sign_in = sa.Table(
    "portal_sign_in",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("back_to", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.CheckConstraint("kind IN ('code', 'oidc')", name="kind"),
)

session = sa.Table(
    "portal_session",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, sa.ForeignKey("portal_person.id"), nullable=False, index=True),
    sa.Column("how", sa.Text, nullable=False),
    sa.Column("browser", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("seen_at", sa.Text, nullable=False),
    sa.Column("second_at", sa.Text, nullable=False),
    sa.Column("challenge", sa.Text, nullable=False),
)

factor = sa.Table(
    "portal_factor",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, sa.ForeignKey("portal_person.id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("counter", sa.BigInteger, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("confirmed_at", sa.Text, nullable=False),
    sa.CheckConstraint("kind IN ('totp', 'passkey')", name="kind"),
)

recovery = sa.Table(
    "portal_recovery",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, sa.ForeignKey("portal_person.id"), nullable=False, index=True),
    sa.Column("made_at", sa.Text, nullable=False),
)

token = sa.Table(
    "portal_token",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("person", sa.Text, sa.ForeignKey("portal_person.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("ends_at", sa.Text, nullable=False),
    sa.Column("used_at", sa.Text, nullable=False),
)

allowance = sa.Table(
    "portal_allowance",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("since", sa.Text, nullable=False),
    sa.Column("spent", sa.Integer, nullable=False),
)

event = sa.Table(
    "portal_event",
    frozen,
    sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("holder", sa.Text, nullable=False, index=True),
    sa.Column("what", sa.Text, nullable=False),
)

claim = sa.Table(
    "portal_claim",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, sa.ForeignKey("portal_holder.id"), nullable=False, index=True),
    sa.Column("person", sa.Text, sa.ForeignKey("portal_person.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False, index=True),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("case", sa.Text, sa.ForeignKey("rights_case.id")),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("checked_at", sa.Text, nullable=False),
    sa.Column("failing_at", sa.Text, nullable=False),
    sa.CheckConstraint("kind IN ('domain', 'repertoire')", name="kind"),
    sa.CheckConstraint("state IN ('waiting', 'proved', 'lost', 'rejected', 'withdrawn')", name="state"),
)

request = sa.Table(
    "portal_request",
    frozen,
    sa.Column("case", sa.Text, sa.ForeignKey("rights_case.id"), primary_key=True),
    sa.Column("person", sa.Text, sa.ForeignKey("portal_person.id"), nullable=False, index=True),
    sa.Column("holder", sa.Text, nullable=False, index=True),
    sa.Column("uses", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
)

offer = sa.Table(
    "portal_offer",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, sa.ForeignKey("portal_holder.id"), nullable=False, index=True),
    sa.Column("person", sa.Text, sa.ForeignKey("portal_person.id"), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("licence", sa.Text, nullable=False),
    sa.Column("rate_per", sa.Text, nullable=False),
    sa.Column("rate_amount_micro", sa.BigInteger),
    sa.Column("rate_currency", sa.Text, nullable=False),
    sa.Column("uses", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("agreement", sa.Text, sa.ForeignKey("agreement.id")),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.CheckConstraint("state IN ('made', 'accepted', 'declined', 'withdrawn')", name="state"),
)

share = sa.Table(
    "portal_share",
    frozen,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, sa.ForeignKey("portal_holder.id"), nullable=False, index=True),
    sa.Column("person", sa.Text, sa.ForeignKey("portal_person.id"), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("agreement", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("files", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Index(None, "digest"),
    sa.CheckConstraint("state IN ('kept', 'delivered', 'refused', 'withdrawn')", name="state"),
)

MADE = (
    *(person, identity, holder, grant, mandate, sign_in, session, factor, recovery, token, allowance, event),
    *(claim, request, offer, share),
)
"""In the order in which they can be made."""


def upgrade() -> None:
    """New tables."""
    frozen.create_all(op.get_bind(), list(MADE), checkfirst=False)


def downgrade() -> None:
    """The portal is forgotten."""
    for table in reversed(MADE):
        op.drop_table(table.name)
