// SPDX-License-Identifier: EUPL-1.2
//
// judge.mjs MODULES FILE...
//
// Reads what policy_sample printed on standard input, asks Cedar the same by the rules in FILE..., and counts
// what differs. MODULES is the folder that npm installed in. Exit status 0: all the same.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { Translator, rulesOf } from "./cedar.mjs";

const [modules, ...files] = process.argv.slice(2);
const cedar = createRequire(`${modules}/`)("@cedar-policy/cedar-wasm/nodejs");
const rules = files.flatMap((file) => rulesOf(readFileSync(file, "utf8")));
let catalogue;

function load(read) {
	catalogue = read;
	const staticPolicies = new Translator(catalogue).policies(rules);
	const answer = cedar.preparsePolicySet("rules", { staticPolicies });
	if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
	console.log(`# Cedar ${cedar.getCedarVersion()}: ${rules.length} rules, ${Object.keys(staticPolicies).length} policies`);
}

// true, false, or "forbidden" where a prohibition speaks.
function ask(action, resource, context) {
	const answer = cedar.statefulIsAuthorized({
		principal: { type: "Desk", id: context.to },
		action: { type: "Action", id: action },
		resource: { type: "Section", id: resource },
		context,
		preparsedPolicySetId: "rules",
		entities: [],
	});
	if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
	const { decision, diagnostics } = answer.response;
	if (diagnostics.errors.length > 0) throw new Error(JSON.stringify(diagnostics.errors));
	if (decision === "allow") return true;
	return diagnostics.reason.length > 0 ? "forbidden" : false;
}

// Police may declare acute danger; their word then counts beside what the case holds.
function heldOf(request) {
	const isAcute = request.from === "police" && request.acute_by && request.claimed.unsafety === "acute";
	return isAcute ? { ...request.held, unsafety: "acute" } : request.held;
}

function contextOf(request, waiving) {
	const { from, kind, to, purpose, ground, after, urgency, consent, environment, competent, user, check, rating,
		is_held, break_glass, claimed, now } = request;
	const reason = request.sections.some((section) => section.category === "weighing");
	return { from, kind, to, purpose, ground, after, urgency, consent, environment, competent, user, check, rating,
		is_held, break_glass, reason, claimed, now, waiving, has_case: request.case, held: heldOf(request) };
}

// A section goes if it goes to every position that the recipient has.
function sectionVerdict(section, contexts) {
	const { is_allowed: ours, ...plain } = section;
	const verdicts = contexts.map((context) => ask("open", section.category, { ...context, section: plain }));
	return verdicts.find((verdict) => verdict !== true) ?? true;
}

function outcomeOf(request, sections) {
	const kind = catalogue.kinds[request.kind];
	const isPrincipal = kind && (kind.principals.length === 0 || kind.principals.includes(request.to));
	for (const category of isPrincipal && request.to !== "" ? kind.required : []) {
		const of = sections.filter((_, i) => request.sections[i].category === category);
		if (of.includes(true)) continue;
		return of[0] === "forbidden" ? "denied_forbidden" : "denied_no_rule";
	}
	return sections.every((verdict) => verdict === true) ? "permitted" : "cut";
}

function decideOnce(request, waiving) {
	const positions = request.positions.length > 0 ? request.positions : ["none"];
	const contexts = positions.map((position) => ({ ...contextOf(request, waiving), position, positions }));
	const sent = contexts.map((context) => ask("send", "message", context));
	if (sent.includes("forbidden")) return { outcome: "denied_forbidden", sections: [] };
	if (sent.includes(false)) return { outcome: "denied_no_rule", sections: [] };
	const sections = request.sections.map((section) => sectionVerdict(section, contexts));
	return { outcome: outcomeOf(request, sections), sections };
}

const isReleased = ({ outcome }) => outcome === "permitted" || outcome === "cut";
const allowed = ({ sections }) => sections.filter((verdict) => verdict === true).length;

// Acute danger is never refused for form: once more, and what form lacks is waived if more goes by it.
function decide(request) {
	const plain = decideOnce(request, false);
	const isAcute = catalogue.kinds[request.kind]?.is_emergency && request.acute_by &&
		[request.urgency, request.claimed.unsafety, request.held.unsafety].includes("acute");
	if (plain.outcome === "permitted" || !isAcute) return plain;
	const waived = decideOnce(request, true);
	return isReleased(waived) && (!isReleased(plain) || allowed(waived) > allowed(plain)) ? waived : plain;
}

const counts = { test: 0, sample: 0, sections: 0, opened: 0, differ: 0 };

function compare(request) {
	const theirs = decide(request);
	const isOpen = (i) => isReleased(theirs) && theirs.sections[i] === true;
	const isSame = theirs.outcome === request.outcome &&
		(!isReleased(theirs) || request.sections.every((section, i) => section.is_allowed === isOpen(i)));
	counts[request.what]++;
	counts.sections += request.sections.length;
	counts.opened += request.sections.filter((_, i) => isOpen(i)).length;
	if (isSame) return;
	if (counts.differ++ < 5)
		console.log(`# Cedar: ${theirs.outcome} ${theirs.sections.join(" ")}; ours: ${JSON.stringify(request)}`);
}

for await (const line of createInterface({ input: process.stdin })) {
	const read = JSON.parse(line);
	if (read.what === "catalogue") load(read);
	else compare(read);
}
console.log(`# ${counts.test} tests and ${counts.sample} requests, ${counts.sections} sections, ${counts.opened} of ` +
	`them go; ${counts.differ} differ`);
process.exitCode = counts.differ === 0 && counts.test > 0 && counts.opened > 0 ? 0 : 1;
