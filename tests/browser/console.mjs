// SPDX-License-Identifier: EUPL-1.2
//
// console.mjs MODULES CHROMIUM URL FOLDER CASE ENTRY: walk through the console; "ok PAGE" or "bad PAGE: why".

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, executablePath, url, folder, caseRef, entry] = process.argv.slice(2);
const require = createRequire(modules + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// The pages in the order of a visit: how one comes there from the search form.
const search = (values, action) => async (page) => {
	for (const [name, value] of Object.entries(values)) {
		const field = page.locator(`#${name}`);
		if (await field.evaluate((e) => e.tagName) === "SELECT")
			await field.selectOption(value);
		else
			await field.fill(value);
	}
	await page.locator(action ? `button[formaction^="${action}"]` : 'form[action^="/zoek"] button:not([formaction])').click();
};
// Two clicks: why, and what.
const saved = (name) => async (page) => {
	await page.locator("#saved-reason").selectOption("periodic_audit");
	await page.locator("#period").selectOption("this-month");
	await page.locator(`button[name="saved"][value="${name}"]`).click();
};
const other = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
// One byte of an answer on its way from the console to the browser.
const forge = {
	leaf: (html) => other(html, html.indexOf('id="leaf">') + 30),
	path: (html) => other(html, html.indexOf("\n", html.indexOf("\nindex ") + 1) + 5),
	root: (html) => other(html, html.indexOf("\n", html.indexOf("\n", html.indexOf("\n\n", html.indexOf("\nindex ")) + 2) + 1) + 5),
	signature: (html) => other(html, html.indexOf(" ", html.indexOf("\u2014 ", html.indexOf("\nindex ")) + 2) + 20),
	key: (html) => other(html, html.indexOf("+", html.indexOf("+", html.indexOf("log ", html.indexOf('id="policy">'))) + 1) + 20),
};
const entryPage = async (page) => {
	await search({ reason: "complaint", case: caseRef })(page);
	await page.locator(`form:has(input[name="first"][value="${entry}"]) button`).click();
};
const checked = (prepare, kind, words, what) => async (page) => {
	if (what)
		await page.route("**/regel?*", async (route) => {
			const answer = await route.fetch();
			const html = await answer.text(), body = forge[what](html);

			if (body === html || body.length !== html.length)
				throw new Error("nothing was forged");
			await route.fulfill({ response: answer, body });
		});
	await entryPage(page);
	await prepare(page);
	await page.locator("#check").click();
	await page.locator(`#verdict.${kind}`).filter({ hasText: words }).waitFor({ timeout: 20000 });
};
const pages = [
	["search", async () => {}],
	["wrong", search({ reason: "complaint", case: "no case" })],
	["found", search({ reason: "complaint" })],
	["entry", entryPage],
	["verified", checked(() => {}, "good", /^(Klopt|Right)/)],
	["missing", checked((page) => page.evaluate(() => {
		crypto.subtle.importKey = () => Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"));
	}), "note", /^(Niet hier te controleren|Cannot be checked here)/)],
	...["leaf", "path", "root", "signature", "key"].map((what) => [`forged-${what}`,
		checked(() => {}, "alert", /^(KLOPT NIET|WRONG)/, what)]),
	["saved", saved("without-consent")],
	["refusals", saved("refusals")],
	["volume", saved("volume")],
	["charts", async (page) => {
		await page.locator("#saved-reason").selectOption("periodic_audit");
		await page.locator("#period").selectOption("all");
		await page.locator('button[formaction^="/cijfers"]').click();
	}],
	["case", search({ reason: "complaint", case: caseRef }, "/zaak")],
	["looks", search({ reason: "integrity" }, "/inzage")],
	["tree", search({ reason: "periodic_audit" }, "/boom")],
];

async function judge(page, complaints) {
	await page.evaluate(axe);
	const found = await page.evaluate(() => axe.run(document, {
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
	}));
	for (const one of found.violations)
		complaints.push(`${one.id} (${one.impact}): ${one.nodes[0].html.slice(0, 120)}`);
	if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
		complaints.push("wider than the window");
	if (await page.evaluate(() => [...document.scripts].some((e) => e.textContent || !e.src.endsWith("/controle.js"))))
		complaints.push("there is script in it");
}

const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
const firstViews = []; // ms from the click to the load event; of a new context, so with a new connection
let isGood = true;
for (const [size, width, height] of [["large", 1440, 900], ["small", 360, 740]])
	for (const lang of ["nl", "en"]) {
		const context = await browser.newContext({
			ignoreHTTPSErrors: true,
			viewport: { width, height },
			clientCertificates: [{ origin: url, certPath: "u-77.pem", keyPath: "u-77.key" }],
		});
		for (const [name, visit] of pages) {
			if (name.startsWith("forged") && !(size === "large" && lang === "nl"))
				continue;
			const page = await context.newPage();
			const complaints = [];
			const text = `${name}-${lang}-${size}`;
			page.on("console", (message) => {
				// a wrong form is answered 400, which Chromium reports
				if (message.type() === "error" && !/favicon|status of 400/.test(message.text() + message.location().url))
					complaints.push(message.text());
			});
			try {
				await page.goto(`${url}/?lang=${lang}`);
				if (name === "search")
					firstViews.push(await page.evaluate(() =>
						performance.getEntriesByType("navigation")[0].loadEventEnd));
				await visit(page);
				await page.locator("h1").waitFor();
				await judge(page, complaints);
				if (await page.evaluate(() => document.documentElement.lang) !== lang)
					complaints.push("another language");
				await page.screenshot({ path: `${folder}/${text}.png`, fullPage: true });
			} catch (error) {
				complaints.push(String(error).split("\n")[0]);
			}
			console.log(complaints.length ? `bad ${text}: ${complaints.join("; ")}` : `ok ${text}`);
			isGood = isGood && complaints.length === 0;
			await page.close();
		}
		await context.close();
	}
await browser.close();
console.log(`view ${firstViews.map((ms) => Math.round(ms)).join(", ")} ms until the first view is loaded`);
process.exit(isGood ? 0 : 1);
