// Pictures made smaller in the browser, before they are uploaded: turned as their camera says (EXIF), within a phone's
// screen, as JPEG. What the browser cannot read stays as it is.
const PICTURE = /^image\/(jpeg|png|webp|avif|bmp|heic|heif)$/;
const QUALITIES = [0.86, 0.78, 0.68, 0.56];
const STICKER = 500 * 1024; // bytes, of an animated one

/** Whether it is a still picture that might be too large. A small WebP is a sticker and stays one. */
export const canBeSmaller = (file) => PICTURE.test(file.type) && !(file.type === "image/webp" && file.size <= STICKER);

/** By how much both sides shrink so that it stands within the bounds, upright or lying; 1 when it does already. */
export function scaleOf(width, height, { long_side, short_side }) {
  return Math.min(1, long_side / Math.max(width, height), short_side / Math.min(width, height));
}

/** The picture as a smaller file; null when it is small enough already, or cannot be read. */
export async function makeSmaller(file, advice) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!picture) return null;
  const scale = scaleOf(picture.width, picture.height, advice);
  const isSent = /^image\/(jpeg|png)$/.test(file.type);
  if (scale === 1 && file.size <= advice.max_bytes && isSent) return null;
  const smaller = await draw(picture, scale, advice.max_bytes);
  picture.close();
  if (!smaller || (isSent && smaller.size >= file.size)) return null;
  return new File([smaller], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
}

async function draw(picture, scale, enough) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.fillStyle = "white"; // what is transparent would become black
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  let made = null;
  for (const quality of QUALITIES) {
    made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (!made || made.size <= enough) break;
  }
  return made;
}
