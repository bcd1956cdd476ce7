"""Sentences written after the first rules stood. What they showed was mended, so they are known too."""

FOUND = """
Min fars personnummer er {cpr}; vil I rette det i journalen?
Sagen drejer sig om {navn}, cpr.nr. {cpr}, som blev anholdt lørdag nat.
Indtast cpr-nummeret {cpr} og tryk på OK.
Jeg fik et brev, hvor der stod {cpr_free} i rudekuverten.
Hej, jeg hedder {fornavn}, mit cpr er {cpr}, og jeg vil gerne have en ny tid.
Hun blev født {cpr_free} på Rigshospitalet.
Elev: {navn}, CPR: {cpr}, klasse 8.b
Vedr. {navn}, cpr {cpr}
Vedr.: {cpr_free}, {navn}
Udskrift af folkeregistret: {navn}, {cpr_free}, gift.
Arvelader {navn} ({cpr_free}) efterlod sig to børn.
Personen med CPR-nr {cpr} er afgået ved døden.
Værge for {fornavn} (personnummer: {cpr})
cpr-nr {cpr} tilhører en mand fra Vejle.
Deltagere: {cpr_free}, {cpr_free} og {cpr_free}.
Forsikringstager {navn}, CPR-nummer: {cpr}.
* {navn} – {cpr_free}
• CPR {cpr}
"{cpr_free}" står der på armbåndet.
PersonnummerCPR {cpr}
Brugeren loggede ind med cpr={cpr_free}
Sundhedskort: {cpr}
Lægen noterede "{cpr_free}" øverst på recepten.
CPR nummer: {cpr_broken}
Mit telefonnummer er {phone}, hvis du vil høre nærmere.
Ringer du til {phone}, får du fat i {fornavn}.
I kan altid ringe på {phone}, hvis der er noget.
{navn}, formand, tlf. {phone}, {email}
Kasserer: {navn}, tlf: {phone}
Kontaktperson: {navn} – mobil {phone}
Kontakt os på telefon {phone} eller mail {email}
Giv mig et kald på {phone}!
Vi mødes kl. 14. Ring evt. på {phone}.
Hvis du ser hunden, så ring venligst til {phone}.
Mobilnr. {phone}
Mobilnr.: {phone}
Tlf.nr.: {phone}
Telefonnr. {phone}
Hjemmetelefon {phone}, arbejde {phone}
tlf:{phone_row}
Tlf: {phone}. Mail: {email}.
Nødtelefon: {phone}
Fastnet {phone}
Direkte tlf.: {phone}
Direkte: {phone_free}
Bestil tid hos {fornavn} på {phone}
Tilmelding på sms til {phone} eller på mail til {email} senest d. 4.
Sms'en skal sendes til {phone}.
Har du spørgsmål, er du velkommen til at kontakte mig på {phone}.
Familien kan træffes på {phone}.
Annonce: Barnevogn sælges, 500 kr. Henv. {phone}
Sælger: {fornavn}, {phone_free}
Lejlighed udlejes. Tlf. {phone} efter kl. 18.
{phone_free}, spørg efter {fornavn}
Telefontid hos {navn}: man-fre 8-9 på {phone}
Ring eller skriv: {phone_free} / {email}
{email} · {phone_free}
{navn} | {phone_free} | {email}
{navn}, {email}, {phone_free}
Venlig hilsen {navn} ⏎ {phone_free}
Mvh {fornavn} ⏎ Tlf. {phone}
Du fanger mig bedst på {phone_free}.
Nyt nummer: {phone_free}
Hans tlf.nr er {phone} og hendes er {phone_free}.
Tlf. {phone} og {phone_row}
ring til {fornavn} på {phone_broken} inden torsdag
Mobil: {phone_broken}
Mail {email} eller ring.
Send det til {email}!
Min mail er {email} og den virker.
Har du spørgsmål, så send en e-mail til {email}.
Fra: {navn} <{email}>
Til: {email}, {email}
Se også <a href="mailto:{email}">her</a>
Mailadresse:{email}
E-post: {email}
"{navn}" <{email}>
Skriv gerne på {email_disguised} hvis du er interesseret
Mail: {email_disguised}
Til udlandet bruges IBAN {iban}.
IBAN-nummer: {iban}
Pengene sendes til {iban}, mærket med dit navn.
Swift: NDEADKKK, IBAN: {iban}
Konto (IBAN): {iban}
{iban} er foreningens konto.
Kontingent indbetales på konto {konto}.
Reg. og kontonr.: {konto}
Overfør 200 kr. til konto {konto}, skriv navn.
Bankkonto: {konto}
Kortet {kort} er spærret.
Visa {kort}
Sagsøger: {navn}, {adresse}
{navn} bor {adresse}.
{navn} bor i dag på {adresse}.
Adressen på {navn}, {adresse}, er hemmelig.
Loginforsøg fra IP {ip}
Klienten {ip} blev blokeret.
Navn\tCPR-nr.\tMobil ⏎ {navn}\t{cpr}\t{phone_row}
| Medlem | Fødselsdato/CPR | Tlf. | ⏎ |:--|:--|:--| ⏎ | {navn} | {cpr} | {phone} | ⏎ | {navn} | {cpr} | {phone_row} |
"""

STAYS = """
Lund & Holm ApS, CVR-nr. {cvr}
Virksomheden (CVR {cvr}) er taget under konkursbehandling.
CVR nr. {cvr} | Bank: Jyske Bank
CVR-nr {cvr} – registreret i 1998
Selskabets cvr-nummer er {cvr}.
Cvr: {cvr}
Danske firmaer har otte cifre i CVR-nummeret, for eksempel {cvr}.
Dit ordrenummer er {order}.
Ordren har nummer {order} og leveres mandag.
Henvis til ordre {order}, når du skriver.
Deres ref.: {order}
Ref. {order}
Faktura nr. {order}
Fakturanummeret er {order}.
Regning nr. {order}
Kvittering {order} er vedlagt.
Vare {order} kan ikke leveres.
Varenr. {order}, farve blå
Art. nr. {order}
Serienr. {order}
Medlemsnummer: {order}
Kundenr. {order}, husk det ved henvendelse
Din booking har nummeret {order}.
Reservationsnummer {order}
Forsendelsen {order} er på vej.
Pakken med nummer {order} ligger i boks 12.
Bilag {order} mangler.
Sags-id {order}
Sagsnummer {case} er henlagt.
Sag nr. {case}
(sagsnr. {case})
Journalnr.: {case}
Vores ref. {case}
Lokalplan {case} er i høring.
Bogen har ISBN {isbn}.
(ISBN: {isbn})
ISBN-nummer {isbn}
Politikens Forlag, ISBN {isbn}, 299 kr.
Tidsskrift for landbrug, ISSN {issn}
ISSN: {issn} (online)
EAN: {ean}
Offentlige kunder bedes oplyse EAN {ean}.
Stregkoden {ean} kunne ikke læses.
GTIN {ean}
Mødet den {date} er aflyst.
Gyldig fra {date}
Regnskabsåret {date}
Født i 1954, død {date}
Han blev ansat {date} og fratrådte kort efter.
Sidst ændret {stamp}
[{stamp}] server startet
Backup fuldført {stamp}
I medfør af {law} bestemmes følgende.
Reglerne i {law} finder anvendelse.
Jf. {law}, gælder kravet ikke.
Kommunen har {amount}
I alt {amount}
Overskuddet blev {amount}
Afstanden er {amount}
GPS: {coordinates}
Vraget blev fundet på positionen {coordinates}.
Artiklen (doi: {doi}) er gratis.
https://doi.org/{doi}
Programmet kræver {version} eller nyere.
I {version} beskrives metoden.
{parcel}, areal 812 m2
Checksummen er {code}.
Linket {code} virker ikke.
Filnavn: {code}
I årene {years} boede her 300 mennesker.
{years}: Krigen raser
Se nr. {years}
I {years} var der marked hver lørdag.
Læs mere på side {years}.
Bor du i {years}, kan du være med.
Ved livsfare: ring 112. Lægevagten har 1813.
P-nr. {p_number}
P-nummeret {p_number} hører til afdelingen i Kolding.
Licensnøgle {order}
Kontrolnummer {order}
Parti {order} tilbagekaldes.
Lotnummer {order}
Billet {order} er ugyldig.
Resultat: {amount}
Opskriften fik {amount}
Aalborg Kommunes hovednummer er {switchboard}.
Ring til Odense Kommune på {switchboard}
Retten i Aarhus, tlf. {switchboard}
Send henvendelsen til {office_mail}
| År | Antal | CVR | ⏎ |---|---|---| ⏎ | {years} | 1200 | {cvr} |
Vare;Antal;Ordrenr. ⏎ Skruer;100;{order}
"""

PROSE = """
Efter mange år i udlandet vendte hun hjem til den lille by ved fjorden og åbnede et bageri.
Regeringen vil nu se på reglerne, men partierne er langt fra enige om, hvad der skal ske.
Børnene løb ned til stranden, mens de voksne pakkede madkurven ud og lagde tæpper på græsset.
Kampen endte uafgjort, og træneren var tilfreds med indsatsen i anden halvleg.
"""
