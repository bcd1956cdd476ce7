"""A third set, as the second."""

FOUND = """
Kære {navn}. Vi har registreret dit CPR-nummer som {cpr}. Giv os besked, hvis det er forkert.
Undertegnede, {navn}, cpr-nummer {cpr}, giver hermed fuldmagt til min datter.
Patient: {navn}. CPR: {cpr}. Henvist fra egen læge.
Der blev fundet et sygesikringsbevis med nummeret {cpr} i jakken.
Tiltalte, født {cpr_free}, blev idømt fyrre dages fængsel.
Tiltalte {navn}, cpr. nr. {cpr}
Ved en fejl blev {cpr_free} lagt på nettet.
Skriv fødselsdag og de fire sidste cifre sådan her: {cpr_free}.
Far: {cpr_free}, mor: {cpr_free}
Adoptanten {navn}, {cpr_free}, er indforstået.
Asylansøgeren fik tildelt erstatningsnummeret {cpr_free}.
Navn og personnummer: {navn}, {cpr_free}
Borger ({cpr_free}) henvendte sig i dag.
CPR NR. {cpr}
(cpr-nr. {cpr})
>> cpr: {cpr}
1) {navn}, {cpr_free} 2) {navn}, {cpr_free}
Identifikation: cpr.nr.: {cpr}
Prøven er taget på {cpr_free} kl. 8.
Deres barn med CPR-nummer {cpr} er skrevet op til pasning.
Cpr-nummeret står øverst: {cpr_free}
Boafgift for afdøde {navn}, {cpr_free}
{cpr_free}: indkaldt til samtale
cpr.nr. {cpr_broken}
Jeg kan træffes på mobil {phone} det meste af dagen.
Lad mig høre fra dig: {phone_free}
Giv lyd på {phone_free}, hvis du vil med.
Vil du købe båden, så ring {phone}.
Ring bare, {phone_free}!
Så er det bare om at ringe til {fornavn} på tlf. {phone}.
Book en tid på telefon {phone} eller via hjemmesiden.
Udlejer: {navn}, telefonnr. {phone}
Viceværten har mobilnummer {phone}.
Min søsters nummer er {phone_free}.
Efterlysning: Har du set {fornavn}? Ring {phone}.
Telefon (dag): {phone}
Telefon/fax: {phone}
Tlf./mobil: {phone}
Tlf. privat {phone}
Tlf. {phone}, mobil {phone}, fax {phone}.
Formand: {navn} ({phone_free})
Træner {navn}, {phone_free}, {email}
Kontakt: {navn}, mob.: {phone}
Pris: 4.500 kr. Tlf: {phone}
2 stk. gives væk. {phone_free}
Ringetid 9-12 på {phone}.
Sms "JA" til {phone}
Tast {phone_free} og bed om {fornavn}.
Opkaldet kom fra {phone}.
Hun ringede fra {phone_free} i nat.
Skriv eller ring: {phone}
Telefonnummer på pårørende: {phone}
Tlf ..... {phone}
tlf.nr {phone_row}
mobilnr {phone_row}
Kontakttlf. {phone}
Afbud på {phone} før kl. 8
{fornavn}: {phone_free}
{fornavn} ({phone_free}) og {fornavn} ({phone_free})
Turleder er {navn}, som har telefon {phone}.
tlf.: {phone_broken}
Man kan ringe på {phone_broken}
Adressér mailen til {email}.
Jeg hedder {fornavn}, og min e-mail er {email}
Brug {email} i stedet for {email}.
Mail:{email}
e-mail ({email})
Reply-To: {email}
kontakt;{email};mandag
Vær venlig at skrive til {email}?
Du når os på {email}, også i ferien.
{navn}/{email}
Hvis nogen har den gamle avis, må de gerne skrive til {email_disguised}
Ansvarshavende: {navn}, {email_disguised}
Udenlandske medlemmer betaler til IBAN {iban}.
Bankforbindelse: {iban}
IBAN={iban}
Min konto er {iban}, hvis du vil støtte.
Donationer: {iban} (IBAN)
Gaver kan overføres til reg.nr. og kontonr. {konto}.
Konto nr. {konto}
Mastercard {kort}
Til {navn}, {adresse}
Skødet er udstedt til {navn}, {adresse}.
Angrebet kom fra IP-adresse {ip}.
ip {ip}
Nr. | Navn | Personnummer ⏎ 1 | {navn} | {cpr} ⏎ 2 | {navn} | {cpr}
| Spiller | Mobil | ⏎ | --- | --- | ⏎ | {navn} | {phone_row} | ⏎ | {navn} | {phone} |
Fornavn;Telefonnummer;E-mail ⏎ {fornavn};{phone_row};{email} ⏎ {fornavn};{phone_row};{email}
"""

STAYS = """
Murermester Holm, CVR {cvr}, har fået opgaven.
Stiftet 1987. CVR-nr.: {cvr}.
Leverandørens CVR-nummer ({cvr}) mangler på fakturaen.
CVR/SE: {cvr}
VAT no. {cvr}
Tak for din ordre! Ordrenummeret er {order}.
Ordre-id: {order}
Ordre nr. {order} er bekræftet.
Tilbud {order} gælder en måned.
Kontrakt nr. {order}
Oplys kundenummer {order} ved opkald.
Fakturanr.: {order}
Kreditnota {order}
Vi har oprettet sagen med sagsnummer {case}.
Afgørelse i sag {case}
Dok.nr. {case}
Ministeriets j.nr. {case}
Klagenævnets sag nr. {case} blev hjemvist.
ISBN-10: {isbn}
Lydbog, ISBN {isbn}
Genoptryk 2011 (isbn {isbn})
Årsskriftets ISSN-nummer er {issn}.
EAN-lokationsnr. {ean}
Kommunens EAN-nr. {ean} bruges på alle regninger.
Varen har stregkoden {ean}.
Fristen er {date}.
Sæsonen {date}
Tidsrummet {date}
Udgivet {date} på eget forlag
Senest opdateret den {stamp}
Målingen {stamp} viste det samme.
Bestemmelsen i {law} ændres.
Ifølge {law} kan der gives dispensation.
Anlægget kostede {amount}
Gælden er på {amount}
Der blev solgt for {amount}
Udsigtspunktet ligger på {coordinates} i kommunens nordlige del.
Se kilden: {doi}
Fejlen er rettet i {version}.
Som nævnt i {version} er grundlaget usikkert.
Grunden {parcel} er udstykket.
Besked-id {code}
Kopiér {code} ind i feltet.
Billedet {code} kan hentes frit.
Fra {years} var han præst i sognet.
Årgang {years}
Banen åbnede i {years}.
Husk alarmcentralen 112, lægevagten 1813 og politiet 114.
Produktionsenhed {p_number}
Vareparti nr. {order}
Skadenummer {order}
Rekvisitionsnr. {order}
Registreringsnummer {order}
Tracking-nummer {order}
Bestillingsnr. {order}
Patientuheld blev omtalt i {doi}.
Kontakt Viborg Kommune, telefon {switchboard}.
Region Midtjylland har telefonnummer {switchboard}
Borgerne kan skrive til {office_mail}
| Ordre | Beløb | ⏎ |---|---| ⏎ | {order} | {amount} |
Firma;CVR;By ⏎ Lund Byg;{cvr};Vejle
"""

PROSE = """
Museet viser i sommer en stor udstilling om fiskeriet på vestkysten gennem tre hundrede år.
Da klokken slog tolv, gik lyset ud i hele huset, og ingen kunne finde stearinlysene.
Virksomheden forventer at ansætte flere medarbejdere, når den nye fabrik står færdig.
Planten trives bedst i halvskygge og skal vandes et par gange om ugen i den varme tid.
"""
