"""Sentences, lists and tables that were looked at while the rules were written.

`{cpr}` and the like are replaced by values: those of `PERSONAL` in `scored` must be found, those of `OTHERS` must stay.
⏎ is the end of a line.
"""

FOUND = """
Hans cpr-nummer er {cpr}, og han er indlagt på afdeling 4.
CPR: {cpr}
CPR-nr.: {cpr}
cpr nr {cpr}
Cpr.nr. {cpr} blev oplyst af patienten.
Personnummer {cpr} er registreret i systemet.
Patientens personnr. er {cpr}.
{navn} (cpr. {cpr}) mødte ikke op.
Journalen for {navn}, cpr-nr. {cpr}, er lukket.
Oplys venligst dit CPR-nummer, for eksempel {cpr}, når du ringer.
Erstatningspersonnummer: {cpr}
Erstatnings-CPR {cpr} blev tildelt ved indlæggelsen.
Ansøger: {navn}, født {cpr}
Sygesikringskort med nummeret {cpr}
Sundhedskortnummer {cpr}
- CPR-nummer: {cpr}
CPRNR={cpr}
cpr.{cpr}
Cpr{cpr_free}
(CPR {cpr})
*CPR:* {cpr}
Barnets cpr: {cpr}, moderens cpr: {cpr}.
Hun hedder {navn} og har {cpr_free} som nummer hos lægen.
{navn}, {cpr_free}
Patienten {cpr_free} blev udskrevet i går.
Dommen vedrører {navn} ({cpr_free}), der nægtede sig skyldig.
Sønnen {fornavn}, {cpr_free}, bor hos sin mor.
{cpr_free} {navn}
Borgeren {cpr_free} har ret til ydelsen, og det har {cpr_free} også.
Lejer: {navn}{cpr_free}
I skemaet står {cpr_free}, men det er {fornavn}s.
1. {cpr_free}
CPR-nummer ⏎ {cpr}
cpr-nr. {cpr_broken}
Hendes personnummer er {cpr_broken} ifølge journalen.
Tlf. {phone}
Tlf.: {phone}
tlf {phone}
TLF: {phone}
Tlf.nr. {phone}
Telefon: {phone}
Telefonnummer: {phone}
Ring på {phone} efter klokken 17.
Ring til {fornavn} på telefon {phone}.
Du kan ringe til mig på {phone} hele ugen.
Mobil: {phone}
Mobil {phone}, også om aftenen.
Mit mobilnummer er {phone}.
Hendes mobil er {phone}, men hun tager den sjældent.
mob. {phone}
Skriv en sms til {phone}.
Send en SMS på {phone} med dit navn.
Kontakt {navn} på {phone}.
Henvendelse til {navn}, {phone}.
Tilmelding hos {navn} på tlf. {phone} senest fredag.
Tel. {phone} / fax {phone}
T: {phone}
T {phone_free}
M: {phone}
Fax: {phone}
{navn}, mobil {phone}, {email}
Privat: {phone_free}, arbejde: {phone_free}
Du kan få fat i {fornavn} på {phone}.
Nummeret er {phone_free}.
{navn}, tlf. ({phone})
Kald {phone} ved alarm.
Bestil bord på {phone_free}.
☎ {phone}
[Ring nu](tel:{phone_link})
Vagttelefonen har {phone} hele døgnet.
Kontakttelefon: {phone}
Træffes på {phone} i dagtimerne.
WhatsApp {phone}
Har du set katten? {phone_free}
Spørgsmål? {phone_free}!
{navn} {phone_free}
Sælges billigt, kom og se. {phone_free} ({fornavn})
{phone_free} - {phone_free}
Tlf{phone_row}
Tlf.{phone_row}E-mail: {email}
Mobil:{phone}
Telefon ⏎ {phone}
Telefonnummeret er {phone_broken} i sommerperioden.
tlf. {phone_broken}
MobilePay {phone_row} og skriv dit navn.
{phone_row} (mobil)
Skriv til {email}.
Skriv til {email} eller ring.
E-mail: {email}
e-mail:{email}
Mail {email}, tak.
<{email}>
{navn} <{email}>
[{email}](mailto:{email})
mailto:{email}
Kontakt: {email}; {email}
Send ansøgningen til {email}, senest mandag
({email})
Afsender:{email}|Modtager:{email}
Skriv til {email_disguised} for at høre mere.
Min adresse er {email_disguised}
Kontakt: {email_disguised}
IBAN: {iban}
IBAN {iban}
Overfør til {iban} inden fredag.
IBAN-nr. {iban}, BIC DABADKKK
Kontoen i udlandet er {iban}.
IBAN:{iban}
({iban})
Beløbet indsættes på {iban} i Jyske Bank
Reg.nr. og konto: {konto}
Kontonummer {konto}
Kontonr.: {konto}
Indbetal på konto {konto} senest den 1.
Bank: {konto}
Betal med kortet {kort}.
Kortnummer: {kort}
{navn}, {adresse}
{navn}, der bor på {adresse}, har klaget.
{navn} ⏎ {adresse}
Boet efter {navn}, {adresse}.
Navn: {navn}, adresse: {adresse}
Serveren har IP-adressen {ip}.
Besøg fra {ip} blev afvist.
IP: {ip}
| Navn | CPR | Telefon | ⏎ |---|---|---| ⏎ | {navn} | {cpr} | {phone} | ⏎ | {navn} | {cpr} | {phone_row} |
| Navn | Mail | ⏎ |---|---| ⏎ | {navn} | {email} |
Navn;Cpr-nr;Tlf ⏎ {navn};{cpr};{phone_row}
{navn}\t{cpr_free}\t{phone_free}
"""

STAYS = """
CVR {cvr}
CVR-nr. {cvr}
CVR-nummer: {cvr}
Firmaet har CVR-nr. {cvr} og holder til i Vejle.
CVR: {cvr}, EAN: {ean}
Cvr.nr.{cvr}
SE-nr. {cvr}
Momsnr. {cvr}
Lund & Holm A/S (cvr {cvr})
Ordrenr. {order}
Ordrenummer: {order}
Din ordre {order} er afsendt.
Ordre #{order}
Vi har modtaget din ordre med nummer {order} og pakker den nu.
Fakturanr. {order}
Faktura {order} forfalder fredag.
Fakturanummer {order} skal opgives.
Kundenummer {order}
Varenr.: {order}
Varenummer {order} er udsolgt.
Bookingnummer {order}
Pakkenummer {order}
Track and trace: {order}
Referencenummer: {order}
Serienummer {order} står på bagsiden.
Medlemsnr. {order}
Policenummer {order}
Sagsnr. {case}
Sagsnummer: {case}
J.nr. {case}
Journalnummer {case}
Sag {case} blev afgjort i marts.
Jf. sagsnr. {case} hos nævnet.
ISBN {isbn}
ISBN: {isbn}
Bogen (ISBN {isbn}) udkom i foråret.
ISBN-13: {isbn}
ISSN {issn}
Tidsskriftet har ISSN {issn} og udkommer kvartalsvis.
EAN {ean}
EAN-nummer: {ean}
EAN-nr. {ean}
Faktura sendes til EAN-lokationsnummer {ean}.
GLN {ean}
Stregkode {ean}
Den {date} vedtog byrådet planen.
Perioden {date} er afsluttet.
Dato: {date}
Opdateret {stamp}
Hændelsen blev logget {stamp}.
Tidspunkt: {stamp}
Efter {law} er det forbudt.
Jf. {law} skal kommunen svare.
Se {law}.
Budgettet er på {amount}
Omsætningen steg til {amount}
Det kostede {amount} sidste år.
Stedet ligger på {coordinates}.
Koordinater: {coordinates}
DOI: {doi}
Se {doi} for detaljer.
Opdater til {version} nu.
Det fremgår af {version}, at reglen gælder.
Ejendommen {parcel} er solgt.
Filen hedder {code}.
Se {code} for mere.
Nøglen er {code}
Kirken stod {years} i landsbyen.
Se {years} i årbogen.
Ring 112 ved ulykker og 1813 ved sygdom.
Politiet træffes på 114.
P-nummer {p_number}
Transaktion {order} er gennemført.
Abonnementsnr. {order}
Måler {order} aflæses i december.
Produktionsår {years}, model {order}.
Billetnummer {order}
| Varenr. | Antal | Pris | ⏎ |---|---|---| ⏎ | {order} | 3 | {amount} |
| CVR | Navn | ⏎ |---|---| ⏎ | {cvr} | Lund & Holm A/S |
Aarhus Kommune, hovednummer {switchboard}
Skriv til {office_mail}.
Kontakt Sundhedsstyrelsen på {office_mail}
@{fornavn} skrev i går, at mødet var godt.
"""

PROSE = """
Byrådet vedtog i går at bygge flere almene boliger i kommunen inden for de næste fem år.
Det har været en lang vinter, men nu er foråret på vej, og haverne skal gøres klar.
Foreningen holder generalforsamling den første torsdag i måneden, og alle er velkomne.
Opskriften er enkel: rør mel, æg og mælk sammen, og lad dejen hvile en times tid.
"""
