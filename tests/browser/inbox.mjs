// SPDX-License-Identifier: EUPL-1.2
//
// inbox.mjs MODULES CHROMIUM URL FOLDER PASSWORD NAME:SECRET...: walk through the inbox; "ok PAGE" or "bad PAGE: why".
// The inbox's clock is AHEAD_MS ahead of ours.

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, executablePath, url, folder, password, ...accounts] = process.argv.slice(2);
const require = createRequire(modules + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const views = [
	["small-day", 360, 740, "light"], ["small-night", 360, 740, "dark"], ["large-day", 1280, 900, "light"],
];
let isGood = true;

// RFC 6238; each login has an account of its own, because a code is taken once
function codeOf(secret) {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const bits = [...secret].map((c) => digits.indexOf(c).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor((Date.now() + Number(process.env.AHEAD_MS)) / 30000)));
	const mac = createHmac("sha1", key).update(counter).digest();
	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
}

async function judge(page, text, more = []) {
	const complaints = [...more];
	await page.evaluate(axe);
	const found = await page.evaluate(() => axe.run(document, {
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
	}));
	for (const one of found.violations)
		complaints.push(`${one.id} (${one.impact}): ${one.nodes[0].html.slice(0, 160)}`);
	if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
		complaints.push("wider than the window");
	if (await page.evaluate(() => document.scripts.length))
		complaints.push("there is script");
	const small = await page.evaluate(() => [...document.querySelectorAll("button, .button, .card, summary, select, input:not([type=hidden])")]
		.filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44 && !["radio", "checkbox"].includes(e.type))
		.map((e) => e.outerHTML.slice(0, 80)));
	if (small.length)
		complaints.push(`too small for a thumb: ${small[0]}`);
	await page.screenshot({ path: `${folder}/inbox-${text}.png`, fullPage: true });
	console.log(complaints.length ? `bad ${text}: ${complaints.join("; ")}` : `ok ${text}`);
	isGood = isGood && complaints.length === 0;
}

const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
for (const [view, width, height, colorScheme] of views) {
	const [name, secret] = accounts.shift().split(":");
	const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width, height }, colorScheme });
	const page = await context.newPage();
	const errors = [];
	page.on("console", (message) => {
		if (message.type() === "error" && !/favicon|status of 40/.test(message.text() + message.location().url))
			errors.push(message.text());
	});
	const look = (text) => judge(page, `${text}-${view}`, errors.splice(0));
	// in the large window by keyboard alone
	const press = async (what) => {
		if (view !== "large-day")
			return what.click();
		await what.focus();
		await page.keyboard.press("Enter");
	};
	const go = (what) => Promise.all([page.waitForEvent("load"), press(what)]);
	const open = (title) => go(page.locator(".card", { hasText: title }).first());
	const home = () => go(page.locator("nav a").first());
	const button = (text) => go(page.locator("main").getByText(text, { exact: true }).first());
	const more = () => press(page.locator("summary"));
	const until = async (what) => {
		for (let i = 0; i < 200 && !await page.locator(what).count(); i++)
			await page.reload();
		await page.locator(what).first().waitFor();
	};
	try {
		await page.goto(url);
		await look("login");
		await page.fill("#naam", name);
		await page.fill("#wachtwoord", "dat is het niet");
		await page.keyboard.press("Enter");
		await page.locator(".alert").waitFor();
		await look("wrong");
		await page.fill("#naam", name);
		await page.fill("#wachtwoord", password);
		await page.fill("#code", codeOf(secret));
		await page.keyboard.press("Enter");
		await page.locator(".card").first().waitFor();
		await look("list");
		// three clicks
		await open(/Aanbod tot overdracht.*Nieuw/s);
		await look("offer");
		await button("Aannemen");
		await look("accept");
		await button("Ja, wij nemen de regie over");
		await page.locator(".good").first().waitFor();
		await look("accepted");
		await more();
		await button("Cijfer geven");
		await look("rating");
		await page.getByLabel("5", { exact: true }).check();
		await button("Cijfer versturen");
		await home();
		await until(".card:has-text('Veiligheidsplan herzien')");
		await open("Veiligheidsplan herzien");
		await look("task");
		await button("Gedaan");
		await look("done");
		await button("Ja, gedaan");
		await until(".good:has-text('Het knooppunt weet het')");
		await look("was-done");
		await home();
		await open("te laat sinds");
		await look("late");
		await home();
		await open("Beantwoord");
		await more();
		await button("Afspraak vastleggen");
		await look("agreement");
		await home();
		await open("Beantwoord");
		await more();
		await button("Toestemming vastleggen");
		await look("consent");
		await home();
		await open("Vraag of iemand bekend is");
		await more();
		await button("Cijfer geven"); // of a case that there is not
		await page.getByLabel("5", { exact: true }).check();
		await button("Cijfer versturen");
		await until(".call");
		await look("refused");
		await home();
		await open("Informatieverzoek");
		await button("Antwoorden");
		await look("information");
		await page.fill("#hulp", "");
		await button("Antwoord versturen");
		await page.locator(".alert").waitFor();
		await look("incomplete");
		await home();
		await look("busy");
	} catch (error) {
		console.log(`bad ${view}: ${String(error).split("\n")[0]}`);
		await page.screenshot({ path: `${folder}/inbox-bad-${view}.png`, fullPage: true });
		isGood = false;
	}
	await context.close();
}
await browser.close();
process.exit(isGood ? 0 : 1);
