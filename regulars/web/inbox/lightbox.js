// Pictures large: arrows go through all of the thread, a click zooms.
const box = () => document.querySelector(".lightbox");
let pictures = [];
let at = 0;

function show(place) {
  at = (place + pictures.length) % pictures.length;
  const picture = box().querySelector("img");
  picture.src = pictures[at].href;
  picture.alt = pictures[at].querySelector("img").alt;
  picture.classList.remove("zoomed");
  for (const side of [".previous", ".next"]) box().querySelector(side).hidden = pictures.length < 2;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-lightbox]");
  if (link && box() && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    pictures = [...document.querySelectorAll("message-thread [data-lightbox]")];
    show(pictures.indexOf(link));
    box().showModal();
    return;
  }
  if (!event.target.closest?.(".lightbox")) return;
  if (event.target.closest(".close")) box().close();
  else if (event.target.closest(".next")) show(at + 1);
  else if (event.target.closest(".previous")) show(at - 1);
  else if (event.target.matches("img")) event.target.classList.toggle("zoomed");
});

document.addEventListener("keydown", (event) => {
  if (!box()?.open || pictures.length < 2) return;
  if (event.key === "ArrowRight") show(at + 1);
  if (event.key === "ArrowLeft") show(at - 1);
});
