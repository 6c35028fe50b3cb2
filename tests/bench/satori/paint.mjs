// A warm satori with resvg that paints the bench poster, as its own process: JSON lines in, JSON lines out.
//
// Requests: {"op": "load", "page"} and {"op": "shot", "format", "texts"}. Answers: {"ms", "bytes", "rss_mib"}.
// The poster is painted from texts and pictures to the encoded file, as a server that makes share pictures does.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Resvg } from "@resvg/resvg-js";
import satori from "satori";
import sharp from "sharp";

const QUALITY = 90;
let poster;

function load(path) {
    poster = JSON.parse(readFileSync(path, "utf8"));
    poster.faces = poster.fonts.map(({ name, file }) => ({ name, data: readFileSync(file), weight: 400, style: "normal" }));
    poster.src = `data:image/jpeg;base64,${readFileSync(poster.ground).toString("base64")}`;
}

function tree(texts) {
    const { width, height, src, runs } = poster;
    const ground = { type: "img", props: { src, width, height, style: { position: "absolute", left: 0, top: 0 } } };
    const spans = runs.map(({ id, text, ...style }) => ({
        type: "div",
        props: { style: { position: "absolute", whiteSpace: "pre", lineHeight: 1, ...style }, children: texts[id] ?? text },
    }));
    return { type: "div", props: { style: { display: "flex", width, height }, children: [ground, ...spans] } };
}

async function shot({ format, texts }) {
    const { width, height } = poster;
    const svg = await satori(tree(texts), { width, height, fonts: poster.faces });
    const image = new Resvg(svg, { font: { loadSystemFonts: false } }).render();
    if (format === "png") return image.asPng();
    return sharp(image.pixels, { raw: { width, height, channels: 4 } }).jpeg({ quality: QUALITY }).toBuffer();
}

for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    const started = performance.now();
    let data = { length: 0 };
    if (request.op === "load") load(request.page);
    else data = await shot(request);
    const ms = performance.now() - started;
    process.stdout.write(`${JSON.stringify({ ms, bytes: data.length, rss_mib: process.memoryUsage().rss / 2 ** 20 })}\n`);
}
