/**
 * What every answer with a page or a page's file tells the browser: whatever gets into a page, it runs nothing that is
 * not a file of ours and talks to nobody else. Only viewers' pages, on which there is nothing to be tricked into, may be
 * put into somebody's frame.
 */

/** Nobody may use these, not even the page itself. Browsers warn of names that they do not know. */
const forbiddenFeatures = [
  "accelerometer",
  "camera",
  "geolocation",
  "gyroscope",
  "hid",
  "magnetometer",
  "midi",
  "payment",
  "publickey-credentials-get",
  "serial",
  "usb",
] as const;

/** A domain or an IPv4 address, perhaps with a port: what a content policy can name, and all that it takes to name it. */
const namable = /^[a-z0-9.-]+(:\d{1,5})?$/;

/**
 * An answer of the pages' store, made ready for the browser at `url`. Its own headers (`ETag`, `Cache-Control`) and its
 * status stay as they are.
 */
export function withPageHeaders(answer: Response, url: URL): Response {
  // The store's own answer cannot be written to.
  const secured = new Response(answer.body, answer);
  const { headers } = secured;
  headers.set("content-security-policy", contentPolicy(url));
  headers.set("permissions-policy", permissionsPolicy(url));
  headers.set("x-content-type-options", "nosniff");
  // A link with a token in it is nobody else's business.
  headers.set("referrer-policy", "no-referrer");
  headers.set("cross-origin-opener-policy", "same-origin");
  if (url.pathname.endsWith(".js")) {
    // `<live-captions>` is for everybody's pages, and modules come only to whom they are allowed. There is nothing secret in them.
    headers.set("cross-origin-resource-policy", "cross-origin");
    headers.set("access-control-allow-origin", "*");
  } else {
    headers.set("cross-origin-resource-policy", "same-origin");
  }
  // Not for subdomains: whose they are is not known here.
  if (url.protocol === "https:") headers.set("strict-transport-security", "max-age=31536000");
  return secured;
}

function contentPolicy(url: URL): string {
  const isOverlay = isPage(url, "overlay");
  const mayBeFramed = isOverlay || isPage(url, "watch");
  return [
    "default-src 'none'",
    // The studio's audio worklet is a script like the others.
    "script-src 'self'",
    // OBS puts its user's own CSS into the page as a `style` element, by `innerHTML`.
    isOverlay ? "style-src 'self' 'unsafe-inline'" : "style-src 'self'",
    "img-src 'self'",
    // What was spoken is played from memory.
    ...(isPage(url, "speak") || isPage(url, "api") ? ["media-src blob:"] : []),
    ["connect-src 'self'", ...socketSources(url)].join(" "),
    "base-uri 'none'",
    "form-action 'none'",
    ...(mayBeFramed ? [] : ["frame-ancestors 'none'"]),
    // Text that is taken for HTML or for code is refused wherever a browser would do so; Lit has a policy for its own.
    ...(isOverlay ? [] : ["require-trusted-types-for 'script'", "trusted-types lit-html"]),
  ].join("; ");
}

function isPage({ pathname }: URL, page: string): boolean {
  return pathname === `/${page}` || pathname.startsWith(`/${page}/`);
}

/** Older browsers take a WebSocket to the page's own host for another origin. */
function socketSources({ protocol, host }: URL): string[] {
  if (!namable.test(host)) return [];
  return [`${protocol === "https:" ? "wss" : "ws"}://${host}`];
}

function permissionsPolicy(url: URL): string {
  const isStudio = isPage(url, "studio");
  // The studio's sound may come from a microphone or from another tab.
  const studiosOwn = isStudio ? "(self)" : "()";
  return [
    `microphone=${studiosOwn}`,
    `display-capture=${studiosOwn}`,
    ...forbiddenFeatures.map((feature) => `${feature}=()`),
  ].join(", ");
}
