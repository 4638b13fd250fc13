// The one live region of a page: what is read out when it changes.

const region = document.getElementById("message");

// Shows a text, perhaps with a title above it; `good` where nothing went wrong. An empty text
// clears the region.
export function say(text, good = false, title = "") {
  const lines = [];
  if (title) lines.push(line("strong", title));
  if (text) lines.push(line("span", text));
  region.classList.toggle("good", good);
  region.replaceChildren(...lines);
}

function line(name, text) {
  const paragraph = document.createElement("p");
  const words = document.createElement(name);
  words.textContent = text;
  paragraph.append(words);
  return paragraph;
}
