// SPDX-License-Identifier: EUPL-1.2
// Checks the proof of this page in the browser: from the bytes of the entry along the path to the
// checkpoint (RFC 9162), and the signatures below it (Ed25519). Asks nothing of any server.
"use strict";
(() => {
const verdict = document.getElementById("verdict"), button = document.getElementById("check");
if (!verdict || !button)
	return;
const dutch = document.documentElement.lang === "nl";
const say = (nl, en) => dutch ? nl : en;
const read = (id) => document.getElementById(id).textContent;
const utf8 = (text) => new TextEncoder().encode(text);
const bytes = (base64) => Uint8Array.from(atob(base64.trim()), (c) => c.charCodeAt(0));
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
class Missing extends Error {}
const need = (right, nl, en) => {
	if (!right)
		throw new Error(say(nl, en));
};

// c2sp.org/tlog-proof: index, path, and a checkpoint with its signatures.
function parse(text) {
	const at = text.indexOf("\n\n"), head = text.slice(0, at).split("\n"), note = text.slice(at + 2);
	const cut = note.indexOf("\n\n"), lines = note.slice(0, cut).split("\n");
	need(head[0] === "c2sp.org/tlog-proof@v1" && /^index [0-9]{1,15}$/.test(head[1]) && lines.length === 3 &&
		/^[0-9]{1,15}$/.test(lines[1]), "het bewijs is onleesbaar", "the proof cannot be read");
	return {
		index: Number(head[1].slice(6)), path: head.slice(2).map(bytes), origin: lines[0],
		size: Number(lines[1]), root: bytes(lines[2]), signed: note.slice(0, cut + 1),
		signatures: note.slice(cut + 2).split("\n").filter((line) => line).map((line) => {
			const [dash, name, value] = line.split(" ");

			need(dash === "\u2014" && value, "een handtekening is onleesbaar", "a signature cannot be read");
			return { name, value: bytes(value) };
		}),
	};
}

// RFC 9162, 2.1.3.2.
async function lead(leaf, proof) {
	let fn = proof.index, sn = proof.size - 1, node = await sha256([0], leaf);

	need(fn <= sn, "de regel valt niet onder dit ijkpunt", "the entry is not under this checkpoint");
	for (const other of proof.path) {
		need(sn > 0, "het pad is te lang", "the path is too long");
		if (fn % 2 === 1 || fn === sn) {
			node = await sha256([1], other, node);
			while (fn % 2 === 0 && fn !== 0) {
				fn = Math.floor(fn / 2);
				sn = Math.floor(sn / 2);
			}
		} else {
			node = await sha256([1], node, other);
		}
		fn = Math.floor(fn / 2);
		sn = Math.floor(sn / 2);
	}
	need(sn === 0 && same(node, proof.root), "het pad leidt niet naar de wortel die getekend is",
		"the path does not lead to the root that was signed");
}

// Did this key (name+hash+base64) sign? A signature of it that is wrong is the end of it.
async function isSigned(proof, vkey) {
	const [name, id, ...rest] = vkey.split("+"), key = bytes(rest.join("+")), isWitness = key[0] === 4;
	const own = await sha256(utf8(name + "\n"), key);
	const hex = [...own.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
	let found = false, ed25519;

	need(hex === id && key.length === 33, "een sleutel past niet bij zijn naam", "a key does not fit its name");
	try {
		ed25519 = await crypto.subtle.importKey("raw", key.slice(1), { name: "Ed25519" }, false, ["verify"]);
	} catch (error) {
		throw new Missing(String(error));
	}
	for (const one of proof.signatures) {
		if (one.name !== name || !same(one.value.slice(0, 4), own.slice(0, 4)))
			continue;
		let text = proof.signed, value = one.value.slice(4);

		if (isWitness) {
			const time = value.slice(0, 8).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

			text = `cosignature/v1\ntime ${time}\n${text}`;
			value = value.slice(8);
		}
		need(await crypto.subtle.verify("Ed25519", ed25519, value, utf8(text)),
			`de handtekening van ${name} klopt niet`, `the signature of ${name} is wrong`);
		found = true;
	}
	return found;
}

// c2sp.org/tlog-policy, from top to bottom. Gives who signed.
async function judge(proof, policy) {
	const met = new Set(["none"]), who = [];
	let byLog = false, quorum = "";

	for (const line of policy.split("\n")) {
		const [kind, name, ...rest] = line.trim().split(/\s+/);

		if (kind === "log" && await isSigned(proof, name)) {
			need(name.split("+")[0] === proof.origin, "het ijkpunt is van een ander logboek",
				"the checkpoint is of another trail");
			byLog = true;
			who.push(name.split("+")[0]);
		} else if (kind === "witness" && await isSigned(proof, rest[0])) {
			met.add(name);
			who.push(name);
		} else if (kind === "group") {
			const members = rest.slice(1), count = members.filter((member) => met.has(member)).length;
			const least = rest[0] === "all" ? members.length : rest[0] === "any" ? 1 : Number(rest[0]);

			if (count >= least)
				met.add(name);
		} else if (kind === "quorum") {
			quorum = name;
		}
	}
	need(byLog, "het logboek zelf tekende niet", "the log itself did not sign");
	need(met.has(quorum), "te weinig getuigen tekenden", "too few witnesses signed");
	return who;
}

// What the bytes themselves say: fields of a protobuf message, by number.
function fields(leaf) {
	const all = new Map();
	let at = 0;
	const varint = () => {
		let value = 0n, shift = 0n;

		for (;;) {
			need(at < leaf.length && shift < 64n, "de regel is onleesbaar", "the entry cannot be read");
			value |= BigInt(leaf[at] & 127) << shift;
			shift += 7n;
			if (leaf[at++] < 128)
				return value;
		}
	};

	while (at < leaf.length) {
		const tag = Number(varint()), wire = tag % 8;

		need(wire === 0 || wire === 2, "de regel is onleesbaar", "the entry cannot be read");
		let value = varint();
		if (wire === 2) {
			const end = at + Number(value);

			need(end <= leaf.length, "de regel is onleesbaar", "the entry cannot be read");
			value = leaf.slice(at, end);
			at = end;
		}
		all.set(Math.floor(tag / 8), value);
	}
	return all;
}

function words(leaf) {
	const all = fields(leaf);
	const text = (number) => new TextDecoder().decode(all.get(number) || new Uint8Array()) || "-";
	const time = new Date(Number(all.get(DECIDED) || 0n)).toISOString();

	need(text(ORIGIN) !== "-", "de regel noemt geen logboek", "the entry names no trail");
	return { origin: text(ORIGIN), said: say(`van ${text(SENDER)} aan ${text(RECIPIENT)}, beslist ${time}`,
		`from ${text(SENDER)} to ${text(RECIPIENT)}, decided ${time}`) };
}
const ORIGIN = 2, SENDER = 5, RECIPIENT = 6, DECIDED = 8;

function show(kind, text) {
	verdict.className = kind;
	verdict.textContent = text;
}

async function check() {
	show("note", say("Bezig met controleren", "Checking"));
	try {
		if (!globalThis.crypto || !crypto.subtle)
			throw new Missing("no WebCrypto");
		const leaf = bytes(read("leaf")), proof = parse(read("proof")), entry = words(leaf);

		need(entry.origin === proof.origin, "de regel is van een ander logboek", "the entry is of another trail");
		await lead(leaf, proof);
		const who = await judge(proof, read("policy"));

		show("good", say(`Klopt. Regel ${proof.index} (${entry.said}) staat onder het ijkpunt van ${proof.size} regels, ` +
			`getekend door: ${who.join(", ")}.`,
		`Right. Entry ${proof.index} (${entry.said}) is under the checkpoint of ${proof.size} entries, ` +
			`signed by: ${who.join(", ")}.`));
	} catch (error) {
		if (error instanceof Missing)
			show("note", say("Niet hier te controleren: deze browser kent Ed25519 niet. Bewaar het bewijs als bestand " +
				"en controleer het elders.", "Cannot be checked here: this browser lacks Ed25519. Keep the proof " +
				"as a file and check it elsewhere."));
		else
			show("alert", say(`KLOPT NIET: ${error.message}.`, `WRONG: ${error.message}.`));
	}
}

button.hidden = false;
button.addEventListener("click", check);
show("note", say("Nog niet gecontroleerd.", "Not checked yet."));
})();
