/* Measured in the page: faint() texts, small(least) targets, what reaches outside() of its place. */
(() => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const visible = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  /** Any CSS colour as red, green, blue and opacity, 0 to 255. */
  function rgba(colour) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  }

  const over = (top, below) => top.slice(0, 3).map((value, index) => value * (top[3] / 255) + below[index] * (1 - top[3] / 255));

  function behind(element) {
    if (!element) return [255, 255, 255];
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own[3] === 255 ? own.slice(0, 3) : over(own, behind(element.parentElement));
  }

  /** Relative luminance, as WCAG 2 defines it. */
  function light(colour) {
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [red, green, blue] = colour.map((value) => linear(value / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(element) {
    const back = behind(element);
    const lights = [light(over(rgba(getComputedStyle(element).color), back)), light(back)];
    return (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
  }

  /** WCAG's AA: 4.5, or 3 for large text. */
  function wanted(element) {
    const { fontSize, fontWeight } = getComputedStyle(element);
    const pixels = parseFloat(fontSize);
    return pixels >= 24 || (pixels >= 18.66 && Number(fontWeight) >= 700) ? 3 : 4.5;
  }

  function faint() {
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.data.trim();
      const element = walker.currentNode.parentElement;
      if (!text || !visible(element) || element.closest(".unseen, :disabled, [aria-disabled=true]")) continue;
      if (contrast(element) < wanted(element)) found.add(`${text.slice(0, 30)} ${contrast(element).toFixed(2)}`);
    }
    return [...found];
  }

  function small(least) {
    const targets = document.querySelectorAll("button, input:not([hidden]), textarea, a.button, a.take, [role=option]");
    const size = (element) => (element.closest("label") ?? element).getBoundingClientRect();
    return [...targets].filter(visible).map((element) => [element, size(element)])
      .filter(([, box]) => box.width && Math.min(box.width, box.height) < least - 0.5)
      .map(([element, box]) => `${element.outerHTML.slice(0, 90)} ${Math.round(box.width)}x${Math.round(box.height)}`);
  }

  function outside() {
    const places = document.querySelectorAll("html, main, #scroll, #composer, #sidebar, dialog[open], #inspector");
    return [...places].filter((element) => visible(element) && element.scrollWidth > element.clientWidth + 1)
      .map((element) => `${element.tagName}#${element.id} ${element.scrollWidth} > ${element.clientWidth}`);
  }

  return { faint, small, outside };
})()
