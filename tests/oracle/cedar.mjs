// SPDX-License-Identifier: EUPL-1.2
//
// The rules as Cedar policies, written from what the language means (schakel-policy(5), policy/README.md)
// and never from how policy/engine decides. A message is asked for each position of its recipient: may it be
// sent at all (action send), and may each section be opened (action open).

const DAY = 86400000;
const WPG_TERM = 1826 * DAY; // five years are never more days
const WORDS = /"([^"]*)"|([^\s,"()#]+)|(,)|([()])|(#[^\n]*)|(\n)/g;
const QUALIFIERS = ["about", "person", "source-law", "told-by", "scope", "older-than"];

// Clauses of a file: lists of tokens. A clause ends with its line; after a comma it goes on.
function clausesOf(text) {
	const clauses = [[]];
	let last = "";
	for (const [whole, string, word, , , comment] of `${text}\n`.matchAll(WORDS)) {
		if (comment !== undefined) continue;
		if (whole === "\n") {
			if (last !== "," && clauses.at(-1).length > 0) clauses.push([]);
			continue;
		}
		last = whole;
		clauses.at(-1).push(string !== undefined ? { string } : (word ?? whole));
	}
	return clauses.filter((clause) => clause.length > 0);
}

function split(tokens, between) {
	const parts = [[]];
	for (const token of tokens)
		if (token === between) parts.push([]);
		else parts.at(-1).push(token);
	return parts;
}

const names = (tokens) => tokens.filter((token) => token !== ",");

function itemOf([category, ...rest]) {
	const item = { category };
	let key;
	for (const word of rest)
		if (QUALIFIERS.includes(word)) item[(key = word)] = [];
		else item[key].push(word);
	return item;
}

function conditionOf(tokens) {
	const isClaimed = tokens[0] === "claimed";
	const [key, ...rest] = isClaimed ? tokens.slice(1) : tokens;
	const isNot = rest[0] === "not";
	return { key, isClaimed, isNot, names: names(isNot ? rest.slice(1) : rest) };
}

function readClause(rule, [key, ...rest]) {
	if (key === "consent" && rest[0] === "required")
		rule.when.push({ key: "consent", names: ["given"] });
	else if (["from", "kind", "to", "purpose", "ground"].includes(key))
		rule.when.push(conditionOf([key, ...rest]));
	else if (key === "when")
		rule.when.push(...split(rest, "and").map(conditionOf));
	else if (key === "allow" || key === "never")
		rule[key] = split(rest, ",").map(itemOf);
	else if (key === "needs")
		rule.needs = names(rest.slice(0, rest.includes("(") ? rest.indexOf("(") : undefined));
}

// The rules of one file, each with the term and status of its agreement.
export function rulesOf(text) {
	const rules = [];
	const agreement = {};
	for (const clause of clausesOf(text)) {
		if (clause[0] === "agreement")
			agreement.isExample = clause[clause.indexOf("status") + 1] === "EXAMPLE";
		else if (clause[0] === "valid")
			Object.assign(agreement, {
				from: Date.parse(clause[1]),
				until: Date.parse(clause[3]) + DAY,
			});
		else if (clause[0] === "rule" || clause[0] === "forbid")
			rules.push({ id: clause[1], isForbid: clause[0] === "forbid", agreement, when: [], needs: [] });
		else if (rules.length > 0)
			readClause(rules.at(-1), clause);
	}
	return rules;
}

const set = (list) => `[${list.map((name) => JSON.stringify(name)).join(",")}]`;
const all = (parts) => (parts.length ? parts.map((part) => `(${part})`).join(" && ") : "true");
const some = (parts) => (parts.length ? parts.map((part) => `(${part})`).join(" || ") : "false");

export class Translator {
	constructor(catalogue) {
		this.catalogue = catalogue;
	}

	// Of codes that are sets "not" means: one that is not named.
	codes(condition, every) {
		return set(condition.isNot ? every.filter((name) => !condition.names.includes(name)) : condition.names);
	}

	// What a rule asks of a fact: what the case holds counts, and a claim may not differ from it.
	factOfRule(condition) {
		const held = `context.held.${condition.key}`;
		const claimed = `context.claimed.${condition.key}`;
		const isKnown = condition.key === "phase" ? (fact) => `!${fact}.isEmpty()` : (fact) => `${fact} != ""`;
		const value = condition.isClaimed ? `(if ${isKnown(held)} then ${held} else ${claimed})` : held;
		if (condition.key === "phase")
			return all([
				`${value}.containsAny(${this.codes(condition, this.catalogue.phases)})`,
				`${held}.isEmpty() || ${claimed}.isEmpty() || ${held}.containsAny(${claimed})`,
			]);
		return all([
			condition.isNot
				? `${isKnown(value)} && !${set(condition.names)}.contains(${value})`
				: `${set(condition.names)}.contains(${value})`,
			`${held} == "" || ${claimed} == "" || ${held} == ${claimed}`,
		]);
	}

	// A prohibition holds on a claim as on what the case holds, and "not" where neither is known.
	factOfForbid(condition) {
		const sources = condition.key === "urgency"
			? ["context.urgency"]
			: [`context.held.${condition.key}`, `context.claimed.${condition.key}`];
		const isSet = condition.key === "phase";
		const codes = isSet ? this.codes(condition, this.catalogue.phases) : set(condition.names);
		const fits = sources.map((fact) => {
			if (isSet) return `${fact}.containsAny(${codes})`;
			return `${fact} != "" && ${condition.isNot ? "!" : ""}${codes}.contains(${fact})`;
		});
		const unknown = sources.map((fact) => (isSet ? `${fact}.isEmpty()` : `${fact} == ""`));
		return some(condition.isNot ? [...fits, all(unknown)] : fits);
	}

	condition(rule, condition, isAnyPosition) {
		const { key, isNot } = condition;
		const is = (value) => `${isNot ? "!" : ""}${set(condition.names)}.contains(${value})`;
		switch (key) {
		case "from": case "kind": case "to": case "purpose": case "ground":
			return is(`context.${key}`);
		case "after":
			return is("context.after");
		case "recipient":
			return `context.competent == ${condition.names[0] === "competent" ? '"yes"' : '"no"'}`;
		case "case": case "no-case":
			return `context.has_case == ${key === "case"}`;
		case "break-glass":
			return "context.break_glass";
		case "held": case "not-held":
			return `context.is_held == ${key === "held"}`;
		case "position": {
			const codes = this.codes(condition, this.catalogue.desk_positions);
			return isAnyPosition ? `context.positions.containsAny(${codes})` : `${codes}.contains(context.position)`;
		}
		case "consent":
			if (rule.isForbid) return is("context.consent");
			return some([
				'context.waiving && ["", "not_asked"].contains(context.consent)',
				isNot ? `context.consent != "" && ${is("context.consent")}` : is("context.consent"),
			]);
		case "urgency":
			return rule.isForbid ? this.factOfForbid(condition) : is("context.urgency");
		case "phase": case "unsafety": case "signal_phase": case "pattern": case "frame": case "frame_area":
			return rule.isForbid ? this.factOfForbid(condition) : this.factOfRule(condition);
		default:
			throw new Error(`${rule.id}: a condition this oracle does not know: ${key}`);
		}
	}

	// When a rule speaks of the message at all.
	holds(rule, isAnyPosition) {
		const parts = rule.when.map((condition) => this.condition(rule, condition, isAnyPosition));
		if (rule.isForbid) return all(parts);
		parts.push(`context.now >= ${rule.agreement.from} && context.now < ${rule.agreement.until}`);
		if (rule.agreement.isExample) parts.push('context.environment == "test"');
		if (rule.needs.includes("human-check")) parts.push("context.check || context.waiving");
		if (rule.needs.includes("rating")) parts.push("context.rating || context.waiving");
		if (rule.needs.includes("user-ref")) parts.push("context.user");
		if (rule.needs.includes("reason")) parts.push("context.reason || context.waiving");
		return all(parts);
	}

	// Does the section fit an item? For an allow every person must, for a never one is enough.
	fits(item, isAllow) {
		const s = "context.section";
		const parts = [];
		if (item.category !== "any") parts.push(`${s}.category == ${JSON.stringify(item.category)}`);
		if (item.about) {
			parts.push(`${s}.about.containsAny(${set(item.about)})`);
			if (isAllow) parts.push(`${s}.about_count == 1 || ${set(item.about)}.containsAll(${s}.about)`);
		}
		if (item["told-by"]) {
			parts.push(`${s}.told_by.containsAny(${set(item["told-by"])})`);
			if (isAllow) parts.push(`${set(item["told-by"])}.containsAll(${s}.told_by)`);
		}
		if (item.person) parts.push(`${set(item.person)}.contains(${s}.person)`);
		if (item["source-law"]) parts.push(`${set(item["source-law"])}.contains(${s}.source_law)`);
		if (item.scope) parts.push(`${set(item.scope)}.contains(${s}.scope)`);
		if (item["older-than"]) parts.push(this.isPastTerm());
		return all(parts);
	}

	isPastTerm() {
		return some([
			"context.section.is_past_term",
			all([
				'["wpg-8","wpg-13"].contains(context.section.source_law)',
				"context.section.as_of > 0",
				`context.section.as_of < context.now - ${WPG_TERM}`,
			]),
		]);
	}

	// Marks of a statement about a person: status, reliability, date, source, and police the law.
	hasMarks() {
		const s = "context.section";
		return some([
			"context.waiving",
			`!${set(this.catalogue.marked)}.contains(${s}.category)`,
			all([
				`${s}.status != "" && ${s}.reliability != ""`,
				`${s}.as_of > 0 && ${s}.as_of <= context.now + ${DAY}`,
				`!["incident","statement"].contains(${s}.category) || ${s}.source != ""`,
				`context.from != "police" || ${s}.source_law != ""`,
			]),
		]);
	}

	policiesOfRule(rule) {
		const policy = (effect, action, when) =>
			`${effect}(principal, action == Action::"${action}", resource) when { ${when} };`;
		const items = (key) => some((rule[key] ?? []).map((item) => this.fits(item, key === "allow")));
		const out = {};
		if (!rule.isForbid) {
			const marks = rule.needs.includes("marks") ? [this.hasMarks()] : [];
			out[`${rule.id} sends`] = policy("permit", "send", this.holds(rule, false));
			if (rule.allow)
				out[`${rule.id} opens`] = policy("permit", "open",
					all([this.holds(rule, false), items("allow"), ...marks]));
		} else if (!rule.never) {
			out[`${rule.id} forbids`] = policy("forbid", "send", this.holds(rule, true));
		}
		if (rule.never)
			out[`${rule.id} cuts`] = policy("forbid", "open", all([this.holds(rule, true), items("never")]));
		return out;
	}

	// What a legal ground itself never carries.
	policiesOfGrounds() {
		const out = {};
		for (const [name, ground] of Object.entries(this.catalogue.grounds)) {
			const cuts = ground.has_term ? [this.isPastTerm()] : [];
			if (ground.never_source_laws.length > 0)
				cuts.push(`${set(ground.never_source_laws)}.contains(context.section.source_law)`);
			if (ground.never_categories.length > 0)
				cuts.push(`${set(ground.never_categories)}.contains(context.section.category)`);
			if (ground.never_other_side.length > 0)
				cuts.push(all([
					`${set(ground.never_other_side)}.contains(context.section.category)`,
					'context.positions.contains("helper_of_perpetrator")',
				]));
			if (cuts.length > 0) out[`ground ${name}`] = 'forbid(principal, action == Action::"open", resource) when ' +
				`{ context.ground == ${JSON.stringify(name)} && (${some(cuts)}) };`;
		}
		return out;
	}

	policies(rules) {
		return Object.assign(this.policiesOfGrounds(), ...rules.map((rule) => this.policiesOfRule(rule)));
	}
}
