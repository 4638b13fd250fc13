// Shows the document that the page names. Nothing can be tried out from here: whoever reads must
// not reset an account by a click.

"use strict";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

function dress() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

dress();
dark.addEventListener("change", dress);

const nothing = () => null;

window.SwaggerUIBundle({
  dom_id: "#documentation",
  url: document.getElementById("documentation").dataset.url,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  supportedSubmitMethods: [],
  validatorUrl: null,
  plugins: [{ wrapComponents: { authorizeBtn: () => nothing, authorizeOperationBtn: () => nothing } }],
});
