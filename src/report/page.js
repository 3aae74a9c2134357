"use strict";
// The page is complete without this: it adds a filter, and opens what a link or a printer asks for.
const rows = document.querySelectorAll(".row");
const text = document.getElementById("find");
const only = document.getElementById("only");

function filter() {
	const words = text.value.toLowerCase().split(/\s+/);
	for (const row of rows) {
		const all = row.textContent.toLowerCase();
		row.hidden = !words.every((word) => all.includes(word)) || (only.checked && !row.classList.contains("news"));
	}
}

function reveal() {
	const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
	const finding = target && target.closest("details");
	if (!finding) return;
	finding.hidden = false;
	finding.open = true;
	target.scrollIntoView({ block: "start" });
}

document.documentElement.classList.add("script");
text.addEventListener("input", filter);
only.addEventListener("change", filter);
addEventListener("hashchange", reveal);
addEventListener("beforeprint", () => {
	for (const finding of document.querySelectorAll("details.finding")) finding.open = true;
});
reveal();
