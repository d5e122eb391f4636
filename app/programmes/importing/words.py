"""What columns and values are usually called in partners' files, in the seven languages of the interface."""

FIELD_WORDS: dict[str, tuple[str, ...]] = {
    "code": (
        *("service id", "programme id", "program id", "code", "id", "no", "nr", "number", "ref", "reference", "key"),
        *("codi", "código", "référence", "numéro", "kürzel", "kennung", "nummer", "код", "номер", "kode"),
    ),
    "partner": (
        *("region id", "partner", "cluster", "organisation", "organization", "region", "member", "provider"),
        *("soci", "socio", "partenaire", "pôle", "anbieter", "партньор", "клъстер", "регион", "udbyder"),
    ),
    "name": (
        *("name", "title", "programme", "program", "service", "service name", "programme name", "programme title"),
        *("nom", "títol", "programa", "servei", "nombre", "título", "servicio", "intitulé", "titre", "programm"),
        *("bezeichnung", "titel", "angebot", "dienst", "име", "наименование", "програма", "услуга", "navn"),
        *("ydelse", "tilbud", "nom du programme", "name des programms", "nom del programa", "nombre del programa"),
    ),
    "category": (
        *("category", "type", "kind", "dimension", "area", "pillar", "field of action"),
        *("categoria", "categoría", "tipus", "tipo", "ámbito", "àmbit", "catégorie", "axe", "kategorie", "art"),
        *("bereich", "handlungsfeld", "категория", "вид", "област", "kategori", "område", "type of service"),
    ),
    "description": (
        *("description", "summary", "abstract", "details", "short description", "what it is"),
        *("descripció", "descripción", "resumen", "resum", "descriptif", "résumé", "beschreibung", "inhalt"),
        *("kurzbeschreibung", "описание", "резюме", "beskrivelse", "kort beskrivelse"),
    ),
    "target_groups": (
        *("target groups", "target group", "targets", "target", "audience", "beneficiaries", "users", "for whom"),
        *("grups destinataris", "destinataris", "públic", "grupos destinatarios", "destinatarios", "público objetivo"),
        *("publics", "public cible", "publics cibles", "bénéficiaires", "zielgruppe", "zielgruppen", "für wen"),
        *("целеви групи", "целева група", "за кого", "målgruppe", "målgrupper", "públic objectiu"),
    ),
    "delivery_mode": (
        *("delivery mode", "delivery", "mode", "format", "channel", "how delivered", "setting"),
        *("modalitat", "modalidad", "mode de prestation", "modalité", "durchführung", "form", "durchführungsform"),
        *("начин на провеждане", "форма", "провеждане", "leveringsform", "afholdelse"),
    ),
    "frequency": (
        *("frequency", "how often", "cadence", "periodicity", "rhythm"),
        *("freqüència", "periodicitat", "frecuencia", "periodicidad", "fréquence", "périodicité", "häufigkeit"),
        *("turnus", "rhythmus", "честота", "периодичност", "hyppighed", "frekvens"),
    ),
    "geographic_reach": (
        *("geographic reach", "reach", "geographical scope", "scope", "coverage", "territory"),
        *("abast geogràfic", "abast", "alcance geográfico", "alcance", "portée géographique", "portée"),
        *("périmètre", "reichweite", "geografische reichweite", "einzugsgebiet", "обхват", "географски обхват"),
        *("rækkevidde", "geografisk rækkevidde", "dækning"),
    ),
    "fee_model": (
        *("fee model", "fee", "fees", "price", "pricing", "price model", "conditions", "terms"),
        *("model de preu", "preu", "tarifa", "modelo de precio", "precio", "tarif", "modèle tarifaire", "conditions"),
        *("gebührenmodell", "preismodell", "preis", "entgelt", "teilnahmegebühr", "такса", "цена", "ценови модел"),
        *("betaling", "pris", "prismodel"),
    ),
    "participants_last_year": (
        *("participants last year", "participants", "attendees", "users served", "participants per year", "attendance"),
        *("participants any passat", "participantes", "participantes último año", "participants an dernier"),
        *("nombre de participants", "teilnehmende", "teilnehmer", "teilnehmerzahl", "teilnehmende im vorjahr"),
        *("участници", "брой участници", "deltagere", "deltagere sidste år", "antal deltagere"),
    ),
    "capacity_per_year": (
        *("capacity per year", "capacity", "places", "seats", "yearly capacity", "places per year"),
        *("capacitat", "places per any", "capacidad", "plazas", "capacité", "places par an", "kapazität", "plätze"),
        *("plätze im jahr", "капацитет", "места", "kapacitet", "pladser", "pladser om året"),
    ),
    "years_running": (
        *("years running", "years", "years active", "age", "running for years", "years of operation"),
        *("anys en marxa", "anys", "años en marcha", "años", "ans d existence", "années", "ancienneté", "laufzeit"),
        *("jahre", "laufzeit in jahren", "besteht seit jahren", "години", "години дейност", "år", "antal år"),
    ),
    "staff_fte": (
        *("staff fte", "fte", "staff", "full time equivalents", "team", "personnel"),
        *("personal", "equip", "personal etc", "etp", "effectif", "équipe", "vollzeitstellen", "stellen", "vzä"),
        *("mitarbeitende", "персонал", "екип", "щатни бройки", "årsværk", "ansatte", "medarbejdere"),
    ),
    "annual_cost_eur": (
        *("annual cost eur", "annual cost", "cost", "costs", "budget", "yearly cost", "cost per year", "annual budget"),
        *("cost anual", "pressupost", "coste anual", "coste", "presupuesto", "coût annuel", "coût", "budget annuel"),
        *("jährliche kosten", "kosten", "jahreskosten", "jahresbudget", "годишен разход", "разходи", "бюджет"),
        *("årlige omkostninger", "omkostninger", "årsbudget", "lowest cost", "cost from", "kosten von"),
    ),
    "annual_cost_eur_high": (
        *("annual cost eur high", "highest cost", "cost to", "cost high", "maximum cost", "cost up to", "max cost"),
        *("cost màxim", "coste máximo", "coût maximal", "kosten bis", "höchste kosten", "максимален разход"),
        *("højeste omkostninger", "budget max"),
    ),
    "main_funding": (
        *("main funding", "funding", "funding source", "financing", "source of funding", "funded by"),
        *("finançament", "finançament principal", "financiación", "financiación principal", "financement"),
        *("financement principal", "finanzierung", "hauptfinanzierung", "финансиране", "основно финансиране"),
        *("finansiering", "hovedfinansiering"),
    ),
    "satisfaction_0_10": (
        *("satisfaction 0 10", "satisfaction", "satisfaction score", "customer satisfaction", "rating", "score"),
        *("satisfacció", "satisfacción", "taux de satisfaction", "note de satisfaction", "zufriedenheit"),
        *("zufriedenheitswert", "удовлетвореност", "оценка", "tilfredshed"),
    ),
    "satisfaction_asked": (
        *("satisfaction asked", "respondents", "people asked", "number of respondents", "satisfaction n", "n asked"),
        *("enquestats", "encuestados", "répondants", "nombre de répondants", "befragte", "anzahl befragte"),
        *("анкетирани", "брой анкетирани", "adspurgte", "antal adspurgte", "answers"),
    ),
    "main_result_metric": (
        *("main result metric", "result metric", "main result", "key result", "kpi", "outcome", "result indicator"),
        *("resultat principal", "resultado principal", "résultat principal", "indicateur de résultat"),
        *("hauptergebnis", "ergebnis", "ergebniskennzahl", "основен резултат", "резултат", "hovedresultat"),
        *("resultatmål", "indicador de resultat", "indicador de resultado"),
    ),
    "main_result_value": (
        *("main result value", "result value", "kpi value", "value", "result number"),
        *("valor del resultat", "valor", "valor del resultado", "valeur", "valeur du résultat", "wert"),
        *("ergebniswert", "стойност", "стойност на резултата", "værdi", "resultatværdi"),
    ),
    "evidence_level": (
        *("evidence level", "evidence", "evaluation", "level of evidence", "proof"),
        *("nivell d evidència", "evidència", "avaluació", "nivel de evidencia", "evidencia", "evaluación"),
        *("niveau de preuve", "preuve", "évaluation", "nachweis", "evidenz", "evaluierung", "nachweisgrad"),
        *("доказателства", "оценяване", "ниво на доказателства", "evidens", "evaluering", "evidensniveau"),
    ),
    "open_to_other_regions": (
        *("open to other regions", "open to others", "open", "accessible to other regions", "open for others"),
        *("obert a altres regions", "abierto a otras regiones", "ouvert à d autres régions", "ouvert", "offen"),
        *("offen für andere regionen", "отворена за други региони", "отворено", "åben for andre regioner", "åben"),
    ),
    "transferability_1_5": (
        *("transferability 1 5", "transferability", "transferable", "replicability"),
        *("transferibilitat", "transferibilidad", "transférabilité", "übertragbarkeit", "приложимост другаде"),
        *("преносимост", "overførbarhed"),
    ),
}

VALUE_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "category": {
        "connect": (
            *("connect", "connections", "networking", "matchmaking", "connexions", "connexió", "conexión"),
            *("mise en relation", "réseautage", "mise en réseau", "vernetzung", "vernetzen", "свързване"),
            *("мрежи", "netværk", "forbinde", "connectar", "conectar", "xarxes"),
        ),
        "accelerate": (
            *("accelerate", "acceleration", "accelerator", "incubation", "acceleració", "aceleración"),
            *("accélération", "accélérer", "beschleunigung", "beschleunigen", "gründungsförderung", "ускоряване"),
            *("акселерация", "acceleration af virksomheder", "accelerere", "accelerar", "acelerar"),
        ),
        "scale_up": (
            *("scale up", "scaling up", "scaling", "growth", "creixement", "crecimiento", "escalado", "croissance"),
            *("passage à l échelle", "wachstum", "skalierung", "растеж", "разрастване", "skalering", "vækst"),
        ),
        "talent": (
            *("talent", "talents", "skills", "training", "talento", "formació", "formación", "compétences"),
            *("formation", "fachkräfte", "talente", "weiterbildung", "qualifizierung", "таланти", "умения"),
            *("обучение", "talenter", "kompetencer", "uddannelse"),
        ),
        "competitiveness": (
            *("competitiveness", "competitivitat", "competitividad", "compétitivité", "wettbewerbsfähigkeit"),
            *("конкурентоспособност", "konkurrenceevne", "competitive"),
        ),
    },
    "target_groups": {
        "sme": (
            *("sme", "smes", "small and medium companies", "pimes", "pime", "pymes", "pyme", "pme", "kmu"),
            *("мсп", "малки и средни предприятия", "smv", "smv er", "small and medium enterprises"),
        ),
        "startup": (
            *("startup", "startups", "start up", "start ups", "empreses emergents", "empresas emergentes"),
            *("jeunes pousses", "gründer", "gründungen", "стартъпи", "стартиращи", "iværksættere", "spin offs"),
        ),
        "large": (
            *("large", "large companies", "large firms", "corporates", "industry", "grans empreses"),
            *("grandes empresas", "grandes entreprises", "grands groupes", "großunternehmen", "grossunternehmen"),
            *("големи предприятия", "големи компании", "store virksomheder"),
        ),
        "research": (
            *("research", "researchers", "academia", "universities", "recerca", "universitats", "investigación"),
            *("universidades", "recherche", "universités", "laboratoires", "forschung", "hochschulen", "наука"),
            *("изследователи", "университети", "forskning", "universiteter", "investigadores"),
        ),
        "hospital": (
            *("hospital", "hospitals", "clinics", "clinicians", "hospitals i clíniques", "hospitales", "hôpitaux"),
            *("krankenhäuser", "kliniken", "krankenhaus", "болници", "hospitaler", "sygehuse"),
        ),
        "investor": (
            *("investor", "investors", "inversors", "inversores", "investisseurs", "investoren", "инвеститори"),
            *("investorer",),
        ),
        "authority": (
            *("authority", "authorities", "public authorities", "government", "administració", "administracions"),
            *("administración", "administraciones", "collectivités", "autorités", "pouvoirs publics", "behörden"),
            *("verwaltung", "власти", "администрация", "myndigheder", "kommuner", "municipalities"),
        ),
        "cluster": ("cluster", "clusters", "clústers", "clústeres", "pôles", "grappes", "клъстери", "klynger"),
        "citizen": (
            *("citizen", "citizens", "public", "students", "ciutadania", "ciudadanía", "citoyens", "étudiants"),
            *("bürger", "bürgerinnen und bürger", "studierende", "граждани", "студенти", "borgere", "studerende"),
        ),
        "other": ("other", "others", "altres", "otros", "autres", "andere", "други", "andre"),
    },
    "delivery_mode": {
        "in_person": (
            *("in person", "on site", "onsite", "face to face", "physical", "presencial", "en présentiel"),
            *("présentiel", "sur place", "präsenz", "vor ort", "присъствено", "på stedet", "fysisk", "fremmøde"),
        ),
        "online": ("online", "virtual", "remote", "en línia", "en línea", "en ligne", "virtuell", "онлайн"),
        "hybrid": ("hybrid", "mixed", "blended", "híbrid", "híbrido", "hybride", "mixte", "хибридно", "смесено"),
    },
    "frequency": {
        "continuous": (
            *("continuous", "permanent", "all year", "ongoing", "continu", "continua", "continuo", "en continu"),
            *("laufend", "ganzjährig", "постоянно", "непрекъснато", "løbende", "hele året"),
        ),
        "on_request": (
            *("on request", "on demand", "a demanda", "sota demanda", "a petición", "à la demande"),
            *("sur demande", "auf anfrage", "bei bedarf", "при поискване", "по заявка", "efter behov"),
        ),
        "weekly": ("weekly", "setmanal", "semanal", "hebdomadaire", "wöchentlich", "седмично", "ugentlig"),
        "monthly": ("monthly", "mensual", "mensuel", "mensuelle", "monatlich", "месечно", "månedlig"),
        "bimonthly": (
            *("bimonthly", "every two months", "bimestral", "bimestriel", "zweimonatlich", "alle zwei monate"),
            *("на два месеца", "hver anden måned"),
        ),
        "quarterly": (
            *("quarterly", "trimestral", "trimestriel", "trimestrielle", "vierteljährlich", "quartalsweise"),
            *("на тримесечие", "kvartalsvis"),
        ),
        "twice_a_year": (
            *("twice a year", "half yearly", "semestral", "semestriel", "halbjährlich", "zweimal im jahr"),
            *("два пъти годишно", "halvårlig", "to gange om året"),
        ),
        "yearly": ("yearly", "annual", "annually", "anual", "annuel", "annuelle", "jährlich", "годишно", "årlig"),
        "once": ("once", "one off", "únic", "única vez", "unique", "einmalig", "еднократно", "én gang"),
        "other": ("other", "altres", "otra", "autre", "andere", "друго", "andet"),
    },
    "geographic_reach": {
        "local": ("local", "locale", "lokal", "местен", "местно"),
        "regional": ("regional", "régional", "régionale", "регионален", "регионално"),
        "national": ("national", "nacional", "nationale", "landesweit", "bundesweit", "национален", "национално"),
        "european": (
            *("european", "europe", "eu", "europeu", "europeo", "européen", "européenne", "europäisch"),
            *("europaweit", "европейски", "европейско", "europæisk"),
        ),
        "international": (
            *("international", "global", "worldwide", "internacional", "internationale", "weltweit"),
            *("международен", "международно"),
        ),
    },
    "fee_model": {
        "free": ("free", "free of charge", "gratuït", "gratuito", "gratuit", "kostenlos", "безплатно", "gratis"),
        "free_for_members": (
            *("free for members", "gratuït per a membres", "gratuito para miembros", "gratuit pour les membres"),
            *("gratuit pour les adhérents", "für mitglieder kostenlos", "kostenlos für mitglieder"),
            *("безплатно за членове", "gratis for medlemmer"),
        ),
        "members_only": (
            *("members only", "només membres", "solo miembros", "réservé aux membres", "réservé aux adhérents"),
            *("nur für mitglieder", "nur mitglieder", "само за членове", "kun for medlemmer"),
        ),
        "free_for_selected": (
            *("free for selected", "free if selected", "free for those selected", "gratuit sur sélection"),
            *("gratuït per als seleccionats", "gratuito para seleccionados", "kostenlos nach auswahl"),
            *("безплатно за избрани", "gratis for udvalgte"),
        ),
        "competitive_grant": (
            *("competitive grant", "grant", "ajut competitiu", "subvención competitiva", "subvention sur concours"),
            *("appel à projets", "wettbewerbliche förderung", "конкурсна субсидия", "konkurrencebaseret tilskud"),
        ),
        "subsidised": (
            *("subsidised", "subsidized", "subvencionat", "subvencionado", "subventionné", "bezuschusst"),
            *("gefördert", "субсидирано", "tilskud"),
        ),
        "sponsored": (
            *("sponsored", "patrocinat", "patrocinado", "sponsorisé", "parrainé", "gesponsert", "спонсорирано"),
            *("sponsoreret",),
        ),
        "fee": (
            *("fee", "paid", "de pagament", "de pago", "payant", "kostenpflichtig", "gebühr", "такса", "платено"),
            *("betalt", "gebyr"),
        ),
        "annual_fee": (
            *("annual fee", "yearly fee", "quota anual", "cuota anual", "cotisation annuelle", "jahresbeitrag"),
            *("годишна такса", "årligt kontingent", "årligt gebyr"),
        ),
        "ticket": ("ticket", "entrada", "billet", "eintritt", "eintrittskarte", "билет", "billetter"),
        "success_fee": (
            *("success fee", "comissió d èxit", "comisión de éxito", "commission au succès", "erfolgshonorar"),
            *("такса при успех", "succeshonorar"),
        ),
        "other": ("other", "altres", "otro", "autre", "andere", "друго", "andet"),
    },
    "main_funding": {
        "membership_fees": (
            *("membership fees", "membership", "quotes de membres", "cuotas de miembros", "cotisations"),
            *("mitgliedsbeiträge", "членски внос", "kontingenter", "medlemskontingenter"),
        ),
        "fees": ("fees", "participation fees", "tarifes", "tarifas", "tarifs", "gebühren", "такси", "gebyrer"),
        "regional_grant": (
            *("regional grant", "regional funds", "ajut regional", "subvención regional", "subvention régionale"),
            *("landesförderung", "regionale förderung", "регионална субсидия", "regionalt tilskud"),
        ),
        "national_programme": (
            *("national programme", "national grant", "programa nacional", "programme national"),
            *("bundesprogramm", "nationales programm", "национална програма", "nationalt program"),
        ),
        "state_contract": (
            *("state contract", "contracte estatal", "contrato estatal", "contrat d état", "staatlicher auftrag"),
            *("държавен договор", "statskontrakt"),
        ),
        "eu_project": (
            *("eu project", "eu funds", "projecte europeu", "proyecto europeo", "projet européen", "eu projekt"),
            *("проект на ес", "eu midler"),
        ),
        "sponsors": (
            *("sponsors", "sponsorship", "patrocinadors", "patrocinadores", "parrains", "mécénat", "sponsoren"),
            *("спонсори", "sponsorer"),
        ),
        "own_funds": (
            *("own funds", "own budget", "fons propis", "fondos propios", "fonds propres", "eigenmittel"),
            *("собствени средства", "egne midler"),
        ),
        "other": ("other", "altres", "otro", "autre", "andere", "друго", "andet"),
    },
    "evidence_level": {
        "none": ("none", "no", "no evidence", "cap", "ninguna", "aucune", "keine", "keiner", "няма", "ingen"),
        "self_reported": (
            *("self reported", "self assessment", "own survey", "autodeclarat", "autodeclarada", "autodéclaré"),
            *("auto évaluation", "selbstauskunft", "eigene angabe", "eigene erhebung", "по собствени данни"),
            *("самооценка", "selvrapporteret", "egen opgørelse"),
        ),
        "external_evaluation": (
            *("external evaluation", "external", "independent evaluation", "avaluació externa"),
            *("evaluación externa", "évaluation externe", "externe evaluierung", "externe evaluation"),
            *("външна оценка", "ekstern evaluering"),
        ),
    },
    "open_to_other_regions": {
        "yes": ("yes", "y", "true", "1", "sí", "si", "oui", "ja", "да", "x", "open", "offen", "ouvert", "åben"),
        "no": ("no", "n", "false", "0", "non", "nein", "не", "nej", "closed"),
    },
}
