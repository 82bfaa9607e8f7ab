// The small drawings on buttons: stroked in the text's colour, unseen by screen readers.

const PATHS = {
  apps: "M5 5h5v5H5zM14 5h5v5h-5zM5 14h5v5H5zM16.5 13.5v6M13.5 16.5h6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  delete: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6",
  dismiss: "M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0M9 9l6 6M15 9l-6 6",
  down: "M6 9l6 6 6-6",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  hash: "M9.5 4L7.5 20M16.5 4l-2 16M4.5 9h15.5M4 15h15.5",
  id: "M3 6h18v12H3zM7 10v4M11 10h2a2 2 0 0 1 0 4h-2zM17 10v4",
  left: "M15 5l-7 7 7 7",
  light: "M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 2.5v2.5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3L7 7M17 17l1.7 1.7M18.7 5.3L17 7M7 17l-1.7 1.7",
  mail: "M3 6h18v13H3zM3.5 6.5L12 13l8.5-6.5",
  menu: "M4 6h16M4 12h16M4 18h16",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  open: "M14 4h6v6M20 4l-9 9M17 14v6H4V7h6",
  people: "M5.5 8a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M2 20c0-4 3-6 7-6s7 2 7 6M15.5 4.8a3.5 3.5 0 0 1 0 6.4M18 14.5c2.5.8 4 2.7 4 5.5",
  plus: "M12 5v14M5 12h14",
  right: "M9 5l7 7-7 7",
  send: "M4 4l17 8-17 8 3-8zM7 12h7",
  switch: "M4 8h14l-3.5-3.5M20 16H6l3.5 3.5",
  system: "M3 5h18v11H3zM9 20h6M12 16v4",
  thread: "M7 4v8a4 4 0 0 0 4 4h8M15.5 12.5L19 16l-3.5 3.5",
  warning: "M12 4L2.5 20h19zM12 10v4.5M12 17.3h.01",
};

const NAMESPACE = "http://www.w3.org/2000/svg";

export function icon(name, label = "") {
  const drawing = document.createElementNS(NAMESPACE, "svg");
  const path = document.createElementNS(NAMESPACE, "path");
  path.setAttribute("d", PATHS[name]);
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", `icon icon-${name}`);
  if (label) {
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", label);
  } else {
    drawing.setAttribute("aria-hidden", "true");
  }
  drawing.append(path);
  return drawing;
}
