"""Danish texts that quality rules are tried on, written for the tests: what is to be kept, and what is not."""

NEWS = (
    "Byrådet vedtog i går, at der skal bygges flere almene boliger i kommunen inden for de næste fem år. Planen er "
    "et kompromis mellem de store partier.\n\n"
    "Borgmesteren glæder sig over aftalen, som hun kalder den vigtigste i perioden. Oppositionen havde ønsket sig "
    "flere ungdomsboliger og færre parkeringspladser ved stationen.\n\n"
    "Byggeriet ventes at begynde til foråret, når lokalplanen har været i høring blandt naboerne."
)

POEM = (
    "Aftenen kommer med stilhed og dug\nskovene sover bag markernes rug\n"
    "månen går sagte ved himmelens rand\nbølgerne vugger mod sivenes strand\n\n"
    "Ingen er ude og ingen er hjemme\nnatten har gjort os så lette at glemme\n\n"
    "Aftenen kommer med stilhed og dug\nskovene sover bag markernes rug"
)

TITLES = (
    "Forlaget Tidevand\n\nOm os\n\nBøger\n\nMagasin\n\nKurv (0)\n\nVinterhaven\n\nFyrmesterens regnskab\n\n"
    "Læs begyndelsen\n\nAt oversætte en fjord\n\nBrev fra Lillø\n\nNyheder\n\nUdsolgt"
)

LAW = (
    "§ 1. Ministeren kan fastsætte nærmere regler om tilsyn og kontrol, jf. § 4, stk. 2, nr. 3.\n\n"
    "Stk. 2. Ministeren kan fastsætte nærmere regler om betaling af gebyrer, jf. § 4, stk. 2, nr. 3.\n\n"
    "Stk. 3. Ministeren kan fastsætte nærmere regler om klageadgang, jf. § 4, stk. 2, nr. 3.\n\n"
    "Stk. 4. Ministeren kan fastsætte nærmere regler om indberetning, jf. § 4, stk. 2, nr. 3.\n\n"
    "Stk. 5. Ministeren kan fastsætte nærmere regler om offentliggørelse, jf. § 4, stk. 2, nr. 3.\n\n"
    "Stk. 6. Ministeren kan fastsætte nærmere regler om opbevaring, jf. § 4, stk. 2, nr. 3."
)

MINUTES = "\n\n".join(
    f"Kl. 13:0{minute}\n\nFormanden:\n\nTak til ordføreren. Så er det den næste ordfører. Værsgo.\n\n"
    f"Ordfører nummer {minute}\n\n{sentence}"
    for minute, sentence in enumerate(
        (
            "Jeg kan bekræfte, at vi støtter forslaget.",
            "Det er en god dag for vores landdistrikter.",
            "Hvem skal betale for alt dette?",
            "Vi venter stadig på svar fra ministeren.",
        )
    )
)

RECIPE = (
    "# Æblekage\n\n| Mængde | Vare |\n| 1 kg | æbler |\n| 100 g | sukker |\n| 1 stang | vanilje |\n| 2 dl | fløde |\n"
    "| 75 g | smør |\n| 200 g | rasp |\n| 1 dl | vand |\n\nTid: 45 min\n\nAntal: 6 personer\n\n"
    "Skræl æblerne, og kog dem møre med vand og vanilje."
)

MANUAL = "# Indsæt et billede\n\n" + "\n".join(
    f"- Vælg fanen {tab}, og klik på {button}. Dialogen lukkes, og du kan se ændringen i dokumentet."
    for tab, button in (("Indsæt", "Billede"), ("Layout", "Ombryd"), ("Format", "Beskær"), ("Vis", "Hele siden"))
)

FORUM = (
    "hej alle sammen... har nogen prøvet at skifte en kæde på en gammel damecykel\n"
    "min er rusten og den hopper hele tiden når jeg træder til\n"
    "skal man have specielt værktøj til det eller kan det klares med en tang..."
)

DEFINITION = "Gnaven betyder i dårligt humør og let at irritere; om børn ofte, at de er trætte."

SEXUAL_HEALTH = (
    "Klamydia er en af de mest udbredte sexsygdomme i Danmark. Den smitter ved samleje, når slimhinderne i skeden, "
    "urinrøret eller endetarmen kommer i kontakt med bakterien, og også ved oralsex og analsex. Brug kondom hver gang, "
    "I har sex. Mange mærker ikke noget, men nogle får udflåd fra penis eller skede, smerter ved vandladning eller "
    "blødning efter sex. Du kan købe et glidemiddel, så kondomet ikke springer, og du skal vaske en dildo eller en "
    "vibrator, før en anden bruger den. Prøven er gratis hos din egen læge, og behandlingen er tabletter."
)

NEWS_ON_PORNOGRAPHY = (
    "Unge ser porno tidligere end før, viser en ny undersøgelse fra forskere i Aalborg. Hver tredje dreng på tolv år "
    "har set en pornofilm, og mange er stødt på den uden at lede efter den. Forskerne har talt med en tidligere "
    "pornostjerne, der i dag underviser i folkeskolen, og som advarer mod at tro, at sex er, som det ser ud på en "
    "pornoside. Ministeren vil nu indføre alderskontrol på pornosider, men branchen bag OnlyFans og Pornhub siger nej. "
    "Ifølge Sex & Samfund er det vigtigere, at forældre og lærere taler med børnene om krop, grænser og samtykke, end "
    "at siderne lukkes. Foreningen peger på, at undervisningen i dag fylder for lidt, og at lærerne mangler viden."
)

SLANG = (
    "Pik, substantiv, fælleskøn. Bestemt form pikken, flertal pikke. Mandens ydre kønsorgan; uformelt. Se også diller. "
    "Ordet kendes fra 1500-tallet og er beslægtet med pig, der betyder en spids ting. Sammenlign svensk pick."
)

PORNOGRAPHY = (
    "Gratis porno og pornofilm hele natten. Fræk liderlig milf knepper ung fyr, hardcore gangbang med creampie, "
    "blowjob og cumshot. Se sexfilm, sexcam og webcamsex med frække pornopiger. Liderlige dansk-porno videoer, "
    "teensex, bukkake, deepthroat og analsex i xxx kvalitet, som du kan se i aften, og det er helt uden binding."
)

GAMBLING = (
    "Ludomani er en lidelse, og den rammer flere unge mænd end før. Mange begynder med odds på fodbold og fortsætter "
    "på et kasino på nettet, hvor en spilleautomat lokker med gevinster. Nogle tager kviklån for at spille videre, og "
    "gælden vokser. Center for Ludomani har åbent for anonyme samtaler, og ROFUS er et register, hvor man kan udelukke "
    "sig selv fra at spille. Behandlingen er gratis for alle med et dansk personnummer, og ni ud af ti gennemfører den."
)

SPAM = (
    "Bedste casinobonus uden indbetaling! Hent freespins og velkomstbonus på nye casinoer, spil på slots, roulette og "
    "blackjack, og vind en jackpot i aften. Vores casinosider har bonuskoder til spilleautomater, poker og betting "
    "med odds. Mangler du penge, er et kviklån eller et sms-lån klar med straksudbetaling, og du kan købe viagra "
    "og cialis, piller til potens, uden recept og med bonus."
)

LOREM = (
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit. Her kommer teksten om vores virksomhed, når den er "
    "færdig. Lorem ipsum dolor sit amet, og her kommer så det andet afsnit, som det skal være, når det er klart."
)

CONSENT = (
    "Vi bruger cookies til at forbedre din oplevelse og til at huske dine valg på hjemmesiden. Ved at klikke videre "
    "accepterer du brugen af cookies. Du kan læse mere om cookies i vores politik."
)

PRIVACY = (
    "# Privatlivspolitik\n\nVi behandler dine personoplysninger fortroligt. Når du bruger siden, indsamler vi "
    "oplysninger om din browser og din IP-adresse. Oplysningerne bruges til statistik og slettes efter et år.\n\n"
    "Du har til enhver tid ret til indsigt i, hvad vi har gemt. Skriv til os, hvis du vil klage."
)

NEWS_ON_PRIVACY = (
    "Datatilsynet har udtalt kritik af en kommune, fordi 200 borgeres personoplysninger lå frit på nettet i tre uger. "
    "Oplysninger om helbred og økonomi kunne læses af alle, indtil en borger opdagede fejlen.\n\n"
    "Borgmesteren beklager og siger, at de berørte har fået besked. Tilsynet minder om, at man har ret til at få "
    "indsigt i sine egne oplysninger, og at en kommune skal slette, hvad den ikke længere har brug for."
)

LINK_FARM = "\n".join(
    f"- {what} i {where}"
    for what in ("Billige biler", "Gode tandlæger", "Nye boliger til salg", "Ledige job")
    for where in ("Aarhus", "Odense", "Aalborg", "Esbjerg", "Randers", "Kolding")
)

MACHINE_LIST = "\n".join(
    f"Varenummer {number} model AX{number} farve sort lager Herning." for number in range(100, 140)
)

SPUN = " ".join(f"Find den bedste maler i {town}, og få et godt tilbud fra en maler i dag." for town in ("Vejle",) * 12)
