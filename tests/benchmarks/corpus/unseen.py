"""Sentences that no rule was looked at with: written after all of them, and left alone since."""

FOUND = """
Ansøgerens CPR-nummer er {cpr}, og ansøgningen er vedlagt.
CPR-nr. på afdøde: {cpr}
Vi skal bruge dit personnummer. Mit er {cpr_free}.
{navn}, personnummer {cpr}, bosat i Randers, dømmes til at betale.
Barn 1: {navn}, {cpr_free} ⏎ Barn 2: {navn}, {cpr_free}
Cpr. nr. {cpr} på {navn}
Prøvetager: {fornavn}. Patientens cpr: {cpr}
Jeg er {fornavn}, og mit personnummer er {cpr}.
Retten lægger til grund, at {navn}, {cpr_free}, var til stede.
Indberetning om {cpr_free} er modtaget.
I brevet stod mit fulde cpr-nummer, {cpr}, helt synligt.
Hun fik cpr-nummer {cpr}, da hun kom til landet.
Manden med cpr {cpr} er eftersøgt.
Cpr={cpr}
Vedlagt kopi af sundhedskort ({cpr})
Ejer af bilen: {navn}, {cpr_free}
CPR-nr. ⏎ {cpr}
{navn} ⏎ {cpr_free} ⏎ {adresse}
Skriv {cpr_free} i feltet, sagde hun.
Person {cpr_free} har fået tilkendt pension.
Du kan få mere at vide på telefon {phone}.
Ved spørgsmål kan {navn} kontaktes på tlf. {phone}.
Er du interesseret, så ring til mig på {phone}.
Telefonen er {phone}, og der er altid nogen hjemme.
{fornavn}s mobil: {phone}
Mobil nr. {phone}
Tlf.nummer: {phone}
Vagt: {phone_free}
Spørg {fornavn}, {phone_free}
Kontakt {fornavn} ({phone_free}) for at aftale nærmere.
Ring til os i dag: {phone}
Hjemme: {phone_free}, på arbejdet: {phone_free}
Bilen kan ses i Hobro. Tlf. {phone}.
Klip og farve, bestil tid på {phone}
Ingen opkald efter kl. 21, tak. {phone_free}
Skriv en besked til {phone}.
Ny telefon! Fremover træffer du mig på {phone}.
{navn} · tlf. {phone} · {email}
Træffetid: mandag 10-11 på tlf. {phone}
Ved sygdom ringes der til {phone}
Tlf {phone} / {phone}
tel: {phone}
Kør forsigtigt! {phone_free}
Fundet: ung sort kat. {phone_free}. Ring, hvis den er din.
Jeg bor i Skive og kan nås på {phone}.
Lej vores sommerhus, ring {phone} og hør om priser.
Dirigent: {navn}, {email}, {phone_free}
Vagtlægen svarede ikke, så vi ringede til {phone}.
Nummeret på køleskabet var {phone_free}, men ingen tog den.
Du må gerne sms'e til {phone}.
Tlf. {phone_broken} (bedst om aftenen)
Jeg kan ringes op på {phone_broken}
Skriv til mig på {email}, hvis du har billeder.
{email} modtager gerne bidrag.
Svar til {email} senest onsdag.
Sekretær {navn} ({email})
Email: {email}.
Kontakt:{email}
{navn}: {email}
Spørgsmål sendes til {email} eller {email}
Brug formularen, eller skriv til {email_disguised}.
Kontakt vores kasserer: {email_disguised}
Foreningens konto i banken er {iban}.
IBAN-kontonummer {iban}
Støt os: {iban}
BIC: DABADKKK ⏎ IBAN: {iban}
Beløbet er sat ind på kontonr. {konto}
Medlemmer betaler til konto nr. {konto}.
Kortnr. {kort}
Ring eller skriv til {navn}, {adresse}
Klager: {navn}, {adresse}
IP-adressen {ip} er spærret.
| Navn | Telefon | Personnr. | ⏎ |---|---|---| ⏎ | {navn} | {phone} | {cpr} | ⏎ | {navn} | {phone_row} | {cpr} |
Navn;E-mail;Mobil ⏎ {navn};{email};{phone_row}
"""

STAYS = """
Firmaets CVR nr. er {cvr}
Tømrerfirmaet (CVR-nr. {cvr}) gik konkurs.
CVR.: {cvr}
Moms/CVR: {cvr}
Virksomhed: Skovbo ApS ⏎ CVR: {cvr}
Se CVR {cvr} på virk.dk.
Oplys ordrenummer {order} ved afhentning.
Jeg bestilte i går, ordrenr. {order}, men har intet hørt.
Ordre: {order}
Din faktura har nummer {order}.
Fakturanummer: {order}
Rykker for faktura {order}
Varenr {order} er på tilbud.
Kundenr.: {order}
Medlemsnummeret er {order}
Sagsnummeret er {case}.
Med henvisning til sagsnr. {case} skal vi oplyse følgende.
J.nr.: {case}
Brev af 3. maj, journalnr. {case}
Vores sagsnr.: {case}, deres ref.: {case}
Digte, ISBN {isbn}, 80 sider
ISBN nr. {isbn}
ISSN-nr. {issn}
Vores EAN-nummer er {ean}.
EAN-lokation {ean}
Bestilling til kommunen kræver EAN-nr. {ean}.
Åbent til og med {date}
Afleveres senest {date}.
Hun boede der i perioden {date}
Journalført {stamp}
Serveren gik ned {stamp}.
Sagen blev afgjort efter {law}.
Det følger af {law}, at klagen afvises.
Projektet fik {amount}
Taget blev solgt for {amount}
Der er {amount}
Skibet sank ved {coordinates} i en storm.
Artiklen findes på {doi}
Nyeste udgave er {version}.
Jorden, {parcel}, sælges.
Hent {code} her.
Nøglen {code} er udløbet.
I {years} brændte kirken.
Han levede {years}
Det er {years} minutter væk.
Ring altid 112, hvis der er fare for liv.
P-nummer {p_number} er lukket.
Kvitteringsnummer {order}
Serienummer: {order}
Pakke nr. {order}
Sendingsnummer {order}
Registreringsnr. {order}
Bookingnr. {order}
Randers Kommune har telefonnummer {switchboard}.
Skriv til kommunen på {office_mail}
| Faktura | Beløb | ⏎ |---|---| ⏎ | {order} | {amount} |
Ordrenr.;Vare ⏎ {order};Skruer
"""

PROSE = """
Bogen handler om to søskende, der rejser gennem landet for at finde deres far.
Kommunalbestyrelsen har besluttet at lukke den lille skole, selv om forældrene protesterede.
Solen stod op over engen, og duggen lå endnu tung på græsset, da de begyndte at gå.
Der bliver kaffe og hjemmebagt kage efter gudstjenesten, og alle er velkomne.
"""
