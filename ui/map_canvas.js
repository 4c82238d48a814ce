// The drawing of the map: marks (a paper, or a heap of many) on a canvas, moved and zoomed; who is where.
const NEAR = 14; // pixels around a mark that are taken for it
const FARTHEST = 400;

export function canvasOf(field, canvas, read) {
  const pen = canvas.getContext("2d");
  const view = { x: 0.5, y: 0.5, zoom: 1 };
  let waiting = 0;

  const size = () => ({ width: field.clientWidth, height: field.clientHeight });
  const toScreen = (x, y) => {
    const { width, height } = size();
    return [(x - view.x) * view.zoom * width + width / 2, (y - view.y) * view.zoom * height + height / 2];
  };
  const toMap = (px, py) => {
    const { width, height } = size();
    return [(px - width / 2) / (view.zoom * width) + view.x, (py - height / 2) / (view.zoom * height) + view.y];
  };
  const colour = (name) => getComputedStyle(field).getPropertyValue(`--${name}`).trim();

  function dot(mark, fill, radius, ring) {
    const [x, y] = toScreen(mark.x, mark.y);
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fillStyle = fill;
    pen.fill();
    if (!ring) return;
    pen.lineWidth = 2;
    pen.strokeStyle = ring;
    pen.stroke();
  }

  const radiusOf = (mark) => (mark.count > 1 ? Math.min(13, 2.2 + 0.85 * Math.sqrt(mark.count)) : mark.many ? 2.6 : 4.5);

  function names(regions) {
    const taken = [];
    const { width, height } = size();
    pen.font = `600 ${width < 500 ? 12 : 14}px ${getComputedStyle(field).fontFamily}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    for (const { name, x, y } of [...regions].sort((a, b) => b.share - a.share)) {
      const half = pen.measureText(name).width / 2 + 6;
      let [px, py] = toScreen(x, y);
      if (px < -half || px > width + half || py < 0 || py > height) continue;
      px = Math.min(Math.max(px, half), width - half);
      const free = [0, 20, -20, 38, -38].map((down) => py + down).find((at) => at > 10 && at < height - 10 && !taken.some((box) => Math.abs(box.x - px) < box.half + half && Math.abs(box.y - at) < 19));
      if (free === undefined) continue;
      taken.push({ x: px, y: free, half });
      pen.lineWidth = 4;
      pen.strokeStyle = colour("sheet");
      pen.globalAlpha = 0.75; // what lies below shows through
      pen.strokeText(name, px, free);
      pen.globalAlpha = 1;
      pen.fillStyle = colour("ink");
      pen.fillText(name, px, free);
    }
  }

  function paint() {
    waiting = 0;
    const { width, height } = size();
    if (!width || !height) return;
    const dense = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * dense) || canvas.height !== Math.round(height * dense)) {
      canvas.width = Math.round(width * dense);
      canvas.height = Math.round(height * dense);
    }
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, width, height);
    const { marks, regions, lit, found, chosen, focused, lasso } = read();
    const dark = Boolean(field.closest(".dark"));
    const [plain, sheet] = [colour("none"), colour("sheet")];
    pen.globalAlpha = lit.length || found.length ? 0.4 : 0.7;
    const hue = (mark) => (mark.heap || !regions.length ? plain : `hsl(${Math.round((360 * mark.theme) / regions.length)} 45% ${dark ? 62 : 40}%)`);
    for (const mark of marks) dot(mark, hue(mark), radiusOf(mark));
    pen.globalAlpha = 1;
    names(regions); // below what is lit
    for (const mark of marks) if (chosen.has(mark.id)) dot(mark, colour("accent"), radiusOf(mark) + 0.5);
    for (const mark of found) dot(mark, colour("fair"), 5.5, sheet);
    for (const mark of lit) dot(mark, colour("good"), 7, sheet);
    if (focused) dot(focused, "transparent", radiusOf(focused) + 5, colour("ink"));
    if (!lasso) return;
    pen.beginPath();
    for (const [x, y] of lasso) pen.lineTo(x, y);
    pen.closePath();
    pen.globalAlpha = 0.15;
    pen.fillStyle = colour("accent");
    pen.fill();
    pen.globalAlpha = 1;
    pen.lineWidth = 1.5;
    pen.strokeStyle = colour("accent");
    pen.stroke();
  }

  return {
    view,
    toMap,
    toScreen,
    draw: () => (waiting ||= requestAnimationFrame(paint)),
    window: () => [...toMap(0, 0), ...toMap(size().width, size().height)],
    // The mark under a point of the screen.
    at(px, py) {
      const { marks, lit, found } = read();
      let [best, nearest] = [null, NEAR * NEAR];
      for (const mark of [...lit, ...found, ...marks]) {
        const [x, y] = toScreen(mark.x, mark.y);
        const apart = (x - px) ** 2 + (y - py) ** 2;
        if (apart < nearest) [best, nearest] = [mark, apart];
      }
      return best;
    },
    // The next mark from one, in a direction of the screen.
    next(from, dx, dy) {
      const [fx, fy] = from ? toScreen(from.x, from.y) : [size().width / 2, size().height / 2];
      let [best, nearest] = [null, Infinity];
      for (const mark of read().marks) {
        const [x, y] = toScreen(mark.x, mark.y);
        const [along, beside] = [(x - fx) * dx + (y - fy) * dy, Math.abs((x - fx) * dy) + Math.abs((y - fy) * dx)];
        if (mark.id === from?.id && mark.x === from?.x) continue;
        const far = from ? (along > 0.5 ? along + 2 * beside : Infinity) : Math.hypot(x - fx, y - fy);
        if (far < nearest) [best, nearest] = [mark, far];
      }
      return best || from;
    },
    zoom(by, px = size().width / 2, py = size().height / 2) {
      const [x, y] = toMap(px, py);
      view.zoom = Math.min(FARTHEST, Math.max(1, view.zoom * by));
      const [nx, ny] = toMap(px, py);
      this.show(view.x + x - nx, view.y + y - ny);
    },
    // The middle of what is seen; the map never leaves the window.
    show(x, y) {
      const half = 0.5 / view.zoom;
      view.x = Math.min(1 - half, Math.max(half, x));
      view.y = Math.min(1 - half, Math.max(half, y));
    },
  };
}
