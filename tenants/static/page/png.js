// The SVG that the server draws, as a picture of points: twice its size, on white.
import { each } from "./each.js";

export function pngButtons(root) {
  each(root, "[data-png]", (button) => button.addEventListener("click", async () => {
    const text = await (await fetch(button.dataset.png)).text();
    const [, , width, height] = text.match(/viewBox="([^"]+)"/)[1].split(" ").map(Number);
    const image = new Image(width * 2, height * 2);
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text.replace("<svg ", `<svg width="${width * 2}" height="${height * 2}" `))}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: width * 2, height: height * 2 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    const link = Object.assign(document.createElement("a"), { href: canvas.toDataURL("image/png"), download: "chart.png" });
    link.click();
  }));
}
