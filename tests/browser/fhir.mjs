// SPDX-License-Identifier: EUPL-1.2
//
// fhir.mjs MODULES FILE: each line against the R4 definitions of the npm package fhir; "ok TEXT" or "bad TEXT: why".
// Then lines with a mistake, so that it is known to find one.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, file] = process.argv.slice(2);
const { Fhir } = createRequire(modules + "/")("fhir");
const fhir = new Fhir();
const errors = (event) => fhir.validate(event, { errorOnUnexpected: true }).messages
	.filter((m) => m.severity === "error" || m.severity === "fatal").map((m) => `${m.location}: ${m.message}`);
const say = (is_good, text, why) => console.log(is_good ? `ok ${text}` : `bad ${text}: ${why}`);

const events = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
for (const event of events)
	say(errors(event).length === 0, `${event.id} is an AuditEvent of R4`, errors(event).join("; "));

// What PrivacyDisclosure.Source of IHE BALP 1.1.4 asks beyond R4, of those that say they are one.
const profile = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PrivacyDisclosure.Source";
const is = (concept, system, code) => (concept?.coding ?? [concept]).some((c) => c?.system === system && c.code === code);
const dicom = "http://dicom.nema.org/resources/ontology/DCM", hl7 = "http://terminology.hl7.org/CodeSystem/";
const agents = (e, system, code) => e.agent.filter((a) => is(a.type, system, code));
const persons = (e) => e.entity.filter((x) => is(x.type, hl7 + "audit-entity-type", "1"));
const asked = {
	"an export": (e) => is(e.type, dicom, "110106") && e.action === "R",
	"a disclosure": (e) => e.subtype.some((t) => is(t, hl7 + "iso-21089-lifecycle", "disclose")),
	"an outcome": (e) => e.outcome !== undefined,
	"one source, which is the observer": (e) => agents(e, dicom, "110153").length === 1 && agents(e, dicom, "110153")
		.every((a) => a.network && JSON.stringify(a.who) === JSON.stringify(e.source.observer)),
	"one recipient": (e) => agents(e, dicom, "110152").length === 1 && agents(e, dicom, "110152").every((a) => a.who && a.network),
	"a custodian": (e) => agents(e, "http://snomed.info/sct", "159541003").every((a) => a.who),
	"one patient": (e) => persons(e).length === 1 && is(persons(e)[0].role, hl7 + "object-role", "1") &&
		persons(e)[0].what.type === "Patient",
	"data": (e) => e.entity.length >= 2,
};
const claiming = events.filter((e) => e.meta?.profile?.includes(profile));
for (const [text, holds] of Object.entries(asked))
	say(claiming.length > 0 && claiming.every(holds), `those of BALP have: ${text}`, "not all of them");

const mistakes = {
	"no agent": (e) => delete e.agent,
	"no source": (e) => delete e.source,
	"an agent that is not said to ask or not": (e) => delete e.agent[0].requestor,
	"an outcome that there is not": (e) => { e.outcome = "ok"; },
	"an action that there is not": (e) => { e.action = "disclose"; },
	"a field of nobody": (e) => { e.entity[0].weight = 1; },
};
for (const [text, make] of Object.entries(mistakes)) {
	const event = structuredClone(events[0]);

	make(event);
	say(errors(event).length > 0, `found: ${text}`, "not found");
}
