// What the keyboard of a phone covers. Some browsers make the page smaller for it (interactive-widget), others lay it over:
// there the page ends above it, so that the composer stays in sight, and nothing jumps when it comes or goes.
const LEAST = 80; // pixels; less is a bar of the browser that folds away
const root = document.documentElement;
const seen = window.visualViewport;

function fit() {
  const isZoomed = seen.scale > 1.01; // a magnified page is looked at, not covered
  const covered = isZoomed ? 0 : Math.round(innerHeight - seen.height);
  const text = covered > LEAST ? `${covered}px` : "0px";
  if (root.style.getPropertyValue("--covered") === text) return;
  root.style.setProperty("--covered", text);
  if (covered > LEAST) scrollTo(0, 0); // the browser moved the page for a field that is in sight by now
}

seen?.addEventListener("resize", fit);
