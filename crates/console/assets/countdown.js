// Counts the grace window of a signup down, and says when it is over. Without it the page shows
// the end as the server wrote it.

const shown = document.querySelector("[data-countdown]");
const said = document.querySelector("[data-countdown-end]");

// By this page's own clock, whatever the computer's says.
const end = performance.now() + Number(shown?.dataset.countdown) * 1000;

function tick() {
  const left = Math.ceil((end - performance.now()) / 1000);
  if (left > 0) {
    const [minutes, seconds] = [Math.floor(left / 60), left % 60];
    shown.textContent = `in ${minutes ? `${minutes} min ` : ""}${seconds} s`;
    setTimeout(tick, 1000);
  } else {
    shown.textContent = "now";
    said.textContent = "The 5 minutes are over. Reload the page.";
  }
}

if (shown && said) tick();
