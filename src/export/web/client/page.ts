/** In the page: draws strokes, reads photos, shows what the net answers. `heddle` is the bundle of `web/page.ts`. */
{
  interface Point {
    x: number;
    y: number;
  }
  interface Picture {
    width: number;
    height: number;
    channels: 1 | 3;
    pixels: Uint8Array;
  }
  /** As a file stores it: the fourth channel says how much each pixel covers. */
  interface Stored {
    width: number;
    height: number;
    channels: 4;
    pixels: Uint8Array;
  }
  interface Values {
    shape: readonly number[];
    data: Float32Array;
  }
  interface Answer {
    probabilities: Float32Array;
    maps: Values | null;
    steps: readonly string[];
    bytes: Uint8Array;
  }
  interface Model {
    classNames: readonly string[];
    preprocessing: { height: number; width: number; channels: number; maximum: number };
  }
  const { strokeImage, answerTo, answerToStored, answerToPng, unpackTensors, loadFast } = (
    globalThis as unknown as { heddle: unknown }
  )["heddle"] as {
    strokeImage: (strokes: readonly Point[][]) => Picture | null;
    unpackTensors: (model: Model, numbers: Float32Array) => unknown;
    answerTo: (model: Model, constants: unknown, image: Picture, options: object, by?: object) => Answer;
    answerToStored: (model: Model, constants: unknown, image: Stored, options: object, by?: object) => Answer;
    answerToPng: (model: Model, constants: unknown, file: Uint8Array, options: object, by?: object) => Answer;
    loadFast: (bytes: Uint8Array) => object | null;
  };
  const byId = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
  const model = JSON.parse(byId("model").textContent) as Model;
  const bytesIn = (id: string): Uint8Array => {
    const text = atob(byId(id).textContent.trim());
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  };
  const constants = unpackTensors(model, new Float32Array(bytesIn("weights").buffer));
  const fast = loadFast(bytesIn("kernels")) ?? undefined;
  byId("by").textContent = fast
    ? " by WebAssembly SIMD"
    : " by plain JavaScript, as this browser has no WebAssembly SIMD (it is there from Chrome 91, Firefox 89, Safari 16.4)";

  const surface = byId<HTMLCanvasElement>("surface");
  const list = byId("classes");
  const said = byId("said");
  let strokes: Point[][] = [];
  let pen: number | null = null;
  /** Counts what was begun: an answer that comes after something newer is not shown. */
  let turn = 0;
  /** For whoever looks at the page from outside. */
  Object.assign((globalThis as unknown as { heddle: object }).heddle, { strokesNow: () => strokes });

  /** Writes grey pixels of 0..1 into a canvas. */
  const paint = (
    canvas: HTMLCanvasElement,
    width: number,
    height: number,
    value: (i: number, c: number) => number,
  ): void => {
    canvas.width = width;
    canvas.height = height;
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) image.data[i * 4 + c] = 255 * value(i, c);
      image.data[i * 4 + 3] = 255;
    }
    canvas.getContext("2d")?.putImageData(image, 0, 0);
  };

  const nothing = (): void => {
    list.replaceChildren();
    byId("near").textContent = "";
    byId("maps").replaceChildren();
    byId("maps-part").hidden = true;
    byId("seen-part").hidden = true;
    said.textContent = "Nothing drawn yet.";
  };

  const show = ({ probabilities, maps, steps, bytes: input }: Answer): void => {
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    const percent = (i: number): string => `${(100 * probabilities[i]).toFixed(1)} %`;
    const best = order[0];
    said.textContent = `${model.classNames[best]}: ${percent(best)}`;
    const near = order.slice(1, 3).map((i) => `${model.classNames[i]} (${percent(i)})`);
    byId("near").textContent = near.length > 0 ? `Most easily taken for ${near.join(" or ")}.` : "";
    list.replaceChildren(
      ...order.slice(0, 10).map((i) => {
        const [item, name, bar, number] = ["li", "span", "meter", "span"].map((tag) => document.createElement(tag));
        name.textContent = model.classNames[i];
        (bar as HTMLMeterElement).value = probabilities[i];
        bar.setAttribute("aria-hidden", "true");
        number.textContent = percent(i);
        item.append(name, bar, number);
        return item;
      }),
    );
    const { height, width, channels, maximum } = model.preprocessing;
    byId("seen-part").hidden = false;
    paint(byId("seen"), width, height, (i, c) => input[i * channels + Math.min(c, channels - 1)] / maximum);
    byId("steps").textContent = steps.join(", ");
    const [, filters, rows, columns] = maps?.shape ?? [0, 0, 0, 0];
    byId("maps-part").hidden = maps === null;
    byId("maps").replaceChildren(
      ...Array.from({ length: Math.min(filters, 32) }, (_, filter) => {
        const canvas = document.createElement("canvas");
        const values = maps!.data.subarray(filter * rows * columns, (filter + 1) * rows * columns);
        const [least, most] = values.reduce(
          ([low, high], v) => [Math.min(low, v), Math.max(high, v)],
          [Infinity, -Infinity],
        );
        paint(canvas, columns, rows, (i) => (values[i] - least) / (most - least || 1));
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", `first convolution, filter ${filter + 1}`);
        return canvas;
      }),
    );
  };

  const redraw = (): void => {
    const ratio = Math.max(1, devicePixelRatio);
    const side = surface.clientWidth;
    surface.width = surface.height = Math.round(side * ratio);
    const context = surface.getContext("2d");
    if (!context) return;
    context.lineWidth = surface.width / 14;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = "#111";
    for (const stroke of strokes) {
      context.beginPath();
      for (const [i, { x, y }] of stroke.entries()) {
        const [px, py] = [x * surface.width, y * surface.height];
        if (i === 0) context.moveTo(px, py);
        context.lineTo(px, py);
      }
      context.stroke();
    }
  };

  const complain = ({ name, message }: Error): void => {
    nothing();
    said.textContent = name === "HeddleError" ? message : "This file is no image that the browser can read.";
  };

  let waiting = false;
  const answerSoon = (): void => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const image = strokeImage(strokes);
      // Cleared since, or a photo came.
      if (!image) return;
      try {
        show(answerTo(model, constants, image, { prepare: "mnist", invert: "auto" }, fast));
      } catch (error) {
        complain(error as Error);
      }
    });
  };

  const pointOf = (event: PointerEvent): Point => {
    const box = surface.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  surface.addEventListener("pointerdown", (event) => {
    if (pen !== null || event.button !== 0) return;
    turn++;
    pen = event.pointerId;
    surface.setPointerCapture(pen);
    strokes.push([pointOf(event)]);
    redraw();
    answerSoon();
  });
  surface.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length > 0 ? events : [event]) strokes[strokes.length - 1].push(pointOf(each));
    redraw();
    answerSoon();
  });
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
    surface.addEventListener(kind, (event) => {
      if (event.pointerId === pen) pen = null;
    });
  }
  const photo = byId<HTMLInputElement>("photo");
  const clear = (): void => {
    turn++;
    strokes = [];
    redraw();
    nothing();
  };
  byId("clear").addEventListener("click", () => {
    clear();
    photo.value = "";
  });
  addEventListener("resize", redraw);

  /** Browsers may change what is read back; a known pattern tells. */
  const pixelsOf = (
    draw: (context: CanvasRenderingContext2D) => void,
    width: number,
    height: number,
  ): Uint8ClampedArray => {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    draw(context);
    return context.getImageData(0, 0, width, height).data;
  };
  const readsTrue = (): boolean => {
    const pattern = new ImageData(64, 64);
    for (let i = 0; i < pattern.data.length; i++) pattern.data[i] = i % 4 === 3 ? 255 : (i * 37) & 255;
    const read = pixelsOf((context) => context.putImageData(pattern, 0, 0), 64, 64);
    return read.every((value, i) => value === pattern.data[i]);
  };

  const readPhoto = async (file: Blob): Promise<void> => {
    const options = byId<HTMLInputElement>("digit").checked ? { prepare: "mnist" } : {};
    clear();
    const mine = turn;
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
      const decoded = isPng ? null : await decodedByBrowser(file);
      if (mine !== turn) return;
      show(
        decoded
          ? answerToStored(model, constants, decoded, options, fast)
          : answerToPng(model, constants, bytes, options, fast),
      );
      if (decoded && !readsTrue())
        said.textContent += " (this browser changes pixels that a page reads: the answer may be off)";
    } catch (error) {
      if (mine === turn) complain(error as Error);
    }
  };
  /** All but PNG. */
  const decodedByBrowser = async (file: Blob): Promise<Stored> => {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, 1024 / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [bitmap.width, bitmap.height].map((size) => Math.max(1, Math.round(size * scale)));
    const data = pixelsOf((context) => context.drawImage(bitmap, 0, 0, width, height), width, height);
    return { width, height, channels: 4, pixels: new Uint8Array(data) };
  };
  // Chosen again, the same file is no change otherwise.
  photo.addEventListener("click", () => (photo.value = ""));
  photo.addEventListener("change", () => {
    const [file] = photo.files ?? [];
    if (file) void readPhoto(file);
  });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) void readPhoto(file);
  });
  redraw();
  nothing();
}
