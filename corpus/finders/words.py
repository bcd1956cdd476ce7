"""The words that say what a number is.

Stems are patterns of whole words in lower case; of several that match, the first list's decides. To teach a word, put
it here, and a sentence with it into the tests.
"""

import re
from enum import Enum, auto
from functools import lru_cache


class Says(Enum):
    """What a word says that a number is; UNIT is an amount of something, OTHER a number of something else."""

    NOTHING = auto()
    CPR = auto()
    PHONE = auto()
    CONTACT = auto()
    ACCOUNT = auto()
    CARD = auto()
    NETWORK = auto()
    UNIT = auto()
    OTHER = auto()


def words_of(lines: str) -> frozenset[str]:
    """The words of some lines, for lists that read better without quotes."""
    return frozenset(lines.split())


_STEMS: tuple[tuple[Says, str], ...] = (
    (
        Says.CPR,
        r""".*c\.?p\.?r.* person-?(?:nummer|nr|id|n\.?r).* fødsels(?:nummer|nr|dato).* erstatnings-?(?:person|n).*
        sundhedskort.* sygesikring.* født fødte pt patienten?""",
    ),
    (Says.OTHER, r"mobilitet.* mobiliser.* .*(?:ordre|vare|model|serie|kunde|sags|faktura)(?:nummer|nr).* faxe"),
    (
        Says.PHONE,
        r""".*(?:telefon|te1efon|telef0n|teiefon|mobil|m0bil|mobi1|tlf|t1f|tif\.?nr).* tif tel tele telf mob .*fax.*
        (?:op|gen)?ring(?:e|er|et|es|ede)? kald kaldes opkald.* .*ringetid.* telefontid.* afbud.* sms
        mob\.?-?n(?:umme)?r.* sms'?(?:e[snr]|e|en)? whats-?app phone call cell vagtnummer.* hotline.* viber
        ☎ 📞 📱 ✆""",
    ),
    (
        Says.ACCOUNT,
        r""".*(?:konto|kontonr|kontonummer|kontonummeret|konti|kontoen|giro) konton.* girokort reg reg\.?-?nr regnr
        regnummer.* iban.* bank banken indbetal.* overfør.* bankoplysninger fi-?kort.*""",
    ),
    (
        Says.CARD,
        r"""(?:beta?lings|kredit|hæve|debet|dan|bank|firma)?-?kort(?:et|n(?:umme)?r.*)? visa master-?card amex maestro
        kort-?nr.*""",
    ),
    (
        Says.NETWORK,
        r"""ipv?[46]? ip-?n.* ip-?adr.* dns(?:-.*)? ping.* gateway.* host hosten server.* .*serveren
        (?:.*-|web|mail|fil|navne|spil)server.* router.* netværk.* klient.*
        ssh log logget loggen logfil.* subnet.* proxy.* firewall.*""",
    ),
    (
        Says.OTHER,
        r"""cvr.* se-?n(?:umme)?r.* vat moms.* ean.* gln.* gtin.* isbn.* issn.* doi dk .*ordren? .*ordrer ordre-?.*
        faktura.* sag sagen sags?-?(?:nr|id|nummer).* sags j\.?nr journal.* .*vare varen.* vare-?n.* model.*
        serie-?.* kunden? kunde-?n.* medlem medlems.* medlem-?n.* bestilling.* booking.* løbe-?n.* licens.*
        version.* build pakken? .*pakke-?(?:id|post).* track.* trac[ek].* forsendelse.* referencen?
        referencen?umme?r.* ref sku stregkode.* artikel.* produkt.* bilag.* matr.* bbr.* lov loven lbk bek
        bekendtgørelse.* cirkulære.* §+ kvittering.* .*transaktion.* police.* skade(?:s|n)?-?.* abonnement.*
        kontrakt.* tilbud.* rekvisition.* batch.* charge.* .*billet.* patent.* .*måler.* målepunkt.* install.*
        chassis.* stel.* kørekort.* pas passet pasn.* ticket.* case.* incident.* ansøgning.* projekt.* dokument.*
        nøgle.* katalog.* inventar.* arkiv.* lokation.* id retur.* koordinat.* gps hash.* commit sha\d* md5
        p-?n(?:umme)?r produktionsenhed.* kollo.* kollekti.* parti partin.* lot code koden? tidsstempel.* timestamp
        periode.* gavekort.* lodn.* registrering.* .*label.* .*nota(?:en)? .*seddel .*regning rykker.* .*kupon
        .*voucher .*certifikat.* .*attest.* .*bevis skema.* formular.* blanket.* container.* lager.* palle.* hylde.*
        .*prøve.* analyse.* enhed.* anlæg.* apparat.* maskine.* sensor.* imei.* iccid.* mac rute.* tegning.*
        protokol.* akt .*opgave.* .*sagen .*hæfte.* bog bind.* nummerplade.* opdateret ændret oprettet måling.*
        lotto.* vindertal.* tidspunkt.* unix.* art artnr varer? token.* session.* trace.* uuid.* guid.* .*kode
        .*enhed type reservedel.* varelinje
        bfe imo mmsi lokalplan.* reservation.* postboks .*sag toldtarif.*
        .+(?:nummer(?:et|e)?|numre|nr|-id|kode[nr]?)""",
    ),
    (
        Says.UNIT,
        r"""afsnit.* kapitel.* kap pkt punkt stk datoen? kl sider? kr dkk eur euro usd kroner [€$£] beløb.* pris prisen
        priser total.* sum summen antal.* omsætning.* saldo.* budget.* cirka ca mindst omkring knap næsten solgte?
        talte optalt resultat.* overskud.* underskud.*""",
    ),
    (
        Says.CONTACT,
        r"""kontakt.* henv henvend.* træffes? fanges nås fat .*kontoret kontor reception.* vagten? direkte fastnet.*
        privat arbejde tilmeld.* e-?mail.* .*mail mailen skriv adresse bestil bestilles spørg oplysninger info
        besked afmeld.* (?:næst)?formand(?:en)? kasserer(?:en)? sekretær(?:en)? suppleant træner(?:en)? holdleder(?:en)?
        sælger vicevært(?:en)? koordinator(?:en)? tovholder(?:en)? instruktør(?:en)? kordegn(?:en)? graver(?:en)?""",
    ),
)
_SAID = re.compile(
    "|".join(f"(?P<{says.name}_{place}>{'|'.join(stems.split())})" for place, (says, stems) in enumerate(_STEMS))
)


@lru_cache(maxsize=1 << 16)
def said(word: str) -> Says:
    """What a word in lower case says; about 100 bytes are kept for each of the last 65,536 different words."""
    match = _SAID.fullmatch(word)
    return Says[match.lastgroup.partition("_")[0]] if match and match.lastgroup else Says.NOTHING
