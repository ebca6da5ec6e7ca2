# SPDX-License-Identifier: EUPL-1.2
"""The five beats and the account, made from what the run left in its folder."""

import datetime
import json
import os

import story
from tell import Beat, Cell, Lines, Picture, Quote, Table

CATEGORIES = {
    "identity": ("identiteit", "identity"),
    "bsn": ("BSN", "BSN"),
    "contact": ("contact", "contact"),
    "household": ("huishouden", "household"),
    "incident": ("feit", "fact"),
    "red_flags": ("rode vlag", "red flag"),
    "measures": ("maatregel", "measure"),
    "child": ("het kind", "the child"),
}


class Run:
    """One run's folder: RUN/police (the police system's folders), RUN/vt-zw and RUN/vt-gr (what the
    two Veilig Thuis systems took), and notes the driver wrote in RUN/notes.json."""

    def __init__(self, folder, language):
        self.folder = folder
        self.en = language == "en"
        with open(self.path("notes.json"), encoding="utf-8") as file:
            self.notes = json.load(file)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def say(self, nl, en):
        return en if self.en else nl

    def label(self, category):
        nl, en = CATEGORIES.get(category, (category, category))
        return self.say(nl, en)

    def answers(self, root, native_id):
        return story.outcome_files(self.path("police", "out"), root, native_id)


def clock_time(moment):
    """An RFC 3339 moment as people here read it: date and time where they are."""
    local = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone()
    return local.strftime("%d-%m-%Y %H:%M")


REASONS = {
    "forbidden": "a rule forbids this",
    "source_law": "collected under a law that excludes sharing",
    "person_kind": "not about this person",
}


def words_of(run, cut):
    """Why something is cut: the hub's Dutch label, or its English one."""
    return run.say(cut["text"], REASONS.get(cut["reason"], cut["reason"].replace("_", " ")))


def reason_of(run, cuts, category):
    """The first reason given for a category; "" if none is."""
    return next((words_of(run, cut) for cut in cuts if cut["category"] == category), "")


def three_views(run):
    """Beat 1: written, received, and what a local team would receive."""
    say = run.say
    items = story.written(run.path("police", "gewoon.xml"))
    received = story.vt_messages(run.path("vt-zw"), "police_report")[0]
    with open(run.path("plan.json"), encoding="utf-8") as file:
        plan = json.load(file)["recipients"][0]
    # The plan asked about the received sections, in their order.
    asked = {id(section): answer for section, answer in zip(received["sections"], plan["sections"])}
    rows, labels = [], []
    for item in items:
        labels.append(run.label(item.category))
        came = story.arrived(received, item)
        cut = reason_of(run, received["notShared"], item.category) or say("niet gedeeld", "not shared")
        answers = [asked[id(section)] for section in came]
        team_cut = next((words_of(run, answer) for answer in answers if not answer["allowed"]), "")
        if not came:
            team_cut = say("Veilig Thuis heeft dit niet", "Veilig Thuis does not have this")
        rows.append(
            [Cell(item.text), Cell(item.text) if came else Cell(cut=cut), Cell(cut=team_cut) if team_cut else Cell(item.text)]
        )
    heads = [
        say("Wat de agent schreef", "What the officer wrote"),
        say("Wat Veilig Thuis kreeg", "What Veilig Thuis received"),
        say("Wat een lokaal team zou krijgen", "What a local team would receive"),
    ]
    return Beat(
        say("Dezelfde melding, drie keer", "The same report, three times"),
        say(
            "Links de melding uit het politiesysteem. In het midden wat bij Veilig Thuis binnenkwam. Rechts wat een "
            "lokaal team bij een overdracht zou krijgen: gevraagd aan het knooppunt, niets is verstuurd.",
            "Left the report from the police system. In the middle what arrived at Veilig Thuis. Right what a local "
            "team would get at a handover: asked of the hub, nothing was sent.",
        ),
        [Table(heads, rows, labels), Lines([say("De tekst voor de medewerker: ", "The text for the case worker: ")
                                            + (plan.get("textEn" if run.en else "text") or "")], "grey")],
    )


def answer_back(run):
    """Beat 2: receipt, data for triage, feedback with door card at the police."""
    say = run.say
    notes = run.notes
    feedback = run.answers("terugkoppeling", notes["report_id"])[0]
    card = feedback.find(".//deurkaart")
    times = [
        (notes["receipt_s"], say("ontvangstbevestiging van Veilig Thuis bij de politie", "Veilig Thuis' receipt is with the police")),
        (notes["request_s"], say("verzoek om gegevens voor triage, ging vanzelf uit", "request for triage data, sent by itself")),
        (notes["data_s"], say("politiegegevens bij Veilig Thuis (wettelijk: binnen 24 uur)", "police data at Veilig Thuis (due within 24 hours)")),
        (notes["feedback_s"], say("terugkoppeling met deurkaart bij de politie", "feedback with door card is with the police")),
    ]
    heard = notes["feedback_s"]
    quotes = [Quote(say("Terugkoppeling", "Feedback"), " ".join(feedback.itertext()).split("\n")[0] if card is None else
                    " ".join(text.strip() for text in _texts(feedback, "tekst", "stap") if text.strip()))]
    if card is not None:
        quotes.append(Quote(say("Deurkaart, voor wie aan de deur staat", "Door card, for who stands at the door"),
                            " ".join(_texts(card, "instructie", "afspraak", "maatregel", "gevaar-voor-agenten"))))
    return Beat(
        say("Het antwoord komt terug", "The answer comes back"),
        say("Seconden sinds de agent de melding vrijgaf.", "Seconds since the officer released the report."),
        [
            Lines([f"{seconds:6.1f} s  {text}" for seconds, text in times]),
            *quotes,
            Lines([say(f"politie hoort na {heard:.1f} s terug (nu: niets of summier)",
                       f"police hear back after {heard:.1f} s (today: nothing, or little)")], "good"),
        ],
    )


def _texts(element, *tags):
    return [child.text for tag in tags for child in element.iter(tag) if child.text]


def way_out(run):
    """Beat 3: a refusal that names the way, taken; and an acute report with a fault of form."""
    say = run.say
    refusal = run.answers("weigering", run.notes["wrong_id"])[0]
    right = refusal.find(".//bevoegd")
    moved = story.vt_messages(run.path("vt-gr"), "police_report")
    repair = run.answers("herstel", run.notes["acute_id"])[0]
    points = [f"{say('regel', 'line')} {p.get('regel')}: {p.findtext('tekst')}" for p in repair.iter("punt")]
    return Beat(
        say("Een weigering met een uitweg", "A refusal with a way out"),
        say("Een melding gaat naar de verkeerde regio. En om drie uur 's nachts ontbreekt een kenmerk, terwijl er haast is.",
            "A report goes to the wrong region. And at three at night a mark is missing while there is no time."),
        [
            Quote(say("Wat de agent leest", "What the officer reads (Dutch)"), refusal.findtext(".//tekst")),
            Lines([
                say(f"Genomen route: opnieuw verstuurd naar {right.get('naam')}; daar overgedragen: {len(moved)} melding.",
                    f"Route taken: sent again to {right.get('naam')}; handed over there: {len(moved)} report."),
            ], "good"),
            Lines([
                say("Acuut, met een vormfout: toch verstuurd, want u-19c2 verklaarde het acuut. Herstel voor "
                    f"{clock_time(repair.get('voor'))}:",
                    f"Acute, with a fault of form: sent all the same, as u-19c2 declared it acute. Repair before {clock_time(repair.get('voor'))}:"),
                *["  " + point for point in points],
            ]),
        ],
    )


def proof(run):
    """Beat 4: the name is nowhere in the hub; a flipped byte is found."""
    say = run.say
    search = run.notes["search"]
    lines = [f"{search[place]:3d} x  {name}" for place, name in (
        ("store", say("opslag en sleutels van het knooppunt", "the hub's store and keys")),
        ("logs", say("logs van knooppunt en notaris", "logs of hub and notary")),
        ("memory", say("geheugen van het knooppunt", "the hub's memory")),
        ("adapter", say("map en geheugen van de adapter van de politie: daar hoort het, dus het zoeken werkt",
                        "folder and memory of the police's adapter: it belongs there, so the search works")),
    )]
    return Beat(
        say("Bewijs", "Proof"),
        say(f"Hoe vaak staat \"{search['name']}\", de naam van het slachtoffer, in ...",
            f"How often is \"{search['name']}\", the victim's name, in ..."),
        [
            Lines(lines),
            Quote(say("Het logboek nagerekend, zonder iemand te vertrouwen", "The trail recomputed, trusting nobody"),
                  run.notes["verify_good"]),
            Quote(say("Een kopie met een veranderde byte", "A copy with one byte changed"), run.notes["verify_bad"]),
        ],
    )


PICTURES = {
    "zoeken": ("Gedeeld zonder toestemming: elke regel", "Disclosed without consent: every line"),
    "regel": ("Een verstrekking in woorden: regel, grondslag, wat ging en wat niet",
              "One disclosure in words: rule, ground, what went and what did not"),
    "zaak": ("De zaak als tijdlijn", "The case as a timeline"),
    "boom": ("De boom van het logboek, en wie hem tekende", "The tree of the trail, and who signed it"),
}


def looking(run):
    """Beat 5: the supervisor looks, and that is a line too."""
    say = run.say
    pictures = [Picture(path, say(*PICTURES[name])) for name, path in run.notes.get("pictures", {}).items()]
    return Beat(
        say("De toezichthouder kijkt", "The supervisor looks"),
        say("Met een certificaat, een mandaat en een reden. Elke blik is zelf een regel in het logboek.",
            "With a certificate, a mandate and a reason. Every look is a line of the trail itself."),
        [
            *pictures,
            *([] if pictures else [Lines([say("Geen foto's: chromium ontbreekt of start hier niet.",
                                              "No pictures: chromium is missing or does not start here.")], "grey")]),
            Quote(say("Het bewijs van een verstrekking, nagekeken met openssl alleen",
                      "The proof of a disclosure, checked with openssl alone"), run.notes["proof"]),
        ],
    )


def account(run):
    """Ten lines: sent, cut, refused, oldest open, and what was not shown."""
    say = run.say
    status = run.notes["status"]
    count = status["counters"]
    oldest = status["queue"]["oldest_ms"] / 1000
    return [
        say(f"Verstuurd en toegestaan: {count['messages_permitted']}", f"Sent and permitted: {count['messages_permitted']}"),
        say(f"Deels toegestaan, onderdelen eruit: {count['messages_cut']}", f"Permitted in part, sections cut: {count['messages_cut']}"),
        say(f"Geweigerd, met een uitweg: {count['messages_denied']}", f"Refused, with a way out: {count['messages_denied']}"),
        say(f"Vooraf gevraagd, niets verstuurd: {count['plans']}", f"Asked beforehand, nothing sent: {count['plans']}"),
        say(f"Met een vormfout toch doorgelaten: {count['emergencies']}", f"Passed with a fault of form: {count['emergencies']}"),
        say(f"Regels in het logboek: {status['trail']['size']}; lopende termijnen: {status['clocks']['running']}",
            f"Lines in the trail: {status['trail']['size']}; clocks running: {status['clocks']['running']}"),
        say(f"Wachtende berichten: {status['queue']['waiting']}, het oudste {oldest:.0f} s",
            f"Messages waiting: {status['queue']['waiting']}, the oldest {oldest:.0f} s"),
        say("Niet getoond: echte overdracht, huisverbod, toestemming, crisiskaart, meer dan een machine.",
            "Not shown: a real handover, house ban, consent, crisis card, more than one machine."),
        say("De eigen systemen van politie en Veilig Thuis zijn nagebootst; adapters, knooppunt, notaris en logboek zijn echt.",
            "The partners' own systems are simulated; adapters, hub, notary and trail are real."),
        say("VOORBEELD - niet juridisch getoetst", "VOORBEELD - niet juridisch getoetst (example, not reviewed by a lawyer)"),
    ]


BEATS = [three_views, answer_back, way_out, proof, looking]
