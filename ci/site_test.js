// What ci/site_test.py asks a page: each function gives what is wrong with it, a sentence each.
"use strict";

const name = element => {
    const id = element.id ? "#" + element.id : [...element.classList].map(name => "." + name).join("");
    const text = element.textContent.trim().replace(/\s+/g, " ");
    return `<${element.localName}${id}> "${text.length > 60 ? text.slice(0, 60) + "…" : text}"`;
};
const scrolls = element => element && element !== document.body && element !== document.documentElement
    && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));

// The innermost elements that reach out of the window, where the page does.
const tooWide = () => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const out = [...document.body.querySelectorAll("*")].filter(element => element.getBoundingClientRect().right > width + 1 && !scrolls(element.parentElement));
    const inner = out.filter(element => !out.some(other => other !== element && element.contains(other)));
    return inner.slice(0, 3).map(element => `${name(element)} ends at ${Math.round(element.getBoundingClientRect().right)} of ${width} px`);
};

// Words of tables that stand on two lines. Prose may break after a hyphen or a slash; code may not.
const broken = () => {
    const found = [];
    for (const cell of document.querySelectorAll("article td, article th")) {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const node = texts.currentNode;
            const words = node.parentElement.closest("code") ? /\S+/g : /[^\s\/-]+/g;
            for (const word of node.data.matchAll(words)) {
                const range = document.createRange();
                range.setStart(node, word.index);
                range.setEnd(node, word.index + word[0].length);
                if (new Set([...range.getClientRects()].map(place => Math.round(place.top))).size > 1)
                    found.push(`"${word[0]}" is broken in ${name(cell)}`);
            }
        }
    }
    return found;
};

// Rows that an empty line has cut off from their table.
const strayRows = () => [...document.querySelectorAll("article p")].filter(text => text.textContent.startsWith("| "))
    .map(text => `${name(text)} is in no table`);

// What each button copies. The clipboard itself is of the browser.
const copies = async () => {
    const found = [];
    navigator.clipboard.writeText = async text => void found.push(text);
    for (const button of document.querySelectorAll("button.copy")) {
        button.click();
        await null;
    }
    return found;
};
