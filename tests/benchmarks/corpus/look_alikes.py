"""Numbers and signs that are nobody's, and look like somebody's."""

from random import Random

from corpus.finders.phones import is_cvr
from tests.benchmarks.corpus.made_up import NBSP, birthday, digits, grouped, old_cpr, subscriber


def cvr(random: Random) -> str:
    """A company's number, with its checksum."""
    while True:
        number = random.choice("123456789") + digits(random, 7)
        if is_cvr(number):
            return random.choice(
                (
                    number,
                    number,
                    grouped(number, "2222", " "),
                    f"DK{number}",
                    f"DK {number}",
                    grouped(number, "44", " "),
                )
            )


def order(random: Random) -> str:
    """An order's number: eight digits, or ten with a date in them."""
    return random.choice(
        (
            subscriber(random),
            birthday(random) + digits(random, 4),
            old_cpr(random),
            grouped(subscriber(random), "2222", " "),
            f"{birthday(random)}-{digits(random, 4)}",
            digits(random, 10),
            grouped(subscriber(random), "44", "-"),
        )
    )


def case(random: Random) -> str:
    """A case's or a journal's number."""
    return random.choice(
        (
            f"{random.randint(1990, 2026)}-{digits(random, 5)}",
            f"{random.randint(1990, 2026)}-{digits(random, 4)}",
            f"{random.randint(10, 26)}/{digits(random, 5)}",
            f"{digits(random, 2)}-{digits(random, 4)}-{digits(random, 6)}",
            f"{random.randint(2010, 2026)}/{digits(random, 8)}",
            subscriber(random),
        )
    )


def isbn(random: Random) -> str:
    """A book's number, of ten or thirteen digits; the checksum does not matter to who looks for telephones."""
    return random.choice(
        (
            f"978-87-{digits(random, 2)}-{digits(random, 5)}-{digits(random, 1)}",
            f"97887{digits(random, 8)}",
            f"87-{digits(random, 3)}-{digits(random, 4)}-{digits(random, 1)}",
            f"87{digits(random, 8)}",
            f"978 87 {digits(random, 4)} {digits(random, 3)} {digits(random, 1)}",
        )
    )


def issn(random: Random) -> str:
    """A journal's number."""
    return f"{digits(random, 4)}-{digits(random, 4)}"


def ean(random: Random) -> str:
    """An office's number for invoices, or a product's."""
    number = "579000" + digits(random, 7)
    return random.choice(
        (
            number,
            number,
            f"{number[:4]} {number[4:8]} {number[8:12]} {number[12:]}",
            f"{number[:7]} {number[7:]}",
            digits(random, 13),
        )
    )


def date(random: Random) -> str:
    """A day, or two with a dash between."""
    d, m, y = random.randint(1, 28), random.randint(1, 12), random.randint(1900, 2030)
    return random.choice(
        (
            f"{d:02}.{m:02}.{y}",
            f"{d:02}-{m:02}-{y}",
            f"{d}/{m} {y}",
            f"{y}-{m:02}-{d:02}",
            f"{y}{m:02}{d:02}",
            f"{d:02}{m:02}{y}",
            f"{d:02}.{m:02}.{y % 100:02}",
            f"{d:02}.{m:02}.{y}-{d:02}.{m:02}.{y + 1}",
            f"{d:02}{m:02}{y % 100:02}",
            f"{d}. {m}. {y}",
            f"{d:02}/{m:02}/{y}",
            f"{y}-{y + 4}",
            f"{d:02}{m:02}-{d:02}{m:02} {y}",
        )
    )


def stamp(random: Random) -> str:
    """A moment, to the minute or the second."""
    y, m, d, h, mi, s = (
        random.randint(1995, 2026),
        random.randint(1, 12),
        random.randint(1, 28),
        random.randrange(24),
        random.randrange(60),
        random.randrange(60),
    )
    return random.choice(
        (
            f"{y}-{m:02}-{d:02} {h:02}:{mi:02}:{s:02}",
            f"{y}{m:02}{d:02}{h:02}{mi:02}{s:02}",
            f"{y}-{m:02}-{d:02}T{h:02}:{mi:02}:{s:02}Z",
            f"{d:02}.{m:02}.{y} kl. {h:02}.{mi:02}",
            f"{d:02}-{m:02}-{y} {h:02}:{mi:02}",
            f"16{digits(random, 8)}",
            f"{h:02}:{mi:02}:{s:02}",
        )
    )


def law(random: Random) -> str:
    """A reference to a statute."""
    n, y = random.randint(1, 1900), random.randint(1985, 2026)
    return random.choice(
        (
            f"LBK nr {n} af {random.randint(1, 28):02}/{random.randint(1, 12):02}/{y}",
            f"lov nr. {n} af {random.randint(1, 28)}. maj {y}",
            f"§ {random.randint(1, 99)}, stk. {random.randint(1, 9)}, nr. {random.randint(1, 9)}",
            f"§§ {random.randint(1, 40)}-{random.randint(41, 90)}",
            f"BEK nr {n} af {random.randint(1, 28):02}-{random.randint(1, 12):02}-{y}",
            f"U.{y}.{digits(random, 4)}H",
            f"direktiv 2016/{digits(random, 4)}/EU",
            f"L {random.randint(1, 250)} {y}-{(y + 1) % 100:02}",
        )
    )


def amount(random: Random) -> str:
    """Money or a number of things."""
    a, b, c = random.randint(1, 99), digits(random, 3), digits(random, 3)
    return random.choice(
        (
            f"{a}.{b}.{c} kr.",
            f"{a} {b} {c} kroner",
            f"kr. {a}{b}{c}",
            f"{a}{b}{c} kr.",
            f"DKK {a}.{b}.{c},00",
            f"{a}{NBSP}{b}{NBSP}{c} indbyggere",
            f"{a}{b},{c[:2]} kr.",
            f"+{a} {b} {c} kr.",
            f"{subscriber(random)} visninger",
            f"{a},{digits(random, 8)}",
        )
    )


def coordinates(random: Random) -> str:
    """A place on earth, in degrees or metres."""
    return random.choice(
        (
            f"55.{digits(random, 6)}, 12.{digits(random, 6)}",
            f"56,{digits(random, 4)} N 10,{digits(random, 4)} Ø",
            f"E {digits(random, 6)} N {digits(random, 7)}",
            f"+55.{digits(random, 6)}, +9.{digits(random, 5)}",
            f"55°{digits(random, 2)}'{digits(random, 2)}.{digits(random, 2)}\"N",
        )
    )


def doi(random: Random) -> str:
    """A paper's identifier."""
    return random.choice(
        (
            f"10.{digits(random, 4)}/j.{digits(random, 4)}.{digits(random, 8)}",
            f"10.1145/{subscriber(random)}.{subscriber(random)}",
            f"https://doi.org/10.1016/{issn(random)}({digits(random, 2)}){digits(random, 5)}-{digits(random, 1)}",
            f"arXiv:{digits(random, 4)}.{digits(random, 5)}",
        )
    )


def version(random: Random) -> str:
    """A program's version, or a section of a report."""
    r = random.randint
    return random.choice(
        (
            f"version {r(1, 30)}.{r(0, 99)}.{r(0, 99)}.{r(0, 300)}",
            f"v{r(1, 9)}.{r(0, 30)}.{r(0, 9)}",
            f"version {r(10, 99)}.{r(10, 99)}.{r(10, 99)}.{r(10, 99)}",
            f"afsnit {r(1, 9)}.{r(1, 9)}.{r(1, 9)}.{r(1, 9)}",
            f"Chrome/{r(80, 130)}.0.{r(1000, 6500)}.{r(10, 220)}",
            f"punkt {r(1, 9)}.{r(1, 20)}.{r(1, 9)}",
            f"pakke@{r(1, 9)}.{r(0, 20)}.{r(0, 9)}",
            f"build {digits(random, 8)}",
        )
    )


def parcel(random: Random) -> str:
    """A piece of land."""
    letters = "".join(random.choice("abcdefgh") for _ in range(2))
    return f"matr.nr. {random.randint(1, 99)}{letters} {random.choice(('Vor Frue', 'Hasle', 'Lyngby'))} By"


def code(random: Random) -> str:
    """A hash, an identifier, a link: digits among other signs."""
    hexes = "".join(random.choice("0123456789abcdef") for _ in range(32))
    return random.choice(
        (
            hexes,
            f"{hexes[:8]}-{hexes[8:12]}-4{hexes[13:16]}-a{hexes[17:20]}-{hexes[20:]}",
            f"https://www.nyhed.dk/artikel/{subscriber(random)}",
            f"https://butik.dk/vare?id={subscriber(random)}&ref={digits(random, 10)}",
            f"ABC{birthday(random)}-{digits(random, 4)}",
            f"IMG_{digits(random, 8)}_{digits(random, 6)}.jpg",
            f"00:1{hexes[1]}:{digits(random, 2)}:3c:4d:5e",
            f"#{digits(random, 8)}",
            f"{digits(random, 2)}x{digits(random, 8)}",
            "ikon@2x.png",
        )
    )


def years(random: Random) -> str:
    """Years and ranges of pages, of postcodes, of years."""
    y = random.randint(1700, 2020)
    return random.choice(
        (
            f"{y}-{y + 30}",
            f"{y} {y + 1} {y + 2}",
            f"s. {digits(random, 3)}-{digits(random, 3)}",
            f"{digits(random, 4)} {random.choice(('Aarhus', 'Odense', 'Roskilde'))}",
            f"{y}/{(y + 1) % 100:02}",
            "112",
            "1813",
            f"nr. {random.randint(1, 9)}-{random.randint(10, 20)}",
            "7913 7914 7915 7916",
            f"{random.randint(10, 29)} {random.randint(30, 49)} {random.randint(50, 69)}",
            "10-12-14",
            "1-2-3-4-5-6-7-8-9-10",
        )
    )


def p_number(random: Random) -> str:
    """A production unit's number: ten digits that begin with 10, as days do."""
    return f"10{digits(random, 8)}"


def switchboard(random: Random) -> str:
    """A public office's number, behind its name."""
    return grouped(subscriber(random), "2222", " ")


def office_mail(random: Random) -> str:
    """A public office's mailbox."""
    return random.choice(
        (
            "post@aarhus.dk",
            "sst@sst.dk",
            "borgerservice@odense.dk",
            "info@kulturministeriet.dk",
            "hovedbiblioteket@kk.dk",
        )
    )
