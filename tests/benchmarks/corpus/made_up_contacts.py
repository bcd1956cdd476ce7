"""Invented mailboxes, accounts, addresses; the rest of what is personal is in `made_up`."""

from random import Random

from corpus.finders.accounts import passes_luhn, passes_mod97
from tests.benchmarks.corpus.made_up import FAMILY, GIVEN, NBSP, digits, grouped, words_of

WORDS = words_of(
    """firma skovbo havnen lund-it nordlys brobyg bageriet tegneren æblegaarden murer24 vvs-holm kajakklub gmail
    hotmail yahoo"""
)
ROADS = [
    "Nørregade",
    "Lærkevej",
    "Gammel Kongevej",
    "Rosenvænget",
    "Vester Allé",
    "H.C. Andersens Boulevard",
    "Møllestien",
    "Skovbrynet Allé",
    "Bøgeparken",
    "Strandvejen",
    "Sankt Peders Stræde",
    "Elmevænget",
    "Kirketorvet",
    "Ny Munkegade",
    "Engtoften",
    "Havnegade",
    "Birkevang",
    "Søbakken",
]
TOWNS = [
    "8000 Aarhus C",
    "5000 Odense C",
    "2100 København Ø",
    "9000 Aalborg",
    "4000 Roskilde",
    "6700 Esbjerg",
    "3700 Rønne",
    "8600 Silkeborg",
]


def _mailbox(random: Random) -> tuple[str, str]:
    given, family = random.choice(GIVEN).lower(), random.choice(FAMILY).lower()
    local = random.choice(
        (
            f"{given}.{family}",
            f"{given[0]}{family}",
            f"{given}",
            f"{given}_{family}{random.randrange(99)}",
            f"{given}+nyt",
            f"{given}-{family}",
            f"{given[:2]}{family[:2]}",
        )
    )
    domain = random.choice(WORDS) + random.choice(
        (".dk", ".dk", ".dk", ".com", ".org", ".nu", ".co.uk", ".eu", "-as.dk")
    )
    if random.random() < 0.6:
        local = local.translate(str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e"}))
    return local, random.choice(("", "", "", "mail.")) + domain


def email(random: Random) -> str:
    """An e-mail address as it is."""
    local, domain = _mailbox(random)
    return random.choice((f"{local}@{domain}",) * 6 + (f"{local}@{domain}".upper(), f"{local.title()}@{domain}"))


def email_disguised(random: Random) -> str:
    """An e-mail address as it is hidden from programs."""
    local, domain = _mailbox(random)
    dotted = random.choice((" punktum ", " dot ", "[dot]", " (punktum) ", "(dot)", " [punktum] ")).join(
        domain.split(".")
    )
    sign = random.choice(
        (
            "(at)",
            " (at) ",
            "[at]",
            " [at] ",
            "(a)",
            "{at}",
            " (AT) ",
            " snabel-a ",
            " snabela ",
            " [snabel-a] ",
            "(snabel-a)",
        )
    )
    return random.choice(
        (
            f"{local}{sign}{domain}",
            f"{local}{sign}{dotted}",
            f"{local} at {' punktum '.join(domain.split('.'))}",
            f"{local} @ {domain}",
        )
    )


def iban(random: Random) -> str:
    """An IBAN of some country, with blanks or without."""
    country, body = random.choice(
        (("DK", digits(random, 14)),) * 4
        + (
            ("DE", digits(random, 18)),
            ("SE", digits(random, 20)),
            ("NO", digits(random, 11)),
            ("GB", "NWBK" + digits(random, 14)),
            ("NL", "ABNA" + digits(random, 10)),
            ("FR", digits(random, 23)),
            ("FO", digits(random, 14)),
            ("GL", digits(random, 14)),
            ("PL", digits(random, 24)),
            ("CH", digits(random, 17)),
            ("MT", "MALT" + digits(random, 5) + "0012345MTLCAST001S"),
        )
    )
    whole = next(f"{country}{check:02}{body}" for check in range(2, 99) if passes_mod97(f"{country}{check:02}{body}"))
    spaced = " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))
    return random.choice(
        (whole, spaced, spaced, spaced.replace(" ", NBSP), spaced.replace(" ", "\n", 1), spaced.replace(" ", "-"))
    )


def account(random: Random) -> str:
    """Branch and account with a word before them."""
    reg, number = digits(random, 4), digits(random, random.choice((7, 8, 10, 10, 10)))
    return random.choice((f"{reg} {number}", f"{reg}-{number}", f"{reg} - {number}", f"{reg} {number}"))


def card(random: Random) -> str:
    """A card's number in four groups."""
    head = random.choice(("4571", "5019", "5413", "4000")) + digits(random, 11)
    whole = next(head + last for last in "0123456789" if passes_luhn(head + last))
    return grouped(whole, "4444", random.choice((" ", "-")))


def address(random: Random) -> str:
    """A street, a number, perhaps a floor, a postcode and a town."""
    floor = random.choice(("", "", ", 2. tv.", ", st. th.", ", 1. mf", ", 4. sal", " 3. tv"))
    town = random.choice(("", f", {random.choice(TOWNS)}", f", {random.choice(TOWNS)}", f"\n{random.choice(TOWNS)}"))
    return f"{random.choice(ROADS)} {random.randint(1, 199)}{random.choice(('', '', 'A', ' B'))}{floor}{town}"


def ip(random: Random) -> str:
    """An address in a network, of version 4 or 6."""
    four = f"{random.randint(11, 126)}.{random.randint(0, 254)}.{random.randint(1, 254)}.{random.randint(100, 254)}"
    six = random.choice(
        (
            f"2a02:{random.randrange(4096):x}:{random.randrange(4096):x}::{random.randint(1, 99)}",
            f"fe80::{random.randint(1, 9)}ff:fe{random.randint(10, 99)}:4567:890a",
            "2001:db8:85a3:8d3:1319:8a2e:370:7348",
        )
    )
    return random.choice((four, four, six))
