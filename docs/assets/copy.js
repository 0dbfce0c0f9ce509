// A button on each block of code that copies what is typed there: of a session no prompts and no output.
"use strict";

(() => {
  const SESSION = /^(>>>|\$) /;

  // What is typed in a block with this text. All of it, unless it begins with a prompt.
  const typed = (text) => {
    const lines = text.replace(/\n+$/, "").split("\n");
    if (!SESSION.test(lines[0])) return lines.join("\n");
    const kept = [];
    let goesOn = null; // what a line begins with that goes on with the one before
    for (const line of lines) {
      if (SESSION.test(line)) {
        kept.push(line.replace(SESSION, ""));
        goesOn = line.startsWith(">") ? /^\.\.\.( |$)/ : /^/;
      } else if (goesOn && goesOn.test(line)) {
        kept.push(line.replace(goesOn, ""));
      } else {
        goesOn = null;
        continue;
      }
      // A line of a shell goes on only after a backslash.
      if (goesOn.source === "^" && !line.endsWith("\\")) goesOn = null;
    }
    return kept.join("\n");
  };

  // Where a page is not from https, from this machine or from a file, browsers have no clipboard but this one.
  const copyBySelection = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyBySelection(text);
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const code of document.querySelectorAll("pre > code")) {
      const text = typed(code.textContent);
      const button = document.createElement("button");
      button.className = "copy";
      button.type = "button";
      button.title = "Copy the code, without prompts and output";
      button.textContent = "Copy";
      button.setAttribute("aria-live", "polite");
      button.addEventListener("click", async () => {
        button.textContent = (await copy(text)) ? "Copied" : "Not copied";
        setTimeout(() => (button.textContent = "Copy"), 1500);
      });
      code.parentElement.append(button);
    }
  });
})();
