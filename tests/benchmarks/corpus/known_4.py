"""A fourth set, as the second."""

FOUND = """
Hermed bekræftes, at {navn} med personnummer {cpr} er ansat hos os.
Bilag A: Lægeerklæring for {navn}, CPR-nr. {cpr}
Jeg har glemt mit kørekort, men mit cpr-nummer er {cpr}.
Opgiv cpr: {cpr} ved henvendelse i skranken.
{navn} er født den 3. maj og har cpr-nr {cpr}
CPR-nummer på barnet: {cpr}
Der står {cpr_free} på brevet fra skattevæsenet.
Min kone ({cpr_free}) og jeg ({cpr_free}) søger om boligstøtte.
Dødsboet efter {navn}, {cpr_free}, er afsluttet.
Lejeren {navn}, cpr {cpr}, har opsagt lejemålet.
Kommunen sendte brevet til {cpr_free} ved en fejl.
Sikrede: {navn}, CPR {cpr}. Skadedato: 4. juni.
Vidne: {navn} ({cpr_free})
Personnr {cpr}
CPR-NUMMER: {cpr}
Fulde navn: {navn} ⏎ CPR-nr.: {cpr} ⏎ Statsborgerskab: dansk
Hendes erstatningscpr er {cpr}
E-CPR: {cpr_free}
{cpr_free} mødte op i skadestuen med en forstuvet fod.
- {navn} {cpr_free}
Data for borger {cpr_free} blev slettet.
Personnummeret {cpr_broken} er skrevet forkert af.
Giv mig et ring på {phone}.
Ring og hør nærmere på {phone}
Tlf. nr. {phone}
Jeg svarer på {phone} alle aftener.
Tilmeld dig hos {fornavn} på {phone} eller {email}.
Kontakt venligst {navn}, tlf. {phone}.
For yderligere oplysninger: {navn}, telefon {phone}, {email}
Pressekontakt: {navn}, mobil {phone}
Yderligere information fås hos {navn} på {phone_free}.
Køb og salg: Damecykel, 700 kr., tlf. {phone}
Mit nummer er {phone}.
Nummer til {fornavn}: {phone_free}
Skriv dit navn og send til {phone_free}
Svar udbedes på tlf. {phone}.
S.U. til {fornavn} på {phone} senest søndag
S.u. {phone_free}
Formanden kan fanges på telefon {phone}.
Telefonsvarer: {phone}
Akuttelefon {phone}
{navn} tlf.: {phone} mail: {email}
Telefonisk henvendelse på {phone}.
Tlf.: {phone} ⏎ Mail: {email} ⏎ Web: www.skovbo.dk
{navn} ⏎ Formand ⏎ {phone_free} ⏎ {email}
Jeg blev ringet op af {phone_free} tre gange.
Skjult nummer viste sig at være {phone_free}.
Har nogen set min kat? Ring {phone} eller skriv på {email}
Familien {fornavn} og {fornavn}: {phone_free} / {phone_free}
Dit nye telefonnummer bliver {phone}
Mobiltelefon: {phone}
Mobiltlf. {phone}
(tlf. {phone})
(mobil: {phone})
tlf {phone_row}, spørg efter {fornavn}
SMS til {phone}: skriv KATTEPASSER
mob {phone_broken}
Hun kan kontaktes på tlf. {phone_broken}.
Send en mail til {email}, så svarer vi.
Jeg kan fanges på {email}!
{email} er min private adresse.
CC: {email}; {email}
mail={email}
Abonner ved at skrive til {email}.
Redaktør {navn}, {email}
Nærmere oplysninger fås på {email_disguised}
E-mail: {email_disguised} ⏎ Postboks 12
Foreningens IBAN: {iban}
Iban nr.: {iban}
Betalingen fra Tyskland skal gå til {iban}.
Bank: Sydbank, IBAN {iban}, BIC SYBKDK22
Indbetaling sker til konto {konto} med angivelse af navn.
Kontonr. {konto}
Kreditkort {kort}
Svigermor {navn}, {adresse}, har vundet.
Flyttemeddelelse: {navn} bor nu på {adresse}
IP-adresse: {ip}
Brugeren skrev fra {ip} klokken ti.
| Nr. | Navn | Tlf. | ⏎ |---|---|---| ⏎ | 1 | {navn} | {phone_row} | ⏎ | 2 | {navn} | {phone} |
CPR;Navn;Mobilnr ⏎ {cpr};{navn};{phone_row} ⏎ {cpr};{navn};{phone}
Navn\tCpr ⏎ {navn}\t{cpr}
"""

STAYS = """
Holm & Søn IVS, cvr. {cvr}
Kilde: CVR-registret, nr. {cvr}
CVR-nummeret for selskabet er {cvr}
CVRNR {cvr}
Cvr. nr.: {cvr}
Selskabet har CVR-nummer {cvr} og hjemsted i Thisted.
Tak, din ordre er modtaget. Ordrenummer {order}
Ordrenummer (ti cifre): {order}
Brug ordrenummeret {order}, når du henter varen.
Fakturanr {order}
Betal faktura nr. {order} inden den 1.
Vedr. faktura {order}
Varenummeret er {order}
Model {order}, årgang 2019
Stelnummer {order}
Kundenummeret {order} står øverst på regningen.
Medlem nr. {order}
Sporingsnummer: {order}
Pakkelabel {order}
Referencenr. {order}
Policenr. {order}
Sagsnr.: {case}
Vor sag: {case}
Sagsbehandler har sagsnr. {case}
Journal nr. {case}
Statsforvaltningens sag {case}
Udvalget, bilag {case}
ISBN: {isbn}. 214 sider.
ISBN13 {isbn}
Romanen kan købes overalt, isbn {isbn}
ISSN nr. {issn}
ISSN (trykt udgave): {issn}
EAN-lokationsnummer: {ean}
EAN nummer {ean}
E-faktura: EAN {ean}
GLN-nummer {ean}
Indsendt {date}
Gælder fra den {date}
Afholdt {date} på Hotel Nyborg Strand
Rejsen varede {date}
Kl. og dato: {stamp}
Loggen slutter {stamp}
Jævnfør {law} er fristen to uger.
Med hjemmel i {law} fastsættes:
Støtten udgør {amount}
Vandforbruget var {amount}
Prisen er {amount}
Hulen ligger ved {coordinates}
Position {coordinates}
Kilde: {doi}
Installér {version} først.
Resultatet ses i {version}.
Bygningen på {parcel} er fredet.
Filen {code} er beskadiget.
Id: {code}
Søg på {code}
Udgivet i {years}
Krigen {years}
Vandreturen går gennem {years}.
Ring 112 ved brand. Sundhedslinjen er 1813.
P-nummer: {p_number}
Ansøgning nr. {order}
Abonnement {order}
Målernr. {order}
Lodseddel nr. {order}
Chassisnr. {order}
Gavekort {order}
Silkeborg Kommune, tlf. {switchboard}
Ring til Københavns Politi på {switchboard}
Post til kommunen: {office_mail}
| Varenummer | Lager | ⏎ |---|---| ⏎ | {order} | 14 | ⏎ | {order} | 3 |
CVR;Firma ⏎ {cvr};Holm & Søn
"""

PROSE = """
Om aftenen samledes hele familien om bordet, og farfar fortalte historier fra sin barndom.
Forskerne har fundet spor af en boplads fra jernalderen på marken bag den gamle mølle.
Toget var forsinket, så vi nåede først frem, da forestillingen allerede var begyndt.
Skolen får ny legeplads til foråret, og eleverne har selv været med til at tegne den.
"""
