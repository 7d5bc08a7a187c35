// Two soft notes, made here: no file is fetched. Of several tabs one plays.
const NOTES = [
  { hertz: 660, at: 0 },
  { hertz: 880, at: 0.12 },
];
const LASTS = 0.45;
const LOUDNESS = 0.08;
const PAUSE = 1500; // what comes at once is one sound
let audio;

/** A page that nobody has touched yet is silent: browsers want it so. */
export async function chime() {
  const alone = (play) => (navigator.locks ? navigator.locks.request("regulars.chime", { ifAvailable: true }, play) : play(true));
  await alone(async (isOurs) => {
    if (!isOurs) return;
    audio ??= new AudioContext();
    if (audio.state === "suspended") await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 200))]);
    if (audio.state !== "running") return;
    document.documentElement.dataset.chimes = Number(document.documentElement.dataset.chimes ?? 0) + 1;
    for (const note of NOTES) sound(note);
    await new Promise((done) => setTimeout(done, PAUSE));
  });
}

function sound({ hertz, at }) {
  const [tone, gain] = [audio.createOscillator(), audio.createGain()];
  const begin = audio.currentTime + at;
  tone.frequency.value = hertz;
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, begin + LASTS);
  tone.connect(gain).connect(audio.destination);
  tone.start(begin);
  tone.stop(begin + LASTS);
}

document.addEventListener("click", (event) => event.target.closest?.("[data-try-sound]") && chime());
